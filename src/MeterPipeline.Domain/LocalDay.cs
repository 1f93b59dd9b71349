using System.Globalization;

namespace MeterPipeline.Domain;

/// <summary>
/// A calendar day in China Standard Time (UTC+8, no daylight saving since 1991), counted from 1970-01-01. Meter days, eligibility
/// and heating seasons are whole local days; instants are milliseconds since the Unix epoch.
/// </summary>
/// <param name="Number">Days since 1970-01-01 local.</param>
public readonly record struct LocalDay(int Number) : IComparable<LocalDay>
{
    public const long OffsetMs = 8 * 3_600_000L;
    public const long LengthMs = 86_400_000L;

    /// <summary>The instant of local 00:00, in ms since the epoch.</summary>
    public long StartMs => Number * LengthMs - OffsetMs;

    /// <summary>The instant of the next local 00:00.</summary>
    public long EndMs => StartMs + LengthMs;

    public LocalDay Next => new(Number + 1);

    /// <summary>The day in which an instant falls; local midnight opens its day.</summary>
    public static LocalDay Of(long instantMs) => new((int)Math.DivRem(instantMs + OffsetMs, LengthMs, out var rest) - (rest < 0 ? 1 : 0));

    public static LocalDay On(int year, int month, int day) => FromDate(new DateOnly(year, month, day));

    public static LocalDay FromDate(DateOnly date) => new(date.DayNumber - Epoch);

    public DateOnly Date => DateOnly.FromDayNumber(Number + Epoch);

    /// <summary>Reads <c>2025-11-15</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out LocalDay day)
    {
        var ok = DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date);
        day = ok ? FromDate(date) : default;
        return ok;
    }

    public int CompareTo(LocalDay other) => Number.CompareTo(other.Number);

    public static bool operator <(LocalDay a, LocalDay b) => a.Number < b.Number;
    public static bool operator >(LocalDay a, LocalDay b) => a.Number > b.Number;
    public static bool operator <=(LocalDay a, LocalDay b) => a.Number <= b.Number;
    public static bool operator >=(LocalDay a, LocalDay b) => a.Number >= b.Number;

    public override string ToString() => Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static readonly int Epoch = new DateOnly(1970, 1, 1).DayNumber;
}
