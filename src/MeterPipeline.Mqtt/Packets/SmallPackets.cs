namespace MeterPipeline.Mqtt.Packets;

/// <summary>PUBACK, PUBREC, PUBREL and PUBCOMP.</summary>
/// <param name="Code">A plain number: a peer may send codes that we do not know.</param>
public readonly record struct AckPacket(ushort PacketId, byte Code)
{
    /// <exception cref="ProtocolException">Malformed.</exception>
    public static AckPacket Read(ReadOnlySpan<byte> body, byte level)
    {
        var reader = new PacketReader(body);
        var id = reader.PacketId();
        var code = level == ProtocolLevel.V5 && !reader.AtEnd ? reader.Byte() : (byte)0;
        if (level == ProtocolLevel.V5 && !reader.AtEnd)
        {
            var properties = new PropertyReader(ref reader, PropertyReader.InAck);
            while (properties.Next(out _))
            {
            }
        }
        if (!reader.AtEnd) throw ProtocolException.Malformed("bad-length", "An acknowledgement holds more than it should.");
        return new AckPacket(id, code);
    }
}

/// <summary>DISCONNECT from a client.</summary>
/// <param name="SessionExpirySeconds">Null: as agreed in CONNECT.</param>
public readonly record struct DisconnectPacket(byte Code, uint? SessionExpirySeconds)
{
    /// <exception cref="ProtocolException">Malformed.</exception>
    public static DisconnectPacket Read(ReadOnlySpan<byte> body, byte level)
    {
        var reader = new PacketReader(body);
        byte code = 0;
        uint? expiry = null;
        if (level == ProtocolLevel.V5 && !reader.AtEnd) code = reader.Byte();
        if (level == ProtocolLevel.V5 && !reader.AtEnd)
        {
            var properties = new PropertyReader(ref reader, PropertyReader.InDisconnect);
            while (properties.Next(out var property))
                if (property.Id == PropertyId.SessionExpiry) expiry = property.Number;
        }
        if (!reader.AtEnd) throw ProtocolException.Malformed("bad-length", "DISCONNECT holds more than it should.");
        return new DisconnectPacket(code, expiry);
    }
}
