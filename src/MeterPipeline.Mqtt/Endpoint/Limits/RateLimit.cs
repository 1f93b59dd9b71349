namespace MeterPipeline.Mqtt.Endpoint.Limits;

/// <summary>
/// So many per second on average, after a burst of one second's worth. Nothing is refused: whoever has taken more than its due waits before it
/// reads on, so that over the limit means slower, never lost. Holds no clock; thread-safe, so that connections may share one.
/// </summary>
/// <param name="perSecond">0: no limit.</param>
public sealed class RateLimit(long perSecond)
{
    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();

    /// <summary>The moment at which everything taken so far is paid for.</summary>
    private TimeSpan paidAt = TimeSpan.MinValue;

    /// <param name="count">What was taken just now.</param>
    /// <param name="now">On any clock that never goes back, the same for all calls.</param>
    /// <returns>How long to wait before taking more; zero within the limit.</returns>
    public TimeSpan Take(long count, TimeSpan now)
    {
        if (perSecond == 0) return TimeSpan.Zero;
        lock (gate)
        {
            var rested = now - Burst;
            paidAt = (paidAt > rested ? paidAt : rested) + TimeSpan.FromTicks(count * TimeSpan.TicksPerSecond / perSecond);
            return paidAt > now ? paidAt - now : TimeSpan.Zero;
        }
    }
}
