using System.Buffers.Binary;

namespace MeterPipeline.Mqtt.Packets;

/// <summary>Renders the packets that both ends of this room send; those with properties of MQTT 5 come from where their content is known.</summary>
public static class PacketWriter
{
    /// <summary>Bytes of an acknowledgement without a reason.</summary>
    public const int AckBytes = 4;

    /// <summary>First bytes of the acknowledgements.</summary>
    public const byte Puback = 0x40, Pubrec = 0x50, Pubcomp = 0x70;

    public static readonly byte[] Pingreq = [0xC0, 0];
    public static readonly byte[] Pingresp = [0xD0, 0];
    public static readonly byte[] Disconnect = [0xE0, 0];

    /// <summary>Writes an acknowledgement; <paramref name="into"/> has <see cref="AckBytes"/> of room.</summary>
    /// <param name="first"><see cref="Puback"/>, <see cref="Pubrec"/> or <see cref="Pubcomp"/>.</param>
    public static void Ack(Span<byte> into, byte first, ushort packetId) =>
        BinaryPrimitives.WriteUInt32BigEndian(into, ((uint)first << 24) | 0x02_0000 | packetId);

    /// <summary>An acknowledgement of MQTT 5 with a reason.</summary>
    public static byte[] Ack(byte first, ushort packetId, ReasonCode code, string? reason)
    {
        var body = new PacketBuilder().UInt16(packetId).Byte((byte)code);
        if (reason is not null) body.Properties(new PacketBuilder().Reason(reason));
        return body.Packet(first);
    }

    /// <summary>DISCONNECT of MQTT 5 from a server.</summary>
    public static byte[] DisconnectBecause(ReasonCode code, string? reason)
    {
        var body = new PacketBuilder().Byte((byte)code);
        if (reason is not null) body.Properties(new PacketBuilder().Reason(reason));
        return body.Packet(0xE0);
    }

    /// <summary>SUBACK or UNSUBACK: one code for each filter, in their order.</summary>
    /// <param name="first">0x90 or 0xB0.</param>
    public static byte[] FilterAck(byte first, byte level, ushort packetId, ReadOnlySpan<byte> codes)
    {
        var body = new PacketBuilder().UInt16(packetId);
        if (level == ProtocolLevel.V5) body.Properties(new PacketBuilder());
        return body.Raw(codes).Packet(first);
    }
}
