using System.Buffers.Binary;
using System.Numerics;

namespace MeterPipeline.Ledger;

/// <summary>CRC-32C, one instruction per eight bytes: what is read back is what was written.</summary>
internal static class Checksum
{
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Continue(uint.MaxValue, bytes);

    /// <summary>Of a row: a blob under the wrong key is as bad as another blob.</summary>
    public static uint Of(int first, int second, int third, ReadOnlySpan<byte> blob)
    {
        var crc = BitOperations.Crc32C(uint.MaxValue, unchecked((uint)first));
        crc = BitOperations.Crc32C(crc, unchecked((uint)second));
        return ~Continue(BitOperations.Crc32C(crc, unchecked((uint)third)), blob);
    }

    private static uint Continue(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return crc;
    }
}
