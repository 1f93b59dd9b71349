using System.Text;

namespace MeterPipeline.Mqtt.Packets;

/// <summary>DISCONNECT from a server; there is none in MQTT 3.1.1.</summary>
/// <param name="Code">A server may send codes that we do not know.</param>
/// <param name="Reason">In the server's words; null: none given.</param>
public readonly record struct ServerDisconnectPacket(ReasonCode Code, string? Reason)
{
    /// <exception cref="ProtocolException">Malformed.</exception>
    public static ServerDisconnectPacket Read(ReadOnlySpan<byte> body)
    {
        var reader = new PacketReader(body);
        var code = reader.AtEnd ? ReasonCode.Success : (ReasonCode)reader.Byte();
        string? reason = null;
        if (!reader.AtEnd)
        {
            var properties = new PropertyReader(ref reader, PropertyReader.InDisconnectOfServer);
            while (properties.Next(out var property))
                if (property.Id == PropertyId.ReasonString) reason = Encoding.UTF8.GetString(property.Bytes);
        }
        return reader.AtEnd ? new ServerDisconnectPacket(code, reason) : throw ProtocolException.Malformed("bad-length", "DISCONNECT holds more than it should.");
    }
}

/// <summary>SUBACK.</summary>
public readonly ref struct SubackPacket
{
    private SubackPacket(ushort packetId, string? reason, ReadOnlySpan<byte> codes)
    {
        PacketId = packetId;
        Reason = reason;
        Codes = codes;
    }

    public ushort PacketId { get; }

    /// <summary>In the server's words; null: none given.</summary>
    public string? Reason { get; }

    /// <summary>One for each filter, in their order: the QoS granted, or 0x80 and above.</summary>
    public ReadOnlySpan<byte> Codes { get; }

    /// <exception cref="ProtocolException">Malformed.</exception>
    public static SubackPacket Read(ReadOnlySpan<byte> body, byte level)
    {
        var reader = new PacketReader(body);
        var id = reader.PacketId();
        string? reason = null;
        if (level == ProtocolLevel.V5)
        {
            var properties = new PropertyReader(ref reader, PropertyReader.InAck);
            while (properties.Next(out var property))
                if (property.Id == PropertyId.ReasonString) reason = Encoding.UTF8.GetString(property.Bytes);
        }
        return new SubackPacket(id, reason, reader.Rest);
    }
}
