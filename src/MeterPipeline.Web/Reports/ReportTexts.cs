using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Web.Reports;

/// <summary>What reports say, in one language. <c>{0}</c> marks what is filled in.</summary>
internal sealed partial record ReportTexts
{
    public required string Reports { get; init; }
    public required string ListHint { get; init; }
    public required string Newest { get; init; }
    public required string Period { get; init; }
    public required string Span { get; init; }
    public required string State { get; init; }
    public required string Everything { get; init; }
    public required string DrawnAt { get; init; }
    public required string DataUntil { get; init; }
    public required string DataUntilText { get; init; }
    public required string Partial { get; init; }
    public required string Against { get; init; }
    public required string AgainstPerDay { get; init; }
    public required string AgainstNothing { get; init; }
    public required string Print { get; init; }
    public required string Earlier { get; init; }
    public required string Later { get; init; }
    public required string UseAndMoney { get; init; }
    public required string Attention { get; init; }
    public required string Daily { get; init; }
    public required string DailyTable { get; init; }
    public required string Claims { get; init; }
    public required string Reporting { get; init; }
    public required string Coverage { get; init; }
    public required string Electricity { get; init; }
    public required string Gas { get; init; }
    public required string Accrued { get; init; }
    public required string Yuan { get; init; }
    public required string ThisPeriod { get; init; }
    public required string Difference { get; init; }
    public required string DifferencePerDay { get; init; }
    public required string Percent { get; init; }
    public required string SinceStart { get; init; }
    public required string Total { get; init; }
    public required string Companies { get; init; }
    public required string CompaniesHint { get; init; }
    public required string NoReceipts { get; init; }
    public required string Differences { get; init; }
    public required string Settlement { get; init; }
    public required string Deadline { get; init; }
    public required string DaysLeft { get; init; }
    public required string DaysOver { get; init; }
    public required string NoRuns { get; init; }
    public required string RunsAbove { get; init; }
    public required string Run { get; init; }
    public required string Held { get; init; }
    public required string AccruedByRun { get; init; }
    public required string Due { get; init; }
    public required string Payable { get; init; }
    public required string SignedBy { get; init; }
    public required string Sources { get; init; }
    public required IReadOnlyList<string> Notes { get; init; }
    public required IReadOnlyDictionary<ReportKind, string> Kinds { get; init; }
    public required IReadOnlyDictionary<PeriodState, string> States { get; init; }
    public required IReadOnlyDictionary<RunStage, string> Stages { get; init; }
}
