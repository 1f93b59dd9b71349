using System.Runtime.InteropServices;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Books;

/// <summary>How a register at an edge of the claim is known; in order of trust.</summary>
public enum EdgeKind : byte { Measured, Interpolated, Missing }

/// <summary>One installation of a household with its folded days, those of the season and the day after it.</summary>
/// <param name="Register">The register that was folded; the registry's opening and closing values belong to the total alone.</param>
public sealed record InstalledDays(Meter Meter, MeterLife Life, List<DayTotal> Days, Readings.Register Register = Readings.Register.Total)
{
    /// <summary>The days again, to be gone through without copying each: a city has twenty million of them.</summary>
    internal ReadOnlySpan<DayTotal> Span => CollectionsMarshal.AsSpan(Days);

    /// <summary>Those in [first, last].</summary>
    internal ReadOnlySpan<DayTotal> Between(LocalDay first, LocalDay last)
    {
        var days = Span;
        var from = First(days, first);
        return days[from..Math.Max(from, First(days, last.Next))];
    }

    public long? Opening => Register == Readings.Register.Total ? Life.Installation.Opening : null;

    public long? Closing => Register == Readings.Register.Total ? Life.Installation.Closing : null;

    /// <summary>Place of the first day that is not before another. Most lists have no gap: then it is where it would be without one.</summary>
    private static int First(ReadOnlySpan<DayTotal> days, LocalDay day)
    {
        if (days.IsEmpty || days[0].Day >= day) return 0;
        var (low, high) = (1, days.Length); // the place is in [low, high]
        var guess = day.Number - days[0].Day.Number;
        if (guess < days.Length && days[guess].Day == day) return guess;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (days[middle].Day < day) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}

/// <summary>
/// What a household used in a heating season, all its meters of one energy together, with bounds and quality. Pure: the same readings,
/// registry and season give the same result in whatever order they came.
/// </summary>
public sealed class SeasonQuantity
{
    private readonly bool[] claims;
    private readonly bool[] covered;
    private readonly bool[] estimated;

    private SeasonQuantity(HeatingSeason season)
    {
        Season = season;
        (ConsumptionPerDay, EligiblePerDay) = (new long[season.Days], new long[season.Days]);
        (claims, covered, estimated) = (new bool[season.Days], new bool[season.Days], new bool[season.Days]);
    }

    public HeatingSeason Season { get; }

    /// <summary>Per season day, 0.0001 kWh or m³.</summary>
    public long[] ConsumptionPerDay { get; }

    /// <summary>The same, zero on days without a claim.</summary>
    public long[] EligiblePerDay { get; }

    public long Consumption { get; private set; }

    public long Eligible { get; private set; }

    /// <summary>The least that the eligible quantity can truly be.</summary>
    public long Low { get; private set; }

    /// <summary>The most that the eligible quantity can truly be.</summary>
    public long High { get; private set; }

    public int EligibleDays { get; private set; }

    public int CoveredDays { get; private set; }

    /// <summary>Longest run of eligible days without a reading.</summary>
    public int LongestGapDays { get; private set; }

    /// <summary>Eligible quantity that falls on days inside long steps.</summary>
    public long Estimated { get; private set; }

    /// <summary>Worst of all meters at the start of the season or of their service in it.</summary>
    public EdgeKind Start { get; private set; }

    public EdgeKind End { get; private set; }

    /// <summary>Register shown where the first meter's season begins; null: missing.</summary>
    public long? Opening { get; private set; }

    /// <summary>Register shown where the last meter's season ends; null: missing.</summary>
    public long? Closing { get; private set; }

    /// <summary>Marks of all season days together.</summary>
    public DayMarks Marks { get; private set; }

    /// <summary>Share of eligible days with a reading, per cent, rounded down; 0 where no day is eligible.</summary>
    public int CoveragePercent => EligibleDays == 0 ? 0 : CoveredDays * 100 / EligibleDays;

