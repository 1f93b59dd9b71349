using System.Numerics;

namespace LoadGenerator;

/// <summary>Counts of durations in buckets an eighth of a power of two wide (at most 9 % off). Not thread-safe.</summary>
public sealed class Histogram
{
    private const int SubBits = 3;
    private readonly long[] counts = new long[64 << SubBits];

    /// <summary>The longest duration, µs, exactly.</summary>
    public long Max { get; private set; }

    public void Add(long microseconds, long count)
    {
        counts[Bucket(Math.Max(1, microseconds))] += count;
        Max = Math.Max(Max, microseconds);
    }

    public void Add(Histogram other)
    {
        for (var i = 0; i < counts.Length; i++) counts[i] += other.counts[i];
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>Upper edge of the bucket that holds the quantile, µs; never above <see cref="Max"/>.</summary>
    public long Quantile(double q)
    {
        var wanted = (long)Math.Ceiling(counts.Sum() * q);
        var seen = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            seen += counts[i];
            if (seen >= wanted && seen > 0) return Math.Min(Edge(i + 1), Max);
        }
        return 0;
    }

    private static int Bucket(long value)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)value) - SubBits);
        return (shift << SubBits) + (int)(value >> shift);
    }

    private static long Edge(int bucket)
    {
        if (bucket < 2 << SubBits) return bucket;
        var shift = (bucket >> SubBits) - 1;
        return (long)(bucket - (shift << SubBits)) << shift;
    }
}
