using System.Buffers;
using System.Collections.Concurrent;
using MeterPipeline.Mqtt.Packets;
using Microsoft.AspNetCore.Connections;

namespace MeterPipeline.Mqtt.Endpoint;

/// <summary>
/// One client: a loop that reads the socket, cuts packets out of it, takes every PUBLISH, and submits what one read brought as one batch before
/// it reads again. Acknowledgements come from the recorder's thread through the outbox.
/// </summary>
internal sealed class ClientConnection : IAcknowledger
{
    private readonly ConnectionContext context;
    private readonly EndpointServices services;
    private readonly Outbox outbox;
    private readonly CancellationTokenSource abort = new();
    private readonly ConcurrentBag<OwedPubacks> pool = [];
    private int owedBatches;
    private volatile bool draining;

    // Owned by the read loop.
    private IReceiverSession? session;
    private OwedPubacks owed;
    private byte[] scratch = [];
    private int needed;
    private long keepAliveMs;

    // Written by the read loop, read by the sweep.
    private long lastReadTicks;
    private volatile bool submitting;

    public ClientConnection(ConnectionContext context, EndpointServices services)
    {
        (this.context, this.services) = (context, services);
        outbox = new Outbox(context.Transport.Output, services.Options.UnreadBytesMax);
        owed = new OwedPubacks(this);
        keepAliveMs = (long)services.Options.ConnectTimeout.TotalMilliseconds;
        lastReadTicks = services.Time.GetTimestamp();
    }

    /// <summary>Company and client id: no company can show out another's clients. Empty until CONNECT.</summary>
    public string Key { get; private set; } = "";

    /// <summary>Reads until the client leaves, breaks a rule, or the endpoint drains.</summary>
    public async Task RunAsync()
    {
        var sending = outbox.SendAsync();
        try
        {
            await ReadAsync().ConfigureAwait(false);
            if (draining) await WaitUntilAcknowledgedAsync().ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is ConnectionResetException or ConnectionAbortedException or OperationCanceledException or IOException)
        {
        }
        catch (Exception error)
        {
            // The edge of the connection's loop: a fault of ours ends this connection, under a reason of its own.
            services.Refuse("internal", error.ToString(), Peer);
        }
        finally
        {
            session?.Dispose();
            outbox.Close();
            // A peer that reads nothing must not hold the connection open.
            if (await Task.WhenAny(sending, Task.Delay(TimeSpan.FromSeconds(2), services.Time)).ConfigureAwait(false) != sending) context.Abort();
        }
    }

    /// <summary>Stops reading; what was read is still committed and acknowledged.</summary>
    public void Drain()
    {
        draining = true;
        context.Transport.Input.CancelPendingRead();
    }

    public void Abort(string reason, string message)
    {
        services.Refuse(reason, message, Peer);
        abort.Cancel();
        context.Abort();
    }

    /// <summary>Whether the client has been silent for longer than it promised. Back-pressure is ours, not its silence.</summary>
    public bool IsOverdue(TimeProvider time) =>
        !submitting && keepAliveMs > 0 && time.GetElapsedTime(Interlocked.Read(ref lastReadTicks)).TotalMilliseconds > keepAliveMs;

    public void Acknowledge(ReadOnlySpan<ushort> packetIds)
    {
        outbox.AddPubacks(packetIds);
        Interlocked.Decrement(ref owedBatches);
    }

    public void Return(OwedPubacks batch) => pool.Add(batch);

    private string Peer => context.RemoteEndPoint?.ToString() ?? "?";

    private async Task ReadAsync()
    {
        var input = context.Transport.Input;
        while (!draining)
        {
            var read = await input.ReadAsync(abort.Token).ConfigureAwait(false);
            if (read.IsCanceled) return;
            Heard();
            var consumed = Take(read.Buffer, out var goOn);
            input.AdvanceTo(read.Buffer.GetPosition(consumed), read.Buffer.End);
            submitting = true;
            await SubmitAsync().ConfigureAwait(false);
            Heard();
            submitting = false;
            await outbox.WaitForRoomAsync(abort.Token).ConfigureAwait(false);
            Heard();
            if (!goOn || read.IsCompleted) return;
        }
    }

    /// <summary>Bytes before CONNECT do not count: the time for it runs from the start, however slowly it trickles in.</summary>
    private void Heard()
    {
        if (session is not null) Interlocked.Exchange(ref lastReadTicks, services.Time.GetTimestamp());
    }

    /// <summary>Takes every complete packet of a read. A broken rule ends the connection after what came before it is submitted.</summary>
    /// <returns>Bytes consumed.</returns>
    private int Take(ReadOnlySequence<byte> buffer, out bool goOn)
    {
        goOn = true;
        // A large packet that arrives in crumbs is not gathered again for each of them.
        if (buffer.Length < needed) return 0;
        var all = Contiguous(buffer);
        var (at, published) = (0, 0);
        try
        {
            while (goOn && Frame.TryRead(all[at..], services.Options.MaxPacketBytes, out var frame, out needed))
            {
                if (frame.Type == PacketType.Publish && session is not null)
                {
                    TakePublish(frame);
                    published++;
                }
                else goOn = TakeOther(frame);
                at += frame.Size;
            }
        }
        catch (ProtocolException broken)
        {
            services.Refuse(broken.Reason, broken.Message, Peer);
            goOn = false;
        }
        services.Counters.CountRead(at, published);
        return at;
    }

