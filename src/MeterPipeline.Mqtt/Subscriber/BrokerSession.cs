using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using MeterPipeline.Mqtt.Packets;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Mqtt.Subscriber;

/// <summary>
/// One connection to a broker. Acknowledgements belong to it: what is committed after it has ended is not acknowledged on another, for there
/// the same packet identifier may stand for another message. The broker delivers it again.
/// </summary>
internal sealed class BrokerSession : IAcknowledger, IAsyncDisposable
{
    private const int MaxPacketBytes = 16 * 1024 * 1024;
    private const int UnreadBytesMax = 256 * 1024;
    private const ushort SubscribeId = 1;

    /// <summary>For TCP, TLS and CONNACK together: a host that swallows packets must not hold up the next attempt.</summary>
    private static readonly TimeSpan OpenMax = TimeSpan.FromSeconds(15);

    /// <summary>How often a refused subscription is asked for again: somebody is mending the broker's access rules.</summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMinutes(1);

    private readonly SubscriberOptions options;
    private readonly SubscriberCounters counters;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly TcpClient client;
    private readonly Stream stream;
    private readonly Outbox outbox;
    private readonly Task sending;
    private readonly AckPool pool;
    private int owedBatches;
    private long lastReadTicks;
    private volatile bool reading;
    private long refusedTicks;

    // Owned by the read loop.
    private byte[] buffer = new byte[64 * 1024];
    private int filled;
    private OwedAcks owed;

    private BrokerSession(SubscriberOptions options, SubscriberCounters counters, TimeProvider time, ILogger log, TcpClient client, Stream stream)
    {
        (this.options, this.counters, this.time, this.log, this.client, this.stream) = (options, counters, time, log, client, stream);
        outbox = new Outbox(PipeWriter.Create(stream), UnreadBytesMax);
        sending = SendAsync();
        pool = new AckPool(this);
        owed = pool.Take();
        lastReadTicks = time.GetTimestamp();
    }

    /// <summary>Connects with a persistent session and subscribes.</summary>
    /// <exception cref="IOException">The broker is not there, or refuses us: names the remedy.</exception>
    public static async Task<BrokerSession> OpenAsync(SubscriberOptions options, SubscriberCounters counters, TimeProvider time, ILogger log, CancellationToken cancel)
    {
        var client = new TcpClient { NoDelay = true };
        BrokerSession? session = null;
        using var late = new CancellationTokenSource(OpenMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            await client.ConnectAsync(options.Host, options.Port, either.Token).ConfigureAwait(false);
            Stream stream = client.GetStream();
            if (options.Tls)
            {
                var tls = new SslStream(stream);
                await tls.AuthenticateAsClientAsync(options.Host).WaitAsync(either.Token).ConfigureAwait(false);
                stream = tls;
            }
            session = new BrokerSession(options, counters, time, log, client, stream);
            await session.BeginAsync(either.Token).ConfigureAwait(false);
            return session;
        }
        catch (Exception error)
        {
            if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
            client.Dispose();
            if (error is OperationCanceledException && !cancel.IsCancellationRequested)
                throw new IOException($"The broker did not answer within {OpenMax.TotalSeconds} s: check Host and Port of subscriber {options.Name}.", error);
            if (error is SocketException or ProtocolException or System.Security.Authentication.AuthenticationException) throw new IOException(error.Message, error);
            throw;
        }
    }

