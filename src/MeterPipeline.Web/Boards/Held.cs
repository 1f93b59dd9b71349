using MeterPipeline.Ledger;

namespace MeterPipeline.Web.Boards;

/// <summary>
/// A computed value that many viewers share: kept for a second or ten times what it cost, whichever is longer (but five seconds at most), so that
/// viewers take little from the pipeline. For as long again it is still given out while it is computed anew in the background, and longer where that takes
/// longer: who waited would hold a thread, and the next one too. Only who comes after nobody asked for long waits, where nobody follows (<see cref="Follow"/>).
/// Any thread.
/// </summary>
internal sealed class Held<T>(TimeProvider time, Func<T> compute) where T : class
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private const int CostFactor = 10;

    /// <summary>A value this old is not given out, whatever becomes of its renewal.</summary>
    private static readonly TimeSpan Oldest = TimeSpan.FromMinutes(1);

    private readonly Turn computing = new();
    private volatile Kept? kept;
    private long askedAt;
    private int renewing;

    /// <summary>The value, at most as old as said above.</summary>
    public T Get()
    {
        Volatile.Write(ref askedAt, time.GetTimestamp());
        if (kept is { } known && time.GetElapsedTime(known.At) is var age && (age < known.Hold * 2 || (Volatile.Read(ref renewing) == 1 && age < Oldest)))
        {
            if (BeginsRenewal(known)) Task.Factory.StartNew(Renew, TaskCreationOptions.LongRunning);
            return known.Value;
        }
        return computing.Take(() => kept is { } meanwhile && time.GetElapsedTime(meanwhile.At) < meanwhile.Hold ? meanwhile.Value : Compute());
    }

    /// <summary>Computes the value anew, on this thread, where that is due and somebody asked within this time.</summary>
    public void Follow(TimeSpan patience)
    {
        if (kept is { } known && time.GetElapsedTime(Volatile.Read(ref askedAt)) <= patience && BeginsRenewal(known)) Renew();
    }

    /// <summary>Whether a renewal is due that nobody has begun.</summary>
    private bool BeginsRenewal(Kept known) => time.GetElapsedTime(known.At) >= known.Hold && Interlocked.Exchange(ref renewing, 1) == 0;

    private void Renew()
    {
        try
        {
            computing.Take(Compute);
        }
        catch (Exception)
        {
            // Whoever comes when the value is too old computes it, and is told.
        }
        Interlocked.Exchange(ref renewing, 0);
    }

    private T Compute()
    {
        var started = time.GetTimestamp();
        var value = compute();
        var hold = time.GetElapsedTime(started) * CostFactor;
        kept = new Kept(value, time.GetTimestamp(), hold < Shortest ? Shortest : hold > Longest ? Longest : hold);
        return value;
    }

    private sealed record Kept(T Value, long At, TimeSpan Hold);
}
