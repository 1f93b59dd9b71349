namespace MeterPipeline.Mqtt;

/// <summary>The connection that owes acknowledgements. Called from the recorder's thread.</summary>
internal interface IAcknowledger
{
    void Acknowledge(ReadOnlySpan<ushort> packetIds);

    /// <summary>The batch may be used again.</summary>
    void Return(OwedPubacks batch);
}

/// <summary>Packet identifiers of one submitted batch, in order of receipt [MQTT-4.6.0-2]. Pooled by its connection.</summary>
internal sealed class OwedPubacks(IAcknowledger owner) : IOwedAcks
{
    private ushort[] ids = new ushort[32];
    private int count;

    public bool IsEmpty => count == 0;

    public void Add(ushort packetId)
    {
        if (count == ids.Length) Array.Resize(ref ids, count * 2);
        ids[count++] = packetId;
    }

    public void Committed()
    {
        owner.Acknowledge(ids.AsSpan(0, count));
        count = 0;
        owner.Return(this);
    }
}