    /// <summary>
    /// A: both edges measured, 95 % of days covered, at most 5 % estimated. B: both edges known, 80 % covered. C: both edges known, or half of
    /// the days covered. D: anything less.
    /// </summary>
    public char Grade =>
        Start == EdgeKind.Measured && End == EdgeKind.Measured && CoveragePercent >= 95 && Estimated <= Eligible / 20 ? 'A'
        : Start != EdgeKind.Missing && End != EdgeKind.Missing && CoveragePercent >= 80 ? 'B'
        : (Start != EdgeKind.Missing && End != EdgeKind.Missing) || CoveragePercent >= 50 ? 'C' : 'D';

    /// <summary>Per season day, whether it carries a claim.</summary>
    public IReadOnlyList<bool> Claims => claims;

    /// <summary>Whether a reading covers the season day of that index; looked at on days with a claim only.</summary>
    public bool IsCovered(int index) => covered[index];

    /// <summary>Adds up a household's installations.</summary>
    /// <param name="eligible">Whether a season day carries a claim.</param>
    /// <param name="installations">Those of the household and energy in question, ordered by start of life, then meter id.</param>
    public static SeasonQuantity Of(HeatingSeason season, Func<LocalDay, bool> eligible, IReadOnlyList<InstalledDays> installations)
    {
        var result = new SeasonQuantity(season);
        for (var i = 0; i < result.claims.Length; i++)
            if (result.claims[i] = eligible(new LocalDay(season.First.Number + i))) result.EligibleDays++;
        var any = false;
        foreach (var installed in installations)
        {
            if (installed.Life.FromMs >= season.EndMs || installed.Life.UntilMs <= season.StartMs) continue;
            if (!any) (result.Opening, _) = EdgeRegister(season, installed, atStart: true);
            (result.Closing, _) = EdgeRegister(season, installed, atStart: false);
            any = true;
            result.Add(installed);
        }
        if (!any) (result.Start, result.End) = (EdgeKind.Missing, EdgeKind.Missing);
        result.Low = Math.Max(0, result.Low + result.Eligible);
        result.High += result.Eligible;
        result.MeasureGaps();
        return result;
    }

    private void Add(InstalledDays installed)
    {
        var life = installed.Life;
        var first = Math.Max(Season.First.Number, life.FromMs == long.MinValue ? int.MinValue : LocalDay.Of(life.FromMs).Number);
        var last = Math.Min(Season.Last.Number, life.UntilMs == long.MaxValue ? int.MaxValue : LocalDay.Of(life.UntilMs).Number);
        foreach (ref readonly var day in installed.Between(new LocalDay(first), new LocalDay(last)))
        {
            var index = day.Day.Number - Season.First.Number;
            ConsumptionPerDay[index] += day.Consumption;
            Consumption += day.Consumption;
            Marks |= day.Marks;
            if (!claims[index]) continue;
            EligiblePerDay[index] += day.Consumption;
            Eligible += day.Consumption;
            covered[index] |= (day.Marks & DayMarks.Covered) != 0;
            estimated[index] |= (day.Marks & DayMarks.Estimated) != 0;
        }
        Start = Worse(Start, EdgeRegister(Season, installed, atStart: true).Kind);
        End = Worse(End, EdgeRegister(Season, installed, atStart: false).Kind);
        for (var run = first; run <= last; run++)
        {
            if (!claims[run - Season.First.Number]) continue;
            var end = run;
            while (end < last && claims[end + 1 - Season.First.Number]) end++;
            BoundRun(installed, new LocalDay(run), new LocalDay(end));
            run = end;
        }
    }

