using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace MeterPipeline.Mqtt.Packets;

/// <summary>Reads the fields of a packet body in order; running past its end is a <see cref="ProtocolException"/>.</summary>
public ref struct PacketReader(ReadOnlySpan<byte> body)
{
    private const int VarIntBytesMax = 4;

    private ReadOnlySpan<byte> rest = body;

    public readonly bool AtEnd => rest.IsEmpty;

    public readonly ReadOnlySpan<byte> Rest => rest;

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    /// <summary>A variable byte integer in its shortest form [MQTT-1.5.5-1].</summary>
    public int VarInt()
    {
        var value = 0;
        for (var i = 0; i < VarIntBytesMax; i++)
        {
            var next = Byte();
            value |= (next & 0x7F) << (7 * i);
            if (next >= 0x80) continue;
            if (next == 0 && i > 0) break;
            return value;
        }
        throw ProtocolException.Malformed("malformed-length", "A variable byte integer has more than four bytes, or more than it needs [MQTT-1.5.5-1].");
    }

    /// <summary>A length-prefixed field.</summary>
    public ReadOnlySpan<byte> Binary() => Take(UInt16());

    /// <summary>A length-prefixed string; must be UTF-8 without U+0000 [MQTT-1.5.3-1, -2; in version 5 MQTT-1.5.4-1, -2].</summary>
    public ReadOnlySpan<byte> TextBytes()
    {
        var bytes = Binary();
        if (!Utf8.IsValid(bytes) || bytes.Contains((byte)0)) throw ProtocolException.Malformed("bad-text", "A string is not UTF-8 or holds U+0000.");
        return bytes;
    }

    /// <inheritdoc cref="TextBytes"/>
    public string Text() => Encoding.UTF8.GetString(TextBytes());

    /// <summary>A packet identifier; never 0 [MQTT-2.2.1-3; in version 3.1.1 MQTT-2.3.1-1].</summary>
    public ushort PacketId()
    {
        var id = UInt16();
        return id != 0 ? id : throw ProtocolException.Error("bad-packet-id", "Packet identifier 0 [MQTT-2.2.1-3].");
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if (rest.Length < count) throw ProtocolException.Malformed("truncated", "A packet ends in the middle of a field.");
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}
