using MeterPipeline.Mqtt.Packets;

namespace MeterPipeline.Mqtt;

/// <summary>The connection that owes acknowledgements. Called from the recorder's thread.</summary>
internal interface IAcknowledger
{
    /// <summary>The batch is durable: its packets may leave. The batch is free again afterwards.</summary>
    void Acknowledge(OwedAcks batch);
}

/// <summary>
/// The acknowledgements of one submitted batch, rendered in order of receipt [MQTT-4.6.0-2, -3], so that after the commit they leave as one span.
/// Pooled by its connection.
/// </summary>
internal sealed class OwedAcks(IAcknowledger owner) : IOwedAcks
{
    private byte[] packets = new byte[128];
    private int length;

    public bool IsEmpty => length == 0 && Feedback.Count == 0;

    public ReadOnlySpan<byte> Packets => packets.AsSpan(0, length);

    /// <summary>Messages of the batch that are acknowledged after its commit.</summary>
    public int Messages { get; set; }

    /// <summary>Messages of the batch whose exchange ends with their acknowledgement here: it frees a place under the receive maximum.</summary>
    public int Finished { get; set; }

    /// <summary>Packet identifiers at QoS 2 that this batch holds from here on: forgotten again if it is never submitted.</summary>
    public List<ushort> Held { get; } = [];

    /// <summary>What to tell readers of the feedback topic once the batch is durable, in order of receipt.</summary>
    public List<FeedbackMessage> Feedback { get; } = [];

    /// <summary>Adds a plain acknowledgement.</summary>
    public void Add(byte first, ushort packetId)
    {
        PacketWriter.Ack(Room(PacketWriter.AckBytes), first, packetId);
        length += PacketWriter.AckBytes;
    }

    public void Add(ReadOnlySpan<byte> packet)
    {
        packet.CopyTo(Room(packet.Length));
        length += packet.Length;
    }

    public void Committed() => owner.Acknowledge(this);

    public void Clear()
    {
        (length, Messages, Finished) = (0, 0, 0);
        Held.Clear();
        Feedback.Clear();
    }

    private Span<byte> Room(int bytes)
    {
        if (packets.Length - length < bytes) Array.Resize(ref packets, Math.Max(packets.Length * 2, length + bytes));
        return packets.AsSpan(length, bytes);
    }
}

/// <summary>
/// Batches of one connection to use again. Thread-safe. Not a ConcurrentBag: the threads that filled one keep what they put in, and a batch knows its
/// connection, so that no connection would ever be collected.
/// </summary>
internal sealed class AckPool(IAcknowledger owner)
{
    private readonly Stack<OwedAcks> free = [];

    public OwedAcks Take()
    {
        lock (free) return free.TryPop(out var batch) ? batch : new OwedAcks(owner);
    }

    public void Return(OwedAcks batch)
    {
        lock (free) free.Push(batch);
    }
}
