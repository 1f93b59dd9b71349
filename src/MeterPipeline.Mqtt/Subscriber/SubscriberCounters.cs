namespace MeterPipeline.Mqtt.Subscriber;

/// <summary>What a subscriber has seen since its start. Thread-safe.</summary>
public sealed class SubscriberCounters
{
    private long messages, committed, unprotected, retained, oversized, connects, lostSessions, refusedFilters, droppedByBroker;

    /// <summary>Messages delivered, the broker's own figures not among them.</summary>
    public long Messages => Interlocked.Read(ref messages);

    /// <summary>Messages at QoS 1 that were committed, or skipped because of their size; what then was acknowledged too late comes again.</summary>
    public long Committed => Interlocked.Read(ref committed);

    /// <summary>Messages delivered at QoS 0: the publisher or the broker does not hold them until we have them.</summary>
    public long Unprotected => Interlocked.Read(ref unprotected);

    /// <summary>Messages that the broker had kept as the last of their topic: perhaps an old reading, seen again after the connection was made.</summary>
    public long Retained => Interlocked.Read(ref retained);

    /// <summary>Messages above MaxPacketBytes: acknowledged and not taken.</summary>
    public long Oversized => Interlocked.Read(ref oversized);

    /// <summary>Sessions opened, reconnects included.</summary>
    public long Connects => Interlocked.Read(ref connects);

    /// <summary>Reconnects at which the broker no longer knew our session: what it held for us is gone.</summary>
    public long LostSessions => Interlocked.Read(ref lostSessions);

    /// <summary>Filters that the broker refused or granted at QoS 0 only.</summary>
    public long RefusedFilters => Interlocked.Read(ref refusedFilters);

    /// <summary>Messages that the broker says it has dropped since we first asked, whoever they were for.</summary>
    public long DroppedByBroker => Interlocked.Read(ref droppedByBroker);

    public void CountMessage(byte qos, bool wasRetained)
    {
        Interlocked.Increment(ref messages);
        if (qos == 0) Interlocked.Increment(ref unprotected);
        if (wasRetained) Interlocked.Increment(ref retained);
    }

    internal void CountCommitted(int count) => Interlocked.Add(ref committed, count);

    internal void CountOversized() => Interlocked.Increment(ref oversized);

    public void CountConnect() => Interlocked.Increment(ref connects);

    internal void CountLostSession() => Interlocked.Increment(ref lostSessions);

    public void CountRefusedFilter() => Interlocked.Increment(ref refusedFilters);

    internal void CountDropped(long count) => Interlocked.Add(ref droppedByBroker, count);
}
