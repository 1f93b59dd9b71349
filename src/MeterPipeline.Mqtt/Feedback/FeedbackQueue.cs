using MeterPipeline.Mqtt.Endpoint;

namespace MeterPipeline.Mqtt;

/// <summary>
/// Feedback on its way to one session: what waits, and what was sent at QoS 1 and is not acknowledged. Both are bounded; a reader that is too slow
/// loses the oldest first. Thread-safe; nothing here blocks, for messages come from the recorder's thread.
/// </summary>
internal sealed class FeedbackQueue(EndpointCounters counters)
{
    /// <summary>Messages that wait for a reader: a few hundred bytes each.</summary>
    public const int WaitingMax = 256;

    private const int InFlightMax = 16;

    private readonly Lock gate = new();
    private readonly Queue<(FeedbackMessage Message, byte Qos)> waiting = [];
    private readonly List<(ushort Id, FeedbackMessage Message)> inFlight = [];
    private Outbox? outbox;
    private Terms? terms;
    private ushort lastId;

    /// <summary>Companies subscribed to. Guarded by <see cref="FeedbackReaders"/>.</summary>
    public HashSet<string> Companies { get; } = new(StringComparer.Ordinal);

    /// <summary>The session is gone. Guarded by <see cref="FeedbackReaders"/>.</summary>
    public bool Ended { get; set; }

    /// <summary>Queues a message; at QoS 0 only while somebody is connected.</summary>
    public void Offer(FeedbackMessage message, byte qos)
    {
        lock (gate)
        {
            if (outbox is null && qos == 0) return;
            if (waiting.Count == WaitingMax)
            {
                waiting.Dequeue();
                counters.CountFeedbackDropped();
            }
            waiting.Enqueue((message, qos));
            Send();
        }
    }

    /// <summary>The session has a connection: what it has not acknowledged is sent again, with its packet identifiers and in order [MQTT-4.4.0-1, MQTT-4.6.0-1].</summary>
    public void Attach(Outbox to, Terms agreed)
    {
        lock (gate)
        {
            (outbox, terms) = (to, agreed);
            foreach (var (id, message) in inFlight) outbox.Add(message.Render(terms.Level, id, again: true));
            Send();
        }
    }

    /// <summary>That connection is gone; does nothing where another has taken its place.</summary>
    public void Detach(Outbox from)
    {
        lock (gate)
            if (outbox == from) (outbox, terms) = (null, null);
    }

    /// <summary>PUBACK from the reader; one for something unknown is ignored.</summary>
    public void Acknowledged(ushort packetId)
    {
        lock (gate)
        {
            inFlight.RemoveAll(sent => sent.Id == packetId);
            Send();
        }
    }

    /// <summary>The reader has taken bytes: perhaps there is room.</summary>
    public void Continue()
    {
        if (waiting.Count == 0) return; // A stale answer costs nothing: whoever queues sends too.
        lock (gate) Send();
    }

    private void Send()
    {
        while (outbox is { IsFull: false } && waiting.TryPeek(out var next))
        {
            if (next.Qos > 0 && inFlight.Count >= Math.Min(InFlightMax, (int)terms!.ReceiveMaximum)) return;
            waiting.Dequeue();
            var id = next.Qos > 0 ? NextId() : (ushort)0;
            var packet = next.Message.Render(terms!.Level, id, again: false);
            // Too large for this client: as if it had been sent [MQTT-3.1.2-24, -25].
            if (packet.Length > terms.PacketBytesMax) continue;
            if (id != 0) inFlight.Add((id, next.Message));
            outbox.Add(packet);
            counters.CountFeedbackSent();
        }
    }

    private ushort NextId()
    {
        do lastId = lastId == ushort.MaxValue ? (ushort)1 : (ushort)(lastId + 1);
        while (inFlight.Exists(sent => sent.Id == lastId));
        return lastId;
    }
}
