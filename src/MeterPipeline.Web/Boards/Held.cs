namespace MeterPipeline.Web.Boards;

/// <summary>
/// A computed value that many viewers share: kept for a second or ten times what it cost, whichever is longer (but five seconds at most), so that
/// viewers take little from the pipeline. While one thread computes anew, the others are given the old value. Any thread.
/// </summary>
internal sealed class Held<T>(TimeProvider time, Func<T> compute) where T : class
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private const int CostFactor = 10;

    private readonly Lock computing = new();
    private volatile Kept? kept;

    /// <summary>The value, at most as old as said above.</summary>
    public T Get()
    {
        if (kept is { } fresh && time.GetTimestamp() < fresh.Until) return fresh.Value;
        if (kept is { } old)
        {
            if (!computing.TryEnter()) return old.Value;
        }
        else computing.Enter();
        try
        {
            if (kept is { } meanwhile && time.GetTimestamp() < meanwhile.Until) return meanwhile.Value;
            var started = time.GetTimestamp();
            var value = compute();
            var hold = time.GetElapsedTime(started) * CostFactor;
            hold = hold < Shortest ? Shortest : hold > Longest ? Longest : hold;
            kept = new Kept(value, time.GetTimestamp() + (long)(hold.TotalSeconds * time.TimestampFrequency));
            return value;
        }
        finally
        {
            computing.Exit();
        }
    }

    private sealed record Kept(T Value, long Until);
}
