using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace MeterPipeline.Mqtt.Packets;

/// <summary>Reads the fields of a packet body in order; running past its end is a <see cref="ProtocolException"/>.</summary>
public ref struct PacketReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> rest = body;

    public readonly bool AtEnd => rest.IsEmpty;

    public readonly ReadOnlySpan<byte> Rest => rest;

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    /// <summary>A length-prefixed field.</summary>
    public ReadOnlySpan<byte> Binary() => Take(UInt16());

    /// <summary>A length-prefixed string; must be UTF-8 without U+0000 [MQTT-1.5.3-1, -2].</summary>
    public string Text()
    {
        var bytes = Binary();
        if (!Utf8.IsValid(bytes) || bytes.Contains((byte)0)) throw new ProtocolException("bad-text", "A string is not UTF-8 or holds U+0000.");
        return Encoding.UTF8.GetString(bytes);
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (rest.Length < count) throw new ProtocolException("truncated", "A packet ends in the middle of a field.");
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}

/// <summary>PUBLISH, as far as it can be read without copying.</summary>
public readonly ref struct PublishPacket
{
    /// <summary>Longest topic taken, bytes: the contract's topics are far shorter.</summary>
    public const int TopicMax = 512;

    private PublishPacket(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, ushort packetId, byte qos, bool retained)
    {
        Topic = topic;
        Payload = payload;
        PacketId = packetId;
        Qos = qos;
        Retained = retained;
    }

    public ReadOnlySpan<byte> Topic { get; }
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>0 with QoS 0.</summary>
    public ushort PacketId { get; }
    public byte Qos { get; }
    public bool Retained { get; }

    /// <param name="anyTopic">
    /// From a broker: what it let through must not end the session, for it would deliver the same message again after every reconnect.
    /// </param>
    /// <exception cref="ProtocolException">Malformed, or QoS 3.</exception>
    public static PublishPacket Read(in Frame frame, bool anyTopic = false)
    {
        var qos = (byte)((frame.First >> 1) & 3);
        if (qos == 3) throw new ProtocolException("bad-qos", "QoS 3 does not exist [MQTT-3.3.1-4].");
        var reader = new PacketReader(frame.Body);
        var topic = reader.Binary();
        if (!anyTopic && (topic.IsEmpty || topic.Length > TopicMax)) throw new ProtocolException("bad-topic", $"A topic has 1 to {TopicMax} bytes.");
        if (!anyTopic && (topic.IndexOfAny((byte)'+', (byte)'#', (byte)0) >= 0 || !Utf8.IsValid(topic)))
            throw new ProtocolException("bad-topic", "A topic name is UTF-8 without wildcards and U+0000 [MQTT-3.3.2-2].");
        ushort id = 0;
        if (qos > 0 && (id = reader.UInt16()) == 0) throw new ProtocolException("bad-packet-id", "Packet identifier 0 [MQTT-2.3.1-1].");
        return new PublishPacket(topic, reader.Rest, id, qos, (frame.First & 1) != 0);
    }
}

/// <summary>CONNECT of MQTT 3.1.1; the will is read and dropped.</summary>
/// <param name="Level">Protocol level; fields beyond it are only read at level 4.</param>
public sealed record ConnectPacket(string Protocol, byte Level, bool CleanSession, ushort KeepAliveSeconds, string ClientId, string? User, byte[]? Password)
{
    public const byte Level311 = 4;
    public const byte Level5 = 5;

    /// <exception cref="ProtocolException">Malformed.</exception>
    public static ConnectPacket Read(ReadOnlySpan<byte> body)
    {
        var reader = new PacketReader(body);
        var protocol = reader.Text();
        var level = reader.Byte();
        if (protocol != "MQTT" || level != Level311) return new ConnectPacket(protocol, level, true, 0, "", null, null);
        var flags = reader.Byte();
        CheckFlags(flags);
        var keepAlive = reader.UInt16();
        var clientId = reader.Text();
        if ((flags & 0x04) != 0)
        {
            reader.Binary();
            reader.Binary();
        }
        var user = (flags & 0x80) != 0 ? reader.Text() : null;
        var password = (flags & 0x40) != 0 ? reader.Binary().ToArray() : null;
        if (!reader.AtEnd) throw new ProtocolException("bad-connect", "CONNECT holds more than its flags announce.");
        return new ConnectPacket(protocol, level, (flags & 0x02) != 0, keepAlive, clientId, user, password);
    }

    private static void CheckFlags(byte flags)
    {
        var (will, willQos, willRetain) = ((flags & 0x04) != 0, (flags >> 3) & 3, (flags & 0x20) != 0);
        if ((flags & 1) != 0) throw new ProtocolException("bad-connect", "The reserved flag of CONNECT is set [MQTT-3.1.2-3].");
        if (willQos == 3 || (!will && (willQos > 0 || willRetain)))
            throw new ProtocolException("bad-connect", "CONNECT's will flags contradict each other [MQTT-3.1.2-11, -13 to -15].");
        if ((flags & 0xC0) == 0x40) throw new ProtocolException("bad-connect", "CONNECT has a password without a user [MQTT-3.1.2-22].");
    }
}
