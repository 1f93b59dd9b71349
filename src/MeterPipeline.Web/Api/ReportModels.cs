using System.Text.Json.Serialization;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Web.Api;

/// <param name="NewestComplete">The newest of its kind whose days all have readings.</param>
public sealed record PeriodAnswer(string Kind, string Period, string First, string Last, int Days, string State, bool NewestComplete, SumAnswer Sum);

public sealed record ReportsAnswer(string Season, string? Division, string? NewestDay, IReadOnlyList<PeriodAnswer> Periods);

/// <param name="Difference">In the unit of what it is about; per day where <c>compared_per_day</c>.</param>
/// <param name="Percent">Absent: there was nothing before.</param>
public sealed record ChangeAnswer(string Difference, decimal? Percent);

/// <param name="Sum">Of the period; households and reporting on its last day with data.</param>
/// <param name="SinceStart">From the season's first day to the period's last.</param>
/// <param name="Use">As of <c>use_as_of</c>, not as of the period's end.</param>
public sealed record ReportLineAnswer(
    string? Division, string? Name, SumAnswer Sum, SumAnswer SinceStart, ChangeAnswer? ElectricityChange, ChangeAnswer? GasChange, ChangeAnswer? AccruedChange,
    string? BudgetYuan, decimal? BudgetUsedPercent, UseCountsAnswer? Use);

/// <param name="DaysThatDiffer">Days of receipt on which received is not accepted + duplicate + conflict + quarantined + pending.</param>
public sealed record ReceiptAnswer(string Company, long Received, long Accepted, long Duplicate, long Conflict, long Quarantined, long Pending, int DaysThatDiffer);

public sealed record RunAnswer(
    int Run, string? Division, RunStage Stage, int Households, int Held, string AccruedYuan, string DueYuan, string PayableYuan);

/// <param name="Deadline">A month after the season.</param>
/// <param name="RunsAbove">Runs of a wider division that include this one.</param>
public sealed record ReportSettlementAnswer(string Deadline, IReadOnlyList<RunAnswer> Runs, IReadOnlyList<int> RunsAbove);

/// <param name="KnownDays">Days of the period up to the newest with a reading.</param>
/// <param name="Before">The period compared with; absent: there is none.</param>
/// <param name="ComparedPerDay">The two have different numbers of days: differences are of means per day.</param>
public sealed record ReportAnswer(
    string Kind, string Period, string Season, string First, string Last, int Days, int KnownDays, string? Before, bool ComparedPerDay, string? NewestDay, long FoldedSeq,
    AgeAnswer? UseAsOf, ReportLineAnswer Total, IReadOnlyList<ReportLineAnswer> Parts, [property: JsonPropertyName("by_day")] IReadOnlyList<DayAnswer> ByDay,
    IReadOnlyList<ReceiptAnswer>? Companies, long? QuarantineOpen, ReportSettlementAnswer? Settlement);