    /// <summary>One copy per read where the pipe holds it in pieces: cheaper than cutting packets out of a sequence one by one.</summary>
    private ReadOnlySpan<byte> Contiguous(ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsSingleSegment) return buffer.FirstSpan;
        var length = (int)buffer.Length;
        if (scratch.Length < length) scratch = new byte[Math.Max(length, scratch.Length * 2)];
        buffer.CopyTo(scratch);
        return scratch.AsSpan(0, length);
    }

    private void TakePublish(in Frame frame)
    {
        var publish = PublishPacket.Read(frame);
        if (publish.Qos > 1)
            throw new ProtocolException("qos-2", "QoS 2 is not served by this endpoint; publish with QoS 1: readings have an identity, so a repeated one counts once.");
        // A live publisher's retain flag asks the server to keep the message; it does not make the reading an old one.
        session!.Take(new Delivery(publish.Topic, publish.Payload, publish.Qos, retained: false));
        if (publish.Qos == 1) owed.Add(publish.PacketId);
    }

    private async ValueTask SubmitAsync()
    {
        if (session is null) return;
        if (owed.IsEmpty)
        {
            await session.SubmitAsync(null, abort.Token).ConfigureAwait(false);
            return;
        }
        var batch = owed;
        owed = pool.TryTake(out var free) ? free : new OwedPubacks(this);
        Interlocked.Increment(ref owedBatches);
        await session.SubmitAsync(batch, abort.Token).ConfigureAwait(false);
    }

    /// <returns>False when the client is done.</returns>
    private bool TakeOther(in Frame frame)
    {
        if (!frame.FlagsFit) throw new ProtocolException("bad-flags", $"Packet type {(int)frame.Type} with reserved flags set otherwise [MQTT-2.2.2-2].");
        if (session is null)
        {
            if (frame.Type != PacketType.Connect) throw new ProtocolException("no-connect", "The first packet must be CONNECT [MQTT-3.1.0-1].");
            return Connect(ConnectPacket.Read(frame.Body));
        }
        switch (frame.Type)
        {
            case PacketType.Pingreq:
                outbox.Add(PacketWriter.Pingresp);
                return true;
            case PacketType.Disconnect:
                return false;
            case PacketType.Subscribe:
                RefuseSubscribe(frame.Body);
                return true;
            case PacketType.Unsubscribe:
                outbox.Add(PacketWriter.Unsuback(new PacketReader(frame.Body).UInt16()));
                return true;
            case PacketType.Connect:
                throw new ProtocolException("second-connect", "A second CONNECT on one connection [MQTT-3.1.0-2].");
            default:
                throw new ProtocolException("unexpected-packet", $"A client does not send packet type {(int)frame.Type} here.");
        }
    }

    private bool Connect(ConnectPacket connect)
    {
        if (connect.Protocol == "MQTT" && connect.Level == ConnectPacket.Level5) return Refuse(PacketWriter.ConnackUnsupported5, "mqtt-5", "MQTT 5 is not served yet; connect with MQTT 3.1.1.");
        if (connect.Protocol is not ("MQTT" or "MQIsdp")) throw new ProtocolException("bad-protocol", "The protocol name is not MQTT [MQTT-3.1.2-1].");
        if (connect.Level != ConnectPacket.Level311) return Refuse(PacketWriter.Connack(1), "bad-level", $"Protocol level {connect.Level}; connect with MQTT 3.1.1 (level 4).");
        if (connect.ClientId.Length == 0 && !connect.CleanSession) return Refuse(PacketWriter.Connack(2), "no-client-id", "An empty client id needs a clean session [MQTT-3.1.3-8].");
        string? company = null;
        if (services.Authenticator is { } authenticator && (company = authenticator.Authenticate(connect.ClientId, connect.User, connect.Password)) is null)
            return Refuse(PacketWriter.Connack(connect.User is null ? (byte)5 : (byte)4), "not-authorised", "Unknown user or wrong password.");
        Key = $"{company}\0{(connect.ClientId.Length > 0 ? connect.ClientId : $"\0{context.ConnectionId}")}";
        keepAliveMs = connect.KeepAliveSeconds * 1500L;
        services.Connected(this);
        session = services.Receiver.Open(new Origin("endpoint", company, Peer));
        outbox.Add(PacketWriter.Connack(0));
        services.Counters.CountAccepted();
        return true;
    }

    private bool Refuse(byte[] answer, string reason, string message)
    {
        outbox.Add(answer);
        services.Refuse(reason, message, Peer);
        return false;
    }

    private void RefuseSubscribe(ReadOnlySpan<byte> body)
    {
        var reader = new PacketReader(body);
        var id = reader.UInt16();
        var filters = 0;
        for (; !reader.AtEnd; filters++)
        {
            reader.Binary();
            reader.Byte();
        }
        if (filters == 0) throw new ProtocolException("bad-subscribe", "SUBSCRIBE without a filter [MQTT-3.8.3-3].");
        outbox.Add(PacketWriter.SubackRefusing(id, filters));
        services.Refuse("subscribe", "Subscriptions are not served; read from InfluxDB or /api/v1.", Peer);
    }

    private async Task WaitUntilAcknowledgedAsync()
    {
        while (Volatile.Read(ref owedBatches) > 0 || !outbox.IsIdle) await Task.Delay(TimeSpan.FromMilliseconds(5), services.Time, abort.Token).ConfigureAwait(false);
    }
}
