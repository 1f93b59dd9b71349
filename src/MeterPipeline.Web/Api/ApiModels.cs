using System.Text.Json.Serialization;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Validation;

namespace MeterPipeline.Web.Api;

// Quantities and money are decimal texts, exact; names end in the unit. kWh and m³ have four decimals.

/// <param name="Default">The season that pages show when none is asked for.</param>
public sealed record SeasonsAnswer(string Default, IReadOnlyList<string> Seasons);

/// <param name="Households">With a claim on the newest day.</param>
/// <param name="Reporting">Of these, with a reading on it.</param>
public sealed record SumAnswer(
    int Villages, int Households, int Reporting, decimal? CoveragePercent, string ElectricityKwh,
    [property: JsonPropertyName("gas_m3")] string GasM3, string AccruedYuan);

public sealed record DayAnswer(
    string Day, string ElectricityKwh, [property: JsonPropertyName("gas_m3")] string GasM3, string AccruedYuan, int Households, int Reporting);

public sealed record DivisionAnswer(string Division, string Name, SumAnswer Sum);

/// <param name="NewestDay">The newest local day with a reading.</param>
public sealed record OverviewAnswer(
    string Season, string? Division, string? Name, string? NewestDay, SumAnswer Sum, IReadOnlyList<DayAnswer> Days,
    IReadOnlyList<DivisionAnswer> Parts, long QuarantineOpen, long JournalHead, long FoldedSeq);

/// <param name="Name">Masked.</param>
public sealed record HouseholdSummary(
    string HouseholdId, string Name, string Division, HeatingRoute Route, Energy? Energy, string? EligibleConsumptionKwh,
    [property: JsonPropertyName("eligible_consumption_m3")] string? EligibleConsumptionM3, string? TotalYuan, string? Quality, IReadOnlyList<string> Holds);

public sealed record HouseholdsAnswer(string Season, string Division, int Page, int Pages, int Count, IReadOnlyList<HouseholdSummary> Households);

/// <param name="OpeningEdge">How the register at the season's start is known.</param>
public sealed record MeterAnswer(
    string MeterId, string Company, Serves Serves, string? InstalledAt, string? RemovedAt, string? OpeningRegister, EdgeKind OpeningEdge,
    string? ClosingRegister, EdgeKind ClosingEdge);

public sealed record HouseholdDayAnswer(
    string Day, string? ConsumptionKwh, [property: JsonPropertyName("consumption_m3")] string? ConsumptionM3, string? EligibleKwh,
    [property: JsonPropertyName("eligible_m3")] string? EligibleM3, bool Claim, bool Covered);

/// <summary>One step from quantity to money, in order; quantities in <c>unit</c>.</summary>
/// <param name="Subject">The month, first day, level or payer that it is about.</param>
public sealed record StepAnswer(
    AccrualStepKind Step, string? Subject, string? Quantity, string? Limit, string? RateYuan, string? Yuan, string? CapYuan, string? Document, string? Clause);

/// <param name="Unit">kWh, m3, t or can.</param>
/// <param name="RateYuan">All rates of the rule, joined by a slash.</param>
/// <param name="RawYuan">Not rounded.</param>
/// <param name="CapDay">The day that used up the cap.</param>
public sealed record AmountAnswer(
    string Unit, string RateYuan, string RawYuan, string? CapYuan, bool CapReached, string? CapDay, string OperatingYuan, string HardshipYuan, string TotalYuan,
    string LowYuan, string HighYuan, string Policy, int PolicyVersion, string Document, string Clause, string? Quote, IReadOnlyList<StepAnswer> Steps);

/// <summary>Who changed what in the registry.</summary>
/// <param name="Field">Absent: the entry was new.</param>
public sealed record EditAnswer(string At, string Actor, string Kind, string Id, string? Field, string? Before, string? After);

/// <param name="Setting">What the rule goes by: a number with its unit, <c>on</c> or <c>off</c>.</param>
/// <param name="Passed">Meter days; <paramref name="Failed"/> and <paramref name="Skipped"/> too.</param>
/// <param name="SkippedBecause">The most frequent reason.</param>
public sealed record RuleAnswer(
    string Rule, Severity Severity, string Setting, Verdict Verdict, int Passed, int Failed, int Skipped, string? SkippedBecause, string? FirstFailed, string? LastFailed);

/// <param name="Day">A day on which a rule failed.</param>
public sealed record FailedDayAnswer(string Day, string MeterId, IReadOnlyList<string> Rules);

/// <param name="LiftedBy">Who may lift it.</param>
/// <param name="Evidence">What it rests on; absent where a person placed it.</param>
/// <param name="Actor">Who spoke of it last; absent: nobody did.</param>
public sealed record HoldAnswer(string Reason, HoldState State, HoldKeeper LiftedBy, string? Evidence, HoldAct? LastAct, string? At, string? Actor, string? Note);

public sealed record CertificateAnswer(
    string Grade, int CoveragePercent, decimal EstimatedPercent, int LongestGapDays, EdgeKind OpeningEdge, EdgeKind ClosingEdge, string? LowYuan, string? HighYuan,
    IReadOnlyList<RuleAnswer> Rules, IReadOnlyList<FailedDayAnswer> FailedDays, IReadOnlyList<HoldAnswer> Holds);

/// <param name="Name">Masked.</param>
/// <param name="Certificate">Absent where the route is not metered.</param>
/// <param name="Amount">Absent where no rule covers the household.</param>
public sealed record HouseholdAnswer(
    string Season, string HouseholdId, string Name, string Division, HeatingRoute Route, Conversion Conversion, string? AcceptedOn, Hardship Hardship,
    string Note, Energy? Energy, int EligibleDays, int CoveredDays, int LongestGapDays, string? Quality, IReadOnlyList<string> Holds,
    AmountAnswer? Amount, CertificateAnswer? Certificate, IReadOnlyList<MeterAnswer> Meters, IReadOnlyList<HouseholdDayAnswer> Days,
    IReadOnlyList<EditAnswer> History)
{
    /// <summary>What is said of its use, from the flushed state; absent where that is not asked for or not known yet.</summary>
    public UseRowAnswer? Use { get; init; }
}

public sealed record CounterAnswer(
    string Company, string Day, long Received, long Accepted, long Duplicate, long Conflict, long Quarantined, long Pending, bool Reconciles);

public sealed record CountersAnswer(IReadOnlyList<CounterAnswer> Counters, long QuarantineOpen, long JournalHead, long FoldedSeq);

/// <param name="Payload">The first bytes as text.</param>
public sealed record QuarantineAnswer(
    long Id, string ReceivedAt, string Source, string Company, string Reason, string Detail, string Topic, string Payload, int PayloadBytes, string? ReplayedAt);
