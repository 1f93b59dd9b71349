namespace MeterPipeline.Tests.Mqtt;

/// <summary>A clock that moves when it is told, and then fires the timers that are due.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<Timer> timers = [];
    private long ticks = TimeSpan.TicksPerDay;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state)) { Due = GetTimestamp() + dueTime.Ticks, Period = period.Ticks };
        lock (gate) timers.Add(timer);
        return timer;
    }

    internal void Advance(TimeSpan by)
    {
        var now = Interlocked.Add(ref ticks, by.Ticks);
        List<Timer> due;
        lock (gate) due = [.. timers.Where(timer => timer.Due <= now)];
        foreach (var timer in due)
        {
            timer.Due = timer.Period > 0 ? now + timer.Period : long.MaxValue;
            timer.Fire();
        }
    }

    private sealed class Timer(ManualClock clock, Action fire) : ITimer
    {
        internal long Due { get; set; }

        internal long Period { get; set; }

        internal void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            (Due, Period) = (clock.GetTimestamp() + dueTime.Ticks, period.Ticks);
            return true;
        }

        public void Dispose()
        {
            lock (clock.gate) clock.timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
