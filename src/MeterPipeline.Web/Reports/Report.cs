using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Web.Reports;

/// <summary>One division in one period, as page, workbook, API and command line tell it. Immutable.</summary>
/// <param name="Season">The widest of the division's seasons.</param>
/// <param name="Prefix">Of division codes; empty: everything.</param>
/// <param name="Name">Empty: everything.</param>
/// <param name="Before">The period before; null: there is none to compare with.</param>
/// <param name="Newest">The newest day with a reading; null: none.</param>
/// <param name="FoldedSeq">Journal row that village days include.</param>
/// <param name="Total">Of all <paramref name="Parts"/>.</param>
/// <param name="Parts">Divisions one level down; empty for a village.</param>
/// <param name="Days">Of the period, oldest first, where there is anything.</param>
/// <param name="Uses">Null: households are still being stated for the first time.</param>
internal sealed record Report(
    ReportPeriod Period, HeatingSeason Season, string Prefix, string Name, ReportPeriod? Before, LocalDay? Newest, long FoldedSeq, ReportLine Total,
    IReadOnlyList<ReportLine> Parts, IReadOnlyList<DayLine> Days, UseBoard? Uses)
{
    /// <summary>Days of the period up to the newest with a reading.</summary>
    public int KnownDays => Period.KnownDays(Newest);

    /// <summary>Whether the two periods have different numbers of days, so that only means per day can be compared.</summary>
    public bool PerDay { get; init; }

    /// <summary>Null: the report is about a part, and a company's messages about the whole.</summary>
    public Receipts? Receipts { get; init; }

    /// <summary>Of a season's report; null otherwise.</summary>
    public SettlementState? Settlement { get; init; }

    /// <summary>期末报告期限: the season's report is due within a month.</summary>
    public LocalDay Deadline => LocalDay.FromDate(Season.Last.Date.AddMonths(1));
}

/// <summary>One division's row.</summary>
/// <param name="Now">Of the period; households and reporting as on its last day with data.</param>
/// <param name="SinceStart">From the season's first day to the period's last.</param>
/// <param name="Before">Of the period before; null: there is none.</param>
/// <param name="Use">As the household board stands now, not as it stood when the period ended; null: not drawn yet.</param>
/// <param name="Budget">Yuan; null: none is set.</param>
/// <param name="Divisors">Days by which this period and the one before are divided to be compared; 1 and 1 where both have as many.</param>
internal sealed record ReportLine(
    string Prefix, string Name, DivisionSum Now, DivisionSum SinceStart, DivisionSum? Before, DivisionUse? Use, decimal? Budget, (int Now, int Before) Divisors)
{
    public Change? Electricity => Changed(sum => Quantity.ToDecimal(sum.Electricity));

    public Change? Gas => Changed(sum => Quantity.ToDecimal(sum.Gas));

    public Change? Accrued => Changed(sum => sum.AccruedYuan);

    /// <summary>Per cent of the budget used, one decimal, cut; null: no budget, or not known yet.</summary>
    public decimal? BudgetPercent => Use is not null && Budget is { } yuan and > 0 ? Math.Floor(Use.TotalYuan * 1000 / yuan) / 10 : null;

    private Change? Changed(Func<DivisionSum, decimal> of)
    {
        if (Before is null || Divisors.Now == 0 || Divisors.Before == 0) return null;
        var (now, before) = (of(Now) / Divisors.Now, of(Before) / Divisors.Before);
        return new Change(Math.Round(now - before, 4), before == 0 ? null : Math.Round((now - before) * 100 / before, 1));
    }
}

/// <summary>Against the period before: of totals, or of means per day.</summary>
/// <param name="Percent">One decimal; null: there was nothing before.</param>
internal readonly record struct Change(decimal Difference, decimal? Percent);

/// <summary>What became of everything received in a period, by day of receipt.</summary>
/// <param name="QuarantineOpen">Messages of any time that are not replayed yet.</param>
internal sealed record Receipts(IReadOnlyList<CompanyReceipt> Companies, long QuarantineOpen);

/// <param name="Company">Its id.</param>
/// <param name="Shown">Its name, and its id behind it.</param>
/// <param name="Differences">Days on which the sums do not match.</param>
internal sealed record CompanyReceipt(
    string Company, string Shown, long Received, long Accepted, long Duplicate, long Conflict, long Quarantined, long Pending, int Differences);

/// <summary>How far the season's settlement is.</summary>
/// <param name="Inside">Runs of the division or of parts of it, in order; without provisional and withdrawn ones.</param>
/// <param name="Above">Runs of a wider place that cover it: their sums are that place's, and not shown.</param>
internal sealed record SettlementState(IReadOnlyList<RunProgress> Inside, IReadOnlyList<RunProgress> Above);
