using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using MeterPipeline.Mqtt.Endpoint;
using MeterPipeline.Mqtt.Packets;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Mqtt.Subscriber;

/// <summary>
/// One connection to a broker. Acknowledgements belong to it: what is committed after it has ended is not acknowledged on another, for there
/// the same packet identifier may stand for another message. The broker delivers it again.
/// </summary>
internal sealed class BrokerSession : IAcknowledger, IAsyncDisposable
{
    private const int UnreadBytesMax = 256 * 1024;

    /// <summary>For TCP, TLS and CONNACK together: a host that swallows packets must not hold up the next attempt.</summary>
    private static readonly TimeSpan OpenMax = TimeSpan.FromSeconds(15);

    /// <summary>For the last packets to leave.</summary>
    private static readonly TimeSpan CloseMax = TimeSpan.FromSeconds(1);

    private readonly SubscriberContext context;
    private readonly TcpClient client;
    private readonly BrokerInput input;
    private readonly Outbox outbox;
    private readonly Task sending;
    private readonly AckPool pool;
    private readonly Subscriptions subscriptions;
    private TimeSpan keepAlive;
    private long owedMessages;

    // Owned by the read loop.
    private OwedAcks owed;

    private BrokerSession(SubscriberContext context, byte level, TcpClient client, Stream stream)
    {
        (this.context, this.client, Level) = (context, client, level);
        input = new BrokerInput(stream, context.Options.MaxPacketBytes, context.Time);
        outbox = new Outbox(PipeWriter.Create(stream), UnreadBytesMax);
        sending = SendAsync();
        pool = new AckPool(this);
        owed = pool.Take();
        subscriptions = new Subscriptions(context, level);
        keepAlive = TimeSpan.FromSeconds(context.Options.KeepAliveSeconds);
    }

    public byte Level { get; }

    public string Version => Level == ProtocolLevel.V5 ? SubscriberOptions.Version5 : SubscriberOptions.Version311;

    /// <summary>Messages taken whose acknowledgement waits for a commit.</summary>
    public long Owed => Interlocked.Read(ref owedMessages);

    private SubscriberOptions Options => context.Options;

    /// <summary>Connects with a persistent session and subscribes.</summary>
    /// <exception cref="SocketException">The broker is not there.</exception>
    /// <exception cref="IOException">The broker does not answer, or refuses us: names the remedy.</exception>
    public static async Task<BrokerSession> OpenAsync(SubscriberContext context, byte level, CancellationToken cancel)
    {
        var client = new TcpClient { NoDelay = true };
        BrokerSession? session = null;
        using var late = new CancellationTokenSource(OpenMax, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            session = new BrokerSession(context, level, client, await DialAsync(client, context.Options, either.Token).ConfigureAwait(false));
            await session.BeginAsync(either.Token).ConfigureAwait(false);
            return session;
        }
        catch (Exception error)
        {
            if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
            client.Dispose();
            if (error is OperationCanceledException && !cancel.IsCancellationRequested)
                throw new IOException($"The broker did not answer within {OpenMax.TotalSeconds} s: check Host and Port of subscriber {context.Options.Name}.", error);
            if (error is ProtocolException or System.Security.Authentication.AuthenticationException) throw new IOException(error.Message, error);
            throw;
        }
    }

