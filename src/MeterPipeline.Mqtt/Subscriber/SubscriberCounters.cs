namespace MeterPipeline.Mqtt.Subscriber;

/// <summary>What a subscriber has seen since its start. Thread-safe.</summary>
public sealed class SubscriberCounters
{
    private long messages, unprotected, retained, connects, refusedFilters;

    public long Messages => Interlocked.Read(ref messages);

    /// <summary>Messages delivered at QoS 0: the publisher or the broker does not hold them until we have them.</summary>
    public long Unprotected => Interlocked.Read(ref unprotected);

    public long Retained => Interlocked.Read(ref retained);

    /// <summary>Sessions opened, reconnects included.</summary>
    public long Connects => Interlocked.Read(ref connects);

    /// <summary>Filters that the broker refused or granted at QoS 0 only.</summary>
    public long RefusedFilters => Interlocked.Read(ref refusedFilters);

    public void CountMessage(byte qos, bool wasRetained)
    {
        Interlocked.Increment(ref messages);
        if (qos == 0) Interlocked.Increment(ref unprotected);
        if (wasRetained) Interlocked.Increment(ref retained);
    }

    public void CountConnect() => Interlocked.Increment(ref connects);

    public void CountRefusedFilter() => Interlocked.Increment(ref refusedFilters);
}
