using System.Globalization;
using MeterPipeline.Domain;

namespace MeterPipeline.Web.Reports;

/// <summary>The programme's rhythm: weekly dispatch 周调度 in season, month-end, and once within a month after the season.</summary>
internal enum ReportKind : byte { Weekly, Monthly, Season }

/// <summary>How far a period is, by the calendar and by what has been read.</summary>
internal enum PeriodState : byte
{
    ToCome,
    Running,

    /// <summary>Over, and its last days have no reading yet.</summary>
    Short,
    Complete,
}

/// <summary>What a report is about: an ISO week, a calendar month or the whole season, cut at the season's ends.</summary>
/// <param name="Name"><c>2026-W03</c>, <c>2026-01</c> or <c>2025-2026</c>.</param>
internal sealed record ReportPeriod(ReportKind Kind, string Name, LocalDay First, LocalDay Last)
{
    public static IReadOnlyList<ReportKind> Kinds { get; } = Enum.GetValues<ReportKind>();

    public int Days => Last.Number - First.Number + 1;

    /// <summary>As addresses write it.</summary>
    public string KindName => Word(Kind);

    /// <summary>Days up to the newest one with a reading.</summary>
    public int KnownDays(LocalDay? newest) => newest is { } day ? Math.Clamp(day.Number - First.Number + 1, 0, Days) : 0;

    public PeriodState State(LocalDay? newest, LocalDay today) =>
        First > today ? PeriodState.ToCome : Last >= today ? PeriodState.Running : KnownDays(newest) < Days ? PeriodState.Short : PeriodState.Complete;

    /// <summary>Periods of a season, oldest first: every day is in exactly one.</summary>
    public static IReadOnlyList<ReportPeriod> Of(ReportKind kind, HeatingSeason season)
    {
        var periods = new List<ReportPeriod>();
        for (var day = season.First; day <= season.Last; day = day.Next)
        {
            var name = NameOf(kind, day, season);
            if (periods.Count > 0 && periods[^1].Name == name) periods[^1] = periods[^1] with { Last = day };
            else periods.Add(new ReportPeriod(kind, name, day, day));
        }
        return periods;
    }

    /// <summary>The season in which a period of this name lies; whether it lies in that season's days is for <see cref="Of"/> to say.</summary>
    public static bool TryReadAutumn(ReportKind kind, string name, out int autumn)
    {
        autumn = 0;
        if (kind == ReportKind.Season) return HeatingSeason.TryParseName(name, out autumn);
        if (kind == ReportKind.Monthly)
        {
            if (!LocalDay.TryParse(name + "-01", out var first)) return false;
            autumn = HeatingSeason.AutumnOf(first);
            return true;
        }
        if (name.Length != 8 || !name.AsSpan(4, 2).SequenceEqual("-W") || !TryRead(name.AsSpan(0, 4), out var year) || !TryRead(name.AsSpan(6), out var week)) return false;
        if (year is < 2000 or >= 2200 || week < 1 || week > ISOWeek.GetWeeksInYear(year)) return false;
        autumn = HeatingSeason.AutumnOf(LocalDay.FromDate(DateOnly.FromDateTime(ISOWeek.ToDateTime(year, week, DayOfWeek.Monday))));
        return true;
    }

    public static bool TryReadKind(string word, out ReportKind kind)
    {
        foreach (var known in Kinds)
        {
            if (Word(known) != word) continue;
            kind = known;
            return true;
        }
        kind = default;
        return false;
    }

    public static string Word(ReportKind kind) => kind.ToString().ToLowerInvariant();

    private static bool TryRead(ReadOnlySpan<char> digits, out int number) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static string NameOf(ReportKind kind, LocalDay day, HeatingSeason season)
    {
        if (kind == ReportKind.Season) return season.Name;
        if (kind == ReportKind.Monthly) return day.Date.ToString("yyyy-MM", CultureInfo.InvariantCulture);
        return WeekOf(day);
    }

    /// <summary>The name of the weekly period of a day in season.</summary>
    public static string WeekOf(LocalDay day)
    {
        var date = day.Date.ToDateTime(TimeOnly.MinValue);
        return string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(date):0000}-W{ISOWeek.GetWeekOfYear(date):00}");
    }
}
