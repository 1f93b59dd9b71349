using System.Text;

namespace MeterPipeline.Mqtt.Packets;

/// <summary>Renders one packet, or a block of properties, field by field. For packets that are rare; acknowledgements are rendered in place.</summary>
internal sealed class PacketBuilder
{
    private readonly List<byte> bytes = [];

    public int Length => bytes.Count;

    public PacketBuilder Byte(byte value)
    {
        bytes.Add(value);
        return this;
    }

    public PacketBuilder UInt16(int value) => Byte((byte)(value >> 8)).Byte((byte)(value & 0xFF));

    public PacketBuilder UInt32(uint value) => UInt16((int)(value >> 16)).UInt16((int)(value & 0xFFFF));

    public PacketBuilder VarInt(int value)
    {
        do
        {
            Byte((byte)((value & 0x7F) | (value > 0x7F ? 0x80 : 0)));
            value >>= 7;
        }
        while (value > 0);
        return this;
    }

    public PacketBuilder Raw(ReadOnlySpan<byte> value)
    {
        bytes.AddRange(value);
        return this;
    }

    public PacketBuilder Binary(ReadOnlySpan<byte> value) => UInt16(value.Length).Raw(value);

    public PacketBuilder Text(string value) => Binary(Encoding.UTF8.GetBytes(value));

    public PacketBuilder Property(PropertyId id) => Byte((byte)id);

    /// <summary>Adds a reason string; null adds nothing.</summary>
    public PacketBuilder Reason(string? text) => text is null ? this : Property(PropertyId.ReasonString).Text(text);

    /// <summary>Adds a block of properties behind its length.</summary>
    public PacketBuilder Properties(PacketBuilder properties)
    {
        VarInt(properties.Length);
        bytes.AddRange(properties.bytes);
        return this;
    }

    /// <summary>The body behind its fixed header.</summary>
    /// <param name="first">Type and flags.</param>
    public byte[] Packet(byte first)
    {
        var header = new PacketBuilder().Byte(first).VarInt(Length);
        return [.. header.bytes, .. bytes];
    }
}
