using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MeterPipeline.Ledger.Move;

/// <summary>A number that stands for a set of rows whatever their order: the sum of a SHA-256 of each. Not thread-safe.</summary>
internal sealed class RowDigest
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] one = new byte[SHA256.HashSizeInBytes];
    private UInt128 sum;

    public long Rows { get; private set; }

    /// <param name="row">Values: null, int, long, bool, string or byte[].</param>
    public void Add(ReadOnlySpan<object?> row)
    {
        foreach (var value in row) Add(value);
        hash.GetHashAndReset(one);
        sum = unchecked(sum + BinaryPrimitives.ReadUInt128LittleEndian(one));
        Rows++;
    }

    public bool IsSameAs(RowDigest other) => Rows == other.Rows && sum == other.sum;

    private void Add(object? value)
    {
        var bytes = value switch
        {
            null => [],
            int number => BitConverter.GetBytes((long)number),
            long number => BitConverter.GetBytes(number),
            bool flag => [flag ? (byte)1 : (byte)0],
            string text => Encoding.UTF8.GetBytes(text),
            byte[] blob => blob,
            _ => throw new ArgumentException($"A row holds a {value.GetType().Name}."),
        };
        hash.AppendData(BitConverter.GetBytes(value is null ? -1 : bytes.Length));
        hash.AppendData(bytes);
    }
}
