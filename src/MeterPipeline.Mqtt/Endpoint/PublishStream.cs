using MeterPipeline.Mqtt.Endpoint.Limits;
using MeterPipeline.Mqtt.Packets;
using MeterPipeline.Mqtt.Sessions;

namespace MeterPipeline.Mqtt.Endpoint;

/// <summary>
/// The messages of one client on their way to the receiver: topic aliases, the receive maximum, QoS 2 messages taken once, and what is owed for
/// them. Owned by the read loop but for <see cref="Acknowledge"/>.
/// </summary>
internal sealed class PublishStream : IAcknowledger, IDisposable
{
    private readonly IReceiverSession receiver;
    private readonly EndpointServices services;
    private readonly Outbox outbox;
    private readonly Departure departure;
    private readonly Terms terms;
    private readonly ConnectionShare share;
    private readonly HashSet<ushort> held;
    private readonly AckPool pool;
    private TopicAliases? aliases;
    private OwedAcks owed;

    /// <summary>Messages at QoS 1 and 2 begun, and ended: their difference is what the receive maximum bounds.</summary>
    private long begun;
    private long ended;

    public PublishStream(IReceiverSession receiver, EndpointServices services, Outbox outbox, Departure departure, Terms terms, ConnectionShare share, Session session)
    {
        (this.receiver, this.services, this.outbox, this.departure, this.terms, this.share) = (receiver, services, outbox, departure, terms, share);
        held = session.Held;
        pool = new AckPool(this);
        owed = pool.Take();
    }

    /// <exception cref="ProtocolException">Malformed, or beyond what was agreed.</exception>
    public void Take(in Frame frame)
    {
        var publish = PublishPacket.Read(frame, terms.Level);
        var topic = terms.IsV5 ? TopicOf5(publish) : publish.Topic;
        if (publish.Qos > 0) Begin();
        if (publish.Qos == 2 && IsHeld(publish.PacketId))
        {
            owed.Add(PacketWriter.Pubrec, publish.PacketId);
            return;
        }
        // In 3.1.1 nothing tells a publisher that retained messages are not kept; the reading is as good as any.
        var rejection = receiver.Take(new Delivery(topic, publish.Payload, publish.Qos, retained: false));
        if (rejection is not null) Tell(rejection, topic, publish);
        if (publish.Qos > 0) Owe(publish, rejection);
    }

    /// <summary>PUBREL: the identifier is free again, and PUBCOMP says so, whether it was held or not [MQTT-4.3.3-11].</summary>
    public void Release(ushort packetId)
    {
        var wasHeld = held.Remove(packetId);
        if (begun > Interlocked.Read(ref ended)) Interlocked.Increment(ref ended);
        if (wasHeld || !terms.IsV5)
        {
            Span<byte> pubcomp = stackalloc byte[PacketWriter.AckBytes];
            PacketWriter.Ack(pubcomp, PacketWriter.Pubcomp, packetId);
            outbox.Add(pubcomp);
        }
        else outbox.Add(PacketWriter.Ack(PacketWriter.Pubcomp, packetId, ReasonCode.PacketIdNotFound, null));
    }

    /// <summary>Hands over what one read brought.</summary>
    public async ValueTask SubmitAsync(CancellationToken cancel)
    {
        if (owed.IsEmpty)
        {
            await receiver.SubmitAsync(null, cancel).ConfigureAwait(false);
            return;
        }
        var batch = owed;
        departure.Submitted();
        share.Submitted(batch.Messages);
        try
        {
            await receiver.SubmitAsync(batch, cancel).ConfigureAwait(false);
        }
        catch
        {
            share.Committed(batch.Messages);
            departure.Told();
            throw;
        }
        owed = pool.Take();
    }

    /// <summary>On the recorder's thread: the batch is durable.</summary>
    public void Acknowledge(OwedAcks batch)
    {
        outbox.Add(batch.Packets);
        Interlocked.Add(ref ended, batch.Finished);
        share.Committed(batch.Messages);
        foreach (var message in batch.Feedback) services.Feedback.Publish(message);
        batch.Clear();
        pool.Return(batch);
        departure.Told();
    }

    /// <summary>Forgets what was taken and not submitted: the client will send it again.</summary>
    public void Dispose()
    {
        foreach (var id in owed.Held) held.Remove(id);
        receiver.Dispose();
    }

    private void Begin()
    {
        begun++;
        if (terms.IsV5 && begun - Interlocked.Read(ref ended) > services.Options.ReceiveMaximum)
            throw BeyondReceiveMaximum("messages without acknowledgement [MQTT-3.3.4-7]");
    }

    private ReadOnlySpan<byte> TopicOf5(in PublishPacket publish)
    {
        if (publish.Retained)
            throw new ProtocolException("retain", ReasonCode.RetainNotSupported,
                "Retained messages are not kept; publish without the retain flag [MQTT-3.2.2-14].");
        return publish.Properties.Alias == 0 ? publish.Topic : (aliases ??= new TopicAliases()).Resolve(publish);
    }

    private void Tell(Rejection rejection, ReadOnlySpan<byte> topic, in PublishPacket publish)
    {
        if (services.Feedback.Any(rejection.Company)) owed.Feedback.Add(new FeedbackMessage(rejection, terms.ClientId, topic, publish));
    }

    /// <summary>The same message again; a new one must find a place, also from a 3.1.1 client, which knows no receive maximum.</summary>
    private bool IsHeld(ushort packetId)
    {
        if (held.Contains(packetId)) return true;
        if (held.Count < services.Options.ReceiveMaximum) return false;
        throw BeyondReceiveMaximum("QoS 2 messages without PUBREL");
    }

    private ProtocolException BeyondReceiveMaximum(string what) => new(
        "receive-maximum", ReasonCode.ReceiveMaximumExceeded, $"More than {services.Options.ReceiveMaximum} {what}.");

    /// <summary>
    /// A rejected message is in quarantine and acknowledged like any other; in MQTT 5 with the reason, where nothing of it was taken. A PUBREC with a
    /// reason ends the exchange, so that nothing is held [MQTT-4.3.3-9].
    /// </summary>
    private void Owe(in PublishPacket publish, Rejection? rejection)
    {
        owed.Messages++;
        var first = publish.Qos == 1 ? PacketWriter.Puback : PacketWriter.Pubrec;
        var refused = terms.IsV5 && rejection is { Whole: true };
        if (refused) owed.Add(PacketWriter.Ack(first, publish.PacketId, rejection!.Code, terms.Explain($"{rejection.Reason}: {rejection.Detail}")));
        else owed.Add(first, publish.PacketId);
        if (refused || publish.Qos == 1)
        {
            owed.Finished++;
            return;
        }
        held.Add(publish.PacketId);
        owed.Held.Add(publish.PacketId);
    }
}
