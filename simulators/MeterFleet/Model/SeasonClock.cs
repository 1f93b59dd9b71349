namespace MeterFleet;

/// <summary>
/// The season as quarter hours: slot 0 is local midnight of the first day, <see cref="LastSlot"/> the midnight that closes the last one.
/// </summary>
internal sealed class SeasonClock
{
    internal const int SlotsPerDay = 96;
    internal const long SlotMs = 15 * 60 * 1000;
    internal const long DayMs = SlotsPerDay * SlotMs;

    /// <summary>Asia/Shanghai has had no daylight saving since 1991.</summary>
    internal static readonly TimeSpan Zone = TimeSpan.FromHours(8);

    internal SeasonClock(DateOnly start, int days)
    {
        FirstDay = start;
        Days = days;
        StartMs = MsOf(start);
    }

    internal DateOnly FirstDay { get; }
    internal int Days { get; }
    internal long StartMs { get; }
    internal int LastSlot => Days * SlotsPerDay;
    internal long EndMs => StartMs + (Days * DayMs);

    internal long MsAt(int slot) => StartMs + (slot * SlotMs);
    internal static long MsOf(DateOnly day) => At(day).ToUnixTimeMilliseconds();
    internal static DateTimeOffset At(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), Zone);
    internal DateTimeOffset TimeAt(int slot) => DateTimeOffset.FromUnixTimeMilliseconds(MsAt(slot)).ToOffset(Zone);

    /// <summary>The slot of a time in the season.</summary>
    /// <exception cref="ArgumentException">The time lies outside the season or not on a quarter hour.</exception>
    internal int SlotOf(long ms)
    {
        if (ms < StartMs || ms > EndMs || (ms - StartMs) % SlotMs != 0)
        {
            string time = DateTimeOffset.FromUnixTimeMilliseconds(ms).ToOffset(Zone).ToString("O");
            throw new ArgumentException($"Time {time} must be a quarter hour from the season's first midnight to its last.", nameof(ms));
        }

        return (int)((ms - StartMs) / SlotMs);
    }
}
