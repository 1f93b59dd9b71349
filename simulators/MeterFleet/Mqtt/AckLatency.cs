using System.Diagnostics;

namespace MeterFleet;

/// <summary>
/// How long acknowledgements took: 8 buckets per doubling, so a quantile is at most 12.5 % too high. Recorded by one thread;
/// reading while it records gives a slightly torn, never a wrong picture.
/// </summary>
public sealed class AckLatency
{
    private const int BucketsPerDoubling = 8;
    private const int Doublings = 40;
    private readonly long[] counts = new long[BucketsPerDoubling * Doublings];

    /// <summary>Number of acknowledgements measured.</summary>
    public long Count { get; private set; }

    /// <summary>Half took at most this long, milliseconds; 0 before the first.</summary>
    public double P50Ms => QuantileMs(0.50);

    /// <summary>99 of 100 took at most this long, milliseconds; 0 before the first.</summary>
    public double P99Ms => QuantileMs(0.99);

    /// <summary>The time that a share of the acknowledgements did not exceed, milliseconds, rounded up to its bucket's end.</summary>
    /// <param name="share">0 to 1.</param>
    public double QuantileMs(double share)
    {
        long wanted = Math.Max(1, (long)Math.Ceiling(Count * share));
        long seen = 0;
        for (int bucket = 0; bucket < counts.Length; bucket++)
        {
            seen += counts[bucket];
            if (seen >= wanted)
                return UpperBoundMicroseconds(bucket) / 1000.0;
        }

        return 0;
    }

    internal void Record(long ticks)
    {
        long microseconds = Math.Max(0, ticks * 1_000_000 / Stopwatch.Frequency);
        counts[Math.Min(counts.Length - 1, BucketOf(microseconds))]++;
        Count++;
    }

    private static int BucketOf(long microseconds)
    {
        if (microseconds < BucketsPerDoubling)
            return (int)microseconds;
        int doubling = System.Numerics.BitOperations.Log2((ulong)microseconds) - 3;
        return (BucketsPerDoubling * (doubling + 1)) + (int)((microseconds >> doubling) - BucketsPerDoubling);
    }

    private static long UpperBoundMicroseconds(int bucket)
    {
        if (bucket < BucketsPerDoubling)
            return bucket + 1;
        int doubling = (bucket / BucketsPerDoubling) - 1;
        return (long)((bucket % BucketsPerDoubling) + BucketsPerDoubling + 1) << doubling;
    }
}
