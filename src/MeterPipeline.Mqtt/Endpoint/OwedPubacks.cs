namespace MeterPipeline.Mqtt.Endpoint;

/// <summary>Packet identifiers of one submitted batch, in order of receipt [MQTT-4.6.0-2]. Pooled by its connection.</summary>
internal sealed class OwedPubacks(ClientConnection owner) : IOwedAcks
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