    /// <summary>Delivers until the connection ends or <paramref name="stop"/>; then waits for owed acknowledgements and says goodbye.</summary>
    /// <exception cref="IOException">The connection has ended: says why.</exception>
    public async Task ServeAsync(IReceiverSession receiver, CancellationToken stop, CancellationToken giveUp)
    {
        using var dead = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var pings = context.Time.CreateTimer(_ => Ping(dead), null, keepAlive / 2, keepAlive / 2);
        try
        {
            await DeliverAsync(receiver, dead.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // A look, not a limit: by the machine's clock, which goes on whatever a test's does.
            while ((Owed > 0 || !outbox.IsIdle) && !giveUp.IsCancellationRequested)
                await Task.Delay(TimeSpan.FromMilliseconds(5), CancellationToken.None).ConfigureAwait(false);
            outbox.Add(PacketWriter.Disconnect);
        }
        catch (OperationCanceledException)
        {
            throw new IOException("The broker has gone silent.");
        }
        catch (ProtocolException broken)
        {
            throw new IOException(broken.Message, broken);
        }
    }

    public void Acknowledge(OwedAcks batch)
    {
        outbox.Add(batch.Packets);
        context.Counters.CountCommitted(batch.Messages);
        // After the packets: whoever sees nothing owed closes the connection behind them.
        Interlocked.Add(ref owedMessages, -batch.Messages);
        batch.Clear();
        pool.Return(batch);
    }

    public async ValueTask DisposeAsync()
    {
        outbox.Close();
        await Task.WhenAny(sending, Task.Delay(CloseMax, CancellationToken.None)).ConfigureAwait(false);
        client.Dispose();
    }

    private static async Task<Stream> DialAsync(TcpClient client, SubscriberOptions options, CancellationToken cancel)
    {
        await client.ConnectAsync(options.Host, options.Port, cancel).ConfigureAwait(false);
        if (!options.Tls) return client.GetStream();
        var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(options.Host).WaitAsync(cancel).ConfigureAwait(false);
        return tls;
    }

    private async Task SendAsync()
    {
        try
        {
            await outbox.SendAsync().ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or SocketException)
        {
            // The read loop notices too, and it decides what follows.
            outbox.Close();
        }
    }

    private async Task BeginAsync(CancellationToken cancel)
    {
        outbox.Add(ClientPackets.Connect(Options, Level));
        var terms = await HearTermsAsync(cancel).ConfigureAwait(false);
        if (terms.Code != ReasonCode.Success)
            throw new BrokerException(terms.Code, $"The broker refuses the connection, {Remedies.Explain(terms.Code, terms.Reason, Options.Name)}");
        subscriptions.CheckOffered(terms);
        TakeTerms(terms);
        outbox.Add(subscriptions.Request);
        if (Options.ReadSys) outbox.Add(subscriptions.SysRequest);
        context.Counters.CountConnect();
    }

    private async Task<ConnackPacket> HearTermsAsync(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                if (input.TryTake(out var frame, out _, out _)) return Terms(frame);
                await input.FillAsync(cancel).ConfigureAwait(false);
            }
        }
        catch (IOException gone)
        {
            throw new BrokerException(ReasonCode.UnsupportedProtocolVersion,
                $"The broker hung up on CONNECT of MQTT {Version} without a word: check Version, ClientId, User and Password of subscriber {Options.Name}. {gone.Message}");
        }
    }

    private ConnackPacket Terms(in Frame frame) => frame.Type == PacketType.Connack
        ? ConnackPacket.Read(frame.Body, Level)
        : throw ProtocolException.Error("unexpected-packet", $"The broker answers with packet type {(int)frame.Type} where CONNACK was due: is this an MQTT port?");

    private void TakeTerms(ConnackPacket terms)
    {
        if (terms.KeepAliveSeconds is { } seconds and > 0 && seconds < Options.KeepAliveSeconds) keepAlive = TimeSpan.FromSeconds(seconds);
        if (terms.SessionExpirySeconds is { } granted && granted < ClientPackets.SessionExpirySeconds(Options))
            context.Log.LogWarning("Broker {Name} keeps the session for {Granted} s only: what comes while we are away for longer is lost. Raise its limit", Options.Name, granted);
        if (terms.SessionPresent || context.Counters.Connects == 0) return;
        context.Counters.CountLostSession();
        context.Log.LogError(
            "Broker {Name} no longer knows our session: messages that it held for us are lost unless they are sent again. See that it keeps sessions on disk, and for longer than we are away",
            Options.Name);
    }

    private async Task DeliverAsync(IReceiverSession receiver, CancellationToken cancel)
    {
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            Take(receiver);
            await SubmitAsync(receiver, cancel).ConfigureAwait(false);
            await outbox.WaitForRoomAsync(cancel).ConfigureAwait(false);
            await input.FillAsync(cancel).ConfigureAwait(false);
        }
    }

    private void Take(IReceiverSession receiver)
    {
        while (input.TryTake(out var frame, out var bytes, out var whole))
        {
            switch (frame.Type)
            {
                case PacketType.Publish when whole:
                    Take(receiver, PublishPacket.Read(frame, Level, fromBroker: true));
                    break;
                case PacketType.Publish:
                    // Only the older version's form: properties come behind what was read.
                    Skip(PublishPacket.Read(frame, ProtocolLevel.V311, fromBroker: true), bytes);
                    break;
                case PacketType.Suback:
                    subscriptions.Check(SubackPacket.Read(frame.Body, Level));
                    break;
                case PacketType.Pingresp:
                    break;
                case PacketType.Disconnect when Level == ProtocolLevel.V5:
                    var last = ServerDisconnectPacket.Read(frame.Body);
                    throw new BrokerException(last.Code, $"The broker has ended it, {Remedies.Explain(last.Code, last.Reason, Options.Name)}");
                default:
                    throw ProtocolException.Error("unexpected-packet", $"The broker sent packet type {(int)frame.Type}, which a QoS 1 subscriber does not expect.");
            }
        }
    }

    private void Take(IReceiverSession receiver, in PublishPacket publish)
    {
        if (SysFigures.Is(publish.Topic))
        {
            TakeFigure(publish);
            return;
        }
        context.Counters.CountMessage(publish.Qos, publish.Retained);
        receiver.Take(new Delivery(publish.Topic, publish.Payload, publish.Qos, publish.Retained));
        if (publish.Qos == 1) Owe(publish.PacketId);
    }

    private void TakeFigure(in PublishPacket publish)
    {
        if (publish.Qos == 1) Owe(publish.PacketId);
        var first = context.Figures.Dropped is null;
        var dropped = context.Figures.Take(publish.Topic, publish.Payload);
        context.Counters.CountDropped(dropped);
        if (first && context.Figures.Dropped is > 0 and var before)
            context.Log.LogWarning("Broker {Name} has dropped {Count} messages before we first asked; raise its max_queued_messages", Options.Name, before);
        if (dropped > 0)
            context.Log.LogError("Broker {Name} has dropped {Count} messages, ours perhaps among them; raise its max_queued_messages and have them sent again", Options.Name, dropped);
    }

    /// <summary>
    /// A message that is too long is acknowledged, as a broker of MQTT 5 would have done in our place [MQTT-3.1.2-25]: unacknowledged it would come
    /// again with every connection and hold a place under the broker's inflight limit for ever.
    /// </summary>
    private void Skip(in PublishPacket publish, int bytes)
    {
        context.Counters.CountOversized();
        if (context.OversizedLog.Opens(context.Now))
            context.Log.LogError(
                "Broker {Name}: a message of {Bytes} bytes on {Topic} is above MaxPacketBytes ({Most}) and was skipped. Have it sent again in parts, or raise MaxPacketBytes. {Count} so far",
                Options.Name, bytes, RefusalLog.Harmless(System.Text.Encoding.UTF8.GetString(publish.Topic)), Options.MaxPacketBytes, context.Counters.Oversized);
        if (publish.Qos == 1) Owe(publish.PacketId);
    }

    private void Owe(ushort packetId)
    {
        owed.Add(PacketWriter.Puback, packetId);
        owed.Messages++;
    }

    private async ValueTask SubmitAsync(IReceiverSession receiver, CancellationToken cancel)
    {
        if (owed.IsEmpty)
        {
            await receiver.SubmitAsync(null, cancel).ConfigureAwait(false);
            return;
        }
        var batch = owed;
        owed = pool.Take();
        Interlocked.Add(ref owedMessages, batch.Messages);
        await receiver.SubmitAsync(batch, cancel).ConfigureAwait(false);
    }

    /// <summary>Keeps the session alive, and ends it when the broker answers nothing while we listen.</summary>
    private void Ping(CancellationTokenSource dead)
    {
        outbox.Add(PacketWriter.Pingreq);
        if (subscriptions.AskAgain()) outbox.Add(subscriptions.Request);
        if (input.Silence < keepAlive * 1.5) return;
        try
        {
            dead.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The session ended between the timer's tick and this line.
        }
    }
}
