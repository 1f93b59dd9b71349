using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace MeterPipeline.Mqtt.Packets;

/// <summary>PUBLISH, as far as it can be read without copying.</summary>
public readonly ref struct PublishPacket
{
    /// <summary>Longest topic taken, bytes: the contract's topics are far shorter.</summary>
    public const int TopicMax = 512;

    private PublishPacket(byte flags, ReadOnlySpan<byte> topic, ushort packetId, scoped in PublishProperties properties, ReadOnlySpan<byte> payload)
    {
        Flags = flags;
        Topic = topic;
        PacketId = packetId;
        Properties = properties;
        Payload = payload;
    }

    private byte Flags { get; }

    /// <summary>Empty only where <see cref="PublishProperties.Alias"/> stands for it.</summary>
    public ReadOnlySpan<byte> Topic { get; }

    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>0 with QoS 0.</summary>
    public ushort PacketId { get; }

    public byte Qos => (byte)((Flags >> 1) & 3);

    public bool Retained => (Flags & 1) != 0;

    public PublishProperties Properties { get; }

    /// <param name="fromBroker">
    /// What a broker let through must not end the session, for it would deliver the same message again after every reconnect: any topic is taken, and
    /// properties are skipped.
    /// </param>
    /// <exception cref="ProtocolException">Malformed, or QoS 3.</exception>
    public static PublishPacket Read(in Frame frame, byte level = ProtocolLevel.V311, bool fromBroker = false)
    {
        var qos = (frame.First >> 1) & 3;
        if (qos == 3) throw ProtocolException.Malformed("bad-qos", "QoS 3 does not exist [MQTT-3.3.1-4].");
        if (qos == 0 && (frame.First & 8) != 0) throw ProtocolException.Malformed("bad-flags", "DUP is set on QoS 0 [MQTT-3.3.1-2].");
        var reader = new PacketReader(frame.Body);
        var topic = reader.Binary();
        var id = qos > 0 ? reader.PacketId() : (ushort)0;
        if (fromBroker)
        {
            if (level == ProtocolLevel.V5) reader.Take(reader.VarInt());
            return new PublishPacket(frame.First, topic, id, default, reader.Rest);
        }
        var properties = level == ProtocolLevel.V5 ? PublishProperties.Read(ref reader) : default;
        if (topic.IsEmpty && properties.Alias != 0) return new PublishPacket(frame.First, topic, id, properties, reader.Rest);
        if (topic.IsEmpty) throw ProtocolException.Error("bad-topic", "No topic, and no alias for one (3.3.2.1; in version 3.1.1 MQTT-4.7.3-1).");
        if (!IsTopicName(topic)) throw BadTopicName();
        return new PublishPacket(frame.First, topic, id, properties, reader.Rest);
    }

    private static ProtocolException BadTopicName() => new(
        "bad-topic", ReasonCode.TopicNameInvalid, $"A topic name is 1 to {TopicMax} bytes of UTF-8 without wildcards and U+0000 [MQTT-3.3.2-2].");

    /// <summary>UTF-8 of a length that is taken, without wildcards and U+0000.</summary>
    public static bool IsTopicName(ReadOnlySpan<byte> topic) =>
        topic.Length is > 0 and <= TopicMax && topic.IndexOfAny((byte)'+', (byte)'#', (byte)0) < 0 && Utf8.IsValid(topic);
}

/// <summary>The properties of PUBLISH that matter here; the others are checked for form and ignored.</summary>
public readonly ref struct PublishProperties
{
    private PublishProperties(ushort alias, ReadOnlySpan<byte> responseTopic, ReadOnlySpan<byte> correlation)
    {
        Alias = alias;
        ResponseTopic = responseTopic;
        Correlation = correlation;
    }

    /// <summary>0: none given.</summary>
    public ushort Alias { get; }

    /// <summary>Empty: none given.</summary>
    public ReadOnlySpan<byte> ResponseTopic { get; }

    /// <summary>Empty: none given.</summary>
    public ReadOnlySpan<byte> Correlation { get; }

    /// <exception cref="ProtocolException">Malformed, alias 0, or a response topic with wildcards.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)] // Its many locals would be cleared for every PUBLISH of version 3.1.1 too.
    internal static PublishProperties Read(scoped ref PacketReader packet)
    {
        ushort alias = 0;
        ReadOnlySpan<byte> responseTopic = default, correlation = default;
        var properties = new PropertyReader(ref packet, PropertyReader.InPublish);
        while (properties.Next(out var property))
        {
            switch (property.Id)
            {
                case PropertyId.TopicAlias when property.Number == 0:
                    throw new ProtocolException("bad-alias", ReasonCode.TopicAliasInvalid, "Topic alias 0 does not exist [MQTT-3.3.2-8].");
                case PropertyId.TopicAlias:
                    alias = (ushort)property.Number;
                    break;
                case PropertyId.ResponseTopic when !PublishPacket.IsTopicName(property.Bytes):
                    throw ProtocolException.Error("bad-topic", "A response topic is no topic name: it is empty, too long, or has wildcards [MQTT-3.3.2-14].");
                case PropertyId.ResponseTopic:
                    responseTopic = property.Bytes;
                    break;
                case PropertyId.SubscriptionId:
                    throw ProtocolException.Error("bad-property", "A client does not send subscription identifiers in PUBLISH [MQTT-3.3.4-6].");
                case PropertyId.CorrelationData:
                    correlation = property.Bytes;
                    break;
            }
        }
        return new PublishProperties(alias, responseTopic, correlation);
    }
}
