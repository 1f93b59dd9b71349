namespace MeterPipeline.Ledger.Users;

/// <summary>
/// Failures by who failed: each is answered later than the one before, too many lock out for a while. Holds no clock and at most
/// <paramref name="entriesMax"/> entries; the one that failed longest ago gives way. Thread-safe.
/// </summary>
/// <param name="failuresMax">Failures before the first lockout.</param>
/// <param name="firstLock">Doubled by each further failure, up to <see cref="LockMax"/>.</param>
public sealed class FailedAttempts<TKey>(int failuresMax, TimeSpan firstLock, int entriesMax)
    where TKey : notnull
{
    public static readonly TimeSpan LockMax = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(4);

    private readonly Lock gate = new();
    private readonly Dictionary<TKey, Entry> entries = [];

    public int Count
    {
        get
        {
            lock (gate) return entries.Count;
        }
    }

    /// <returns>Zero where it may try.</returns>
    public TimeSpan LockedFor(TKey who, TimeSpan now)
    {
        lock (gate) return entries.TryGetValue(who, out var entry) && entry.LockedUntil > now ? entry.LockedUntil - now : TimeSpan.Zero;
    }

    /// <returns>How long the answer is held back.</returns>
    public TimeSpan Failed(TKey who, TimeSpan now)
    {
        lock (gate)
        {
            var known = entries.TryGetValue(who, out var entry) && now - entry.LastAt < LockMax;
            if (!known && entries.Count >= entriesMax && !entries.ContainsKey(who)) entries.Remove(entries.MinBy(e => e.Value.LastAt).Key);
            var failures = known ? entry.Failures + 1 : 1;
            var locked = failures < failuresMax ? now : now + Doubled(firstLock, failures - failuresMax, LockMax);
            entries[who] = new Entry(failures, locked, now);
            return Doubled(FirstDelay, failures - 1, DelayMax);
        }
    }

    public void Succeeded(TKey who)
    {
        lock (gate) entries.Remove(who);
    }

    private static TimeSpan Doubled(TimeSpan first, int times, TimeSpan most)
    {
        var doubled = first * Math.Pow(2, Math.Min(times, 16));
        return doubled < most ? doubled : most;
    }

    private readonly record struct Entry(int Failures, TimeSpan LockedUntil, TimeSpan LastAt);
}
