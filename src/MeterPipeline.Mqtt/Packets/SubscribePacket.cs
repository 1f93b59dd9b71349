namespace MeterPipeline.Mqtt.Packets;

/// <summary>SUBSCRIBE or UNSUBSCRIBE: a header, then filters to be read one after the other.</summary>
public ref struct SubscribePacket
{
    private readonly byte level;
    private readonly bool withOptions;
    private PacketReader rest;

    private SubscribePacket(PacketReader rest, byte level, bool withOptions, ushort packetId, bool hasIdentifier)
    {
        (this.level, this.withOptions) = (level, withOptions);
        this.rest = rest;
        PacketId = packetId;
        HasIdentifier = hasIdentifier;
    }

    public ushort PacketId { get; }

    /// <summary>A subscription identifier is given (MQTT 5).</summary>
    public bool HasIdentifier { get; }

    /// <exception cref="ProtocolException">Malformed, or without any filter [MQTT-3.8.3-2, MQTT-3.10.3-2].</exception>
    public static SubscribePacket Read(in Frame frame, byte level)
    {
        var reader = new PacketReader(frame.Body);
        var id = reader.PacketId();
        var subscribes = frame.Type == PacketType.Subscribe;
        var hasIdentifier = false;
        if (level == ProtocolLevel.V5)
        {
            var properties = new PropertyReader(ref reader, subscribes ? PropertyReader.InSubscribe : PropertyReader.InUnsubscribe);
            while (properties.Next(out var property)) hasIdentifier |= property.Id == PropertyId.SubscriptionId;
        }
        if (reader.AtEnd) throw ProtocolException.Error("bad-subscribe", $"{frame.Type} without a filter [MQTT-3.8.3-2, MQTT-3.10.3-2].");
        return new SubscribePacket(reader, level, subscribes, id, hasIdentifier);
    }

    /// <param name="qos">The maximum asked for; 0 in UNSUBSCRIBE.</param>
    /// <exception cref="ProtocolException">Malformed, or a filter or option of a form that does not exist.</exception>
    public bool Next(out ReadOnlySpan<byte> filter, out byte qos)
    {
        filter = default;
        qos = 0;
        if (rest.AtEnd) return false;
        filter = rest.TextBytes();
        if (!TopicFilter.IsValid(filter))
            throw new ProtocolException("bad-filter", ReasonCode.TopicFilterInvalid,
                "A topic filter is empty or has a wildcard where none can be [MQTT-4.7.1-1, -2, MQTT-4.7.3-1].");
        if (!withOptions) return true;
        var options = rest.Byte();
        qos = (byte)(options & 3);
        if (qos == 3) throw ProtocolException.Error("bad-qos", "QoS 3 does not exist (3.8.3.1; in version 3.1.1 MQTT-3-8.3-4).");
        if ((options & (level == ProtocolLevel.V5 ? 0xC0 : 0xFC)) != 0)
            throw ProtocolException.Malformed("bad-flags", "Reserved bits of the subscription options are set [MQTT-3.8.3-5].");
        if ((options & 0x30) == 0x30) throw ProtocolException.Error("bad-flags", "Retain handling 3 does not exist (3.8.3.1).");
        if ((options & 4) != 0 && TopicFilter.IsShared(filter)) throw ProtocolException.Error("bad-flags", "No Local on a shared subscription [MQTT-3.8.3-4].");
        return true;
    }
}
