namespace MeterPipeline.Domain;

/// <summary>LEB128 variable-length integers, the alphabet of every stored blob. Malformed input throws <see cref="FormatException"/>.</summary>
public static class Varint
{
    /// <summary>Longest form of 64 bits.</summary>
    public const int MaxBytes = 10;

    /// <summary>Writes at <paramref name="at"/> and moves it on; the caller guarantees <see cref="MaxBytes"/> of room.</summary>
    public static void Write(Span<byte> into, ref int at, ulong value)
    {
        unchecked
        {
            while (value >= 0x80)
            {
                into[at++] = (byte)(value | 0x80);
                value >>= 7;
            }
            into[at++] = (byte)value;
        }
    }

    public static void WriteSigned(Span<byte> into, ref int at, long value) => Write(into, ref at, ZigZag(value));

    public static ulong Read(ReadOnlySpan<byte> from, ref int at)
    {
        // Most numbers take one byte: that much is worth having in the caller.
        if ((uint)at < (uint)from.Length && from[at] < 0x80) return from[at++];
        return ReadLong(from, ref at);
    }

    private static ulong ReadLong(ReadOnlySpan<byte> from, ref int at)
    {
        unchecked
        {
            ulong value = 0;
            for (var shift = 0; shift < 64; shift += 7)
            {
                if ((uint)at >= (uint)from.Length) throw new FormatException($"Varint cut short at byte {at}.");
                var next = from[at++];
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80) return value;
            }
        }
        throw new FormatException($"Varint longer than 64 bits before byte {at}.");
    }

    public static long ReadSigned(ReadOnlySpan<byte> from, ref int at) => UnZigZag(Read(from, ref at));

    public static ulong ZigZag(long value) => unchecked((ulong)((value << 1) ^ (value >> 63)));

    public static long UnZigZag(ulong value) => unchecked((long)(value >> 1) ^ -(long)(value & 1));
}