    /// <summary>Delivers until the connection ends or <paramref name="stop"/>; then waits for owed acknowledgements and says goodbye.</summary>
    public async Task ServeAsync(IReceiverSession receiver, CancellationToken stop, CancellationToken giveUp)
    {
        using var dead = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var pings = time.CreateTimer(_ => Ping(dead), null, PingEvery, PingEvery);
        try
        {
            await DeliverAsync(receiver, dead.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            while ((Volatile.Read(ref owedBatches) > 0 || !outbox.IsIdle) && !giveUp.IsCancellationRequested)
                await Task.Delay(TimeSpan.FromMilliseconds(5), time, CancellationToken.None).ConfigureAwait(false);
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
        batch.Clear();
        pool.Return(batch);
        Interlocked.Decrement(ref owedBatches);
    }

    public async ValueTask DisposeAsync()
    {
        outbox.Close();
        await Task.WhenAny(sending, Task.Delay(TimeSpan.FromSeconds(1), time)).ConfigureAwait(false);
        client.Dispose();
    }

    private TimeSpan PingEvery => TimeSpan.FromSeconds(options.KeepAliveSeconds / 2.0);

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
        outbox.Add(PacketWriter.Connect(options.ClientId, cleanSession: false, (ushort)options.KeepAliveSeconds, options.User, options.Password));
        await ExpectAsync(PacketType.Connack, body =>
        {
            if (body.Length != 2 || body[1] != 0)
                throw new IOException($"The broker refuses the connection (code {(body.Length == 2 ? body[1] : 255)}): check ClientId, User and Password of subscriber {options.Name}.");
        }, cancel).ConfigureAwait(false);
        outbox.Add(PacketWriter.Subscribe(SubscribeId, options.FiltersOrDefault));
        counters.CountConnect();
    }

    private async Task ExpectAsync(PacketType type, Action<byte[]> check, CancellationToken cancel)
    {
        while (true)
        {
            if (Frame.TryRead(buffer.AsSpan(0, filled), MaxPacketBytes, out var frame, out _))
            {
                if (frame.Type != type) throw new IOException($"The broker answers with packet type {(int)frame.Type} where {type} was due: is this an MQTT port?");
                var body = frame.Body.ToArray();
                Consume(frame.Size);
                check(body);
                return;
            }
            await FillAsync(cancel).ConfigureAwait(false);
        }
    }

    private async Task DeliverAsync(IReceiverSession receiver, CancellationToken cancel)
    {
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            Consume(Take(receiver));
            await SubmitAsync(receiver, cancel).ConfigureAwait(false);
            await outbox.WaitForRoomAsync(cancel).ConfigureAwait(false);
            await FillAsync(cancel).ConfigureAwait(false);
        }
    }

    private int Take(IReceiverSession receiver)
    {
        var at = 0;
        while (Frame.TryRead(buffer.AsSpan(at, filled - at), MaxPacketBytes, out var frame, out var needed))
        {
            at += frame.Size;
            switch (frame.Type)
            {
                case PacketType.Publish:
                    var publish = PublishPacket.Read(frame, anyTopic: true);
                    counters.CountMessage(publish.Qos, publish.Retained);
                    receiver.Take(new Delivery(publish.Topic, publish.Payload, publish.Qos, publish.Retained));
                    if (publish.Qos == 1) owed.Add(PacketWriter.Puback, publish.PacketId);
                    break;
                case PacketType.Suback:
                    CheckGranted(frame.Body);
                    break;
                case PacketType.Pingresp:
                    break;
                default:
                    throw ProtocolException.Error("unexpected-packet", $"The broker sent packet type {(int)frame.Type}, which a QoS 1 subscriber does not expect.");
            }
        }
        return at;
    }

    private void CheckGranted(ReadOnlySpan<byte> body)
    {
        var granted = body.Length > 2 ? body[2..] : [];
        for (var i = 0; i < options.FiltersOrDefault.Count; i++)
        {
            if (i < granted.Length && granted[i] == 1) continue;
            counters.CountRefusedFilter();
            Interlocked.Exchange(ref refusedTicks, time.GetTimestamp());
            var answer = i >= granted.Length ? "not answered" : granted[i] == 0x80 ? "refused" : $"granted at QoS {granted[i]} only";
            log.LogError("Broker {Name}: subscription to {Filter} was {Answer}. Give user {User} read access at QoS 1", options.Name, options.FiltersOrDefault[i], answer, options.User ?? "(anonymous)");
        }
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
        Interlocked.Increment(ref owedBatches);
        await receiver.SubmitAsync(batch, cancel).ConfigureAwait(false);
    }

    private async ValueTask FillAsync(CancellationToken cancel)
    {
        if (filled == buffer.Length) Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaxPacketBytes + 5));
        Interlocked.Exchange(ref lastReadTicks, time.GetTimestamp());
        reading = true;
        var read = await stream.ReadAsync(buffer.AsMemory(filled), cancel).ConfigureAwait(false);
        reading = false;
        if (read == 0) throw new IOException("The broker closed the connection.");
        filled += read;
    }

    private void Consume(int bytes)
    {
        buffer.AsSpan(bytes, filled - bytes).CopyTo(buffer);
        filled -= bytes;
    }

    /// <summary>Keeps the session alive, and ends it when the broker answers nothing while we listen.</summary>
    private void Ping(CancellationTokenSource dead)
    {
        outbox.Add(PacketWriter.Pingreq);
        var refused = Interlocked.Read(ref refusedTicks);
        if (refused != 0 && time.GetElapsedTime(refused) >= AskAgainAfter && Interlocked.CompareExchange(ref refusedTicks, 0, refused) == refused)
            outbox.Add(PacketWriter.Subscribe(SubscribeId, options.FiltersOrDefault));
        if (!reading || time.GetElapsedTime(Interlocked.Read(ref lastReadTicks)).TotalSeconds < options.KeepAliveSeconds * 1.5) return;
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
