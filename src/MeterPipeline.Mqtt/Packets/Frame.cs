namespace MeterPipeline.Mqtt.Packets;

/// <summary>MQTT control packet types, as in the high four bits of the first byte.</summary>
public enum PacketType : byte
{
    Connect = 1, Connack = 2, Publish = 3, Puback = 4, Pubrec = 5, Pubrel = 6, Pubcomp = 7, Subscribe = 8, Suback = 9, Unsubscribe = 10,
    Unsuback = 11, Pingreq = 12, Pingresp = 13, Disconnect = 14, Auth = 15,
}

/// <summary>Protocol levels, as in CONNECT.</summary>
public static class ProtocolLevel
{
    public const byte V311 = 4;
    public const byte V5 = 5;
}

/// <summary>One control packet within a buffer.</summary>
public readonly ref struct Frame
{
    private const int LengthBytesMax = 4;

    private Frame(byte first, ReadOnlySpan<byte> body, int size)
    {
        First = first;
        Body = body;
        Size = size;
    }

    /// <summary>Type and flags.</summary>
    public byte First { get; }

    public PacketType Type => (PacketType)(First >> 4);

    /// <summary>The low four bits are what the type prescribes; PUBLISH carries meaning there and fits always.</summary>
    public bool FlagsFit => Type == PacketType.Publish
        || (First & 0x0F) == (Type is PacketType.Subscribe or PacketType.Unsubscribe or PacketType.Pubrel ? 2 : 0);

    /// <summary>Everything behind the fixed header.</summary>
    public ReadOnlySpan<byte> Body { get; }

    /// <summary>Bytes of the whole packet.</summary>
    public int Size { get; }

    /// <summary>Cuts the first packet out of a buffer.</summary>
    /// <param name="needed">When false is returned: bytes that the packet takes, or 0 where that is not known yet.</param>
    /// <exception cref="ProtocolException">The length is malformed or beyond <paramref name="maxBytes"/>.</exception>
    public static bool TryRead(ReadOnlySpan<byte> buffer, int maxBytes, out Frame frame, out int needed)
    {
        frame = default;
        needed = 0;
        if (!TryReadSize(buffer, out var header, out var size)) return false;
        if (size > maxBytes) throw TooLarge(size, maxBytes);
        if (buffer.Length < size)
        {
            needed = size;
            return false;
        }
        frame = new Frame(buffer[0], buffer[header..size], size);
        return true;
    }

    /// <summary>The size of the first packet, whatever of it is there.</summary>
    /// <param name="header">Bytes of the fixed header.</param>
    /// <param name="size">Bytes of the whole packet; not above 256 MiB, for the format ends there.</param>
    /// <returns>False: too little is there to tell.</returns>
    /// <exception cref="ProtocolException">The length is malformed.</exception>
    public static bool TryReadSize(ReadOnlySpan<byte> buffer, out int header, out int size)
    {
        (header, size) = (0, 0);
        var length = 0;
        for (var i = 1; i <= LengthBytesMax; i++)
        {
            if (i >= buffer.Length) return false;
            length |= (buffer[i] & 0x7F) << (7 * (i - 1));
            if (buffer[i] >= 0x80) continue;
            (header, size) = (1 + i, 1 + i + length);
            return true;
        }
        throw ProtocolException.Malformed("malformed-length", "The remaining length takes more than four bytes.");
    }

    /// <summary>Apart, so that cutting a packet does not pay for the text.</summary>
    private static ProtocolException TooLarge(int size, int maxBytes) => new(
        "packet-too-large", ReasonCode.PacketTooLarge, $"A packet of {size} bytes; at most {maxBytes} are taken. Send smaller batches.");

    /// <summary>What a packet begins with, where the rest of it is not wanted.</summary>
    /// <param name="begin">From the first byte on, fixed header included.</param>
    /// <param name="header">Bytes of the fixed header.</param>
    internal static Frame Beginning(ReadOnlySpan<byte> begin, int header) => new(begin[0], begin[header..], begin.Length);
}