    /// <summary>
    /// Widens the bounds by what a run of eligible days leaves open. Where both registers around it are known and nothing broke in between, its
    /// total is their difference: values that contest each other inside move consumption from day to day only.
    /// </summary>
    private void BoundRun(InstalledDays installed, LocalDay first, LocalDay last)
    {
        var life = installed.Life;
        var fromMs = Math.Max(first.StartMs, life.FromMs);
        var untilMs = Math.Min(last.EndMs, life.UntilMs);
        var days = installed.Between(first, last);
        var run = Run(days);
        if (run.FirstKnown < 0)
        {
            High = Quantity.Widen(High, life.Most(untilMs - fromMs));
            return;
        }
        var startKnown = installed.Opening is not null;
        if (life.FromMs <= first.StartMs)
        {
            var start = Find(installed, first);
            startKnown = start.StartKnown;
            Low = Quantity.Widen(Low, -start.After);
            High = Quantity.Widen(High, start.Before);
        }
        var endKnown = installed.Closing is not null;
        if (life.UntilMs >= last.EndMs)
        {
            var end = Find(installed, last.Next);
            endKnown = end.StartKnown;
            Low = Quantity.Widen(Low, -end.Before);
            High = Quantity.Widen(High, end.After);
        }
        var (firstKnown, lastKnown) = (days[run.FirstKnown], days[run.LastKnown]);
        // The first reading stands at the midnight that it makes known, or somewhere in its day; so does the last.
        var firstMs = firstKnown.StartKnown ? firstKnown.Day.StartMs : firstKnown.Day.EndMs;
        if (!startKnown) High = Quantity.Widen(High, life.Most(Math.Max(0, firstMs - fromMs)));
        if (!endKnown) High = Quantity.Widen(High, life.Most(untilMs - Math.Max(fromMs, lastKnown.Day.StartMs)));
        if (startKnown && endKnown && (run.Marks & (DayMarks.Reset | DayMarks.Jump | DayMarks.Pending)) == 0) return;
        Low = Quantity.Widen(Low, -run.Low);
        High = Quantity.Widen(High, run.High);
    }

    /// <summary>The first and last days, by their place, on which anything is known of the register, what was noted on the way, and the days' own bounds.</summary>
    /// <returns>Negative places: nothing is known.</returns>
    private static (int FirstKnown, int LastKnown, DayMarks Marks, long Low, long High) Run(ReadOnlySpan<DayTotal> days)
    {
        var (firstKnown, lastKnown, marks, low, high) = (-1, -1, DayMarks.None, 0L, 0L);
        for (var i = 0; i < days.Length; i++)
        {
            ref readonly var day = ref days[i];
            marks |= day.Marks;
            if ((day.Marks & DayMarks.Bounded) != 0) (low, high) = (Quantity.Widen(low, day.Low), Quantity.Widen(high, day.High));
            if (!day.StartKnown && (day.Marks & DayMarks.Covered) == 0) continue;
            if (firstKnown < 0) firstKnown = i;
            lastKnown = i;
        }
        return (firstKnown, lastKnown, marks, low, high);
    }

    /// <summary>The register that a meter shows where the season, or its own service inside it, begins or ends.</summary>
    internal static (long? Shown, EdgeKind Kind) EdgeRegister(HeatingSeason season, InstalledDays installed, bool atStart)
    {
        var life = installed.Life;
        var inside = atStart ? life.FromMs > season.StartMs : life.UntilMs < season.EndMs;
        if (inside)
        {
            var register = atStart ? installed.Opening : installed.Closing;
            return (register, register is null ? EdgeKind.Missing : EdgeKind.Measured);
        }
        var day = Find(installed, atStart ? season.First : season.Last.Next);
        return !day.StartKnown ? (null, EdgeKind.Missing)
            : (life.Shown(day.Register), (day.Marks & DayMarks.StartMeasured) != 0 ? EdgeKind.Measured : EdgeKind.Interpolated);
    }

    private void MeasureGaps()
    {
        var gap = 0;
        for (var i = 0; i < claims.Length; i++)
        {
            if (!claims[i]) continue;
            if (covered[i]) CoveredDays++;
            gap = covered[i] ? 0 : gap + 1;
            LongestGapDays = Math.Max(LongestGapDays, gap);
            if (estimated[i]) Estimated += EligiblePerDay[i];
        }
    }

    private static DayTotal Find(InstalledDays installed, LocalDay day) => installed.Between(day, day) is [var total] ? total : default;

    private static EdgeKind Worse(EdgeKind a, EdgeKind b) => a > b ? a : b;
}
