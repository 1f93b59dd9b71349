using System.Text.Json.Serialization;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Usage;

namespace MeterPipeline.Web.Api;

// Quantities and money are decimal texts, exact; names end in the unit, or the unit stands beside them.

/// <summary>How old what is said of households is.</summary>
/// <param name="DrawnAt">When the pass that drew it began.</param>
/// <param name="FoldedSeq">Journal row that it includes.</param>
public sealed record AgeAnswer(string DrawnAt, long FoldedSeq);

/// <summary>Households by what is said of their use, and by cap and holds.</summary>
/// <param name="Unforeseen">With a claim, and no full day to foresee from.</param>
public sealed record UseCountsAnswer(
    int Households, int InUse, int TooEarly, int NeverUsed, int Stopped, int FarBelow, int NoData, int NotMetered, int NearCap, int AtCap, int OnHold, int Unforeseen);

/// <summary>Operating subsidies and top-ups together, yuan.</summary>
/// <param name="BudgetYuan">Absent: none is set for the division.</param>
/// <param name="ForecastYuan">At the season's end, as <c>ForecastMethod</c> says; low and high beside it.</param>
public sealed record MoneyAnswer(
    string OperatingYuan, string TopUpsYuan, string TotalYuan, string? BudgetYuan, string ForecastYuan, string ForecastLowYuan, string ForecastHighYuan, string ForecastMethod);

public sealed record DivisionUseAnswer(string Division, string Name, UseCountsAnswer Counts, MoneyAnswer Money);

/// <param name="Division">Absent: everything.</param>
/// <param name="Age">Absent, as counts and money are, while households are stated for the first time.</param>
public sealed record UseOverviewAnswer(
    string Season, string? Division, string SeasonFirst, string SeasonLast, AgeAnswer? Age, UseCountsAnswer? Counts, MoneyAnswer? Money, IReadOnlyList<DivisionUseAnswer> Parts);

/// <summary>One household of a list, with the evidence.</summary>
/// <param name="Name">Masked.</param>
/// <param name="Unit">kWh or m3, of every quantity here.</param>
/// <param name="IdleDays">Days that readings prove to be without use, since the last day with use.</param>
/// <param name="SilentDays">Days since the last reading.</param>
/// <param name="PeersPerDay">Median of village and route, or township and route; absent: too few peers.</param>
/// <param name="CapPerMille">Absent: no cap in money.</param>
/// <param name="CapDay">When the cap was, or is expected to be, reached; absent: not in this season.</param>
public sealed record UseRowAnswer(
    string HouseholdId, string Name, string Division, HeatingRoute Route, UseKind Kind, string Unit, int DueDays, int CoveredDays, int ObservedDays, int IdleDays, int SilentDays,
    string? LastUse, string? LastReading, string Eligible, string? MeanPerDay, string? PeersPerDay, int? Peers, string OperatingYuan, string? CapYuan, int? CapPerMille,
    string? CapDay, int Holds);

public sealed record UseListAnswer(
    string Season, string? Division, string List, int Page, int Pages, int Count, AgeAnswer? Age, IReadOnlyList<UseRowAnswer> Households);

/// <param name="LiftedBy">Who may lift it.</param>
/// <param name="Evidence">What it rests on; absent where a person placed it.</param>
/// <param name="Since">First day in doubt, or the day on which it was placed.</param>
public sealed record HoldLineAnswer(
    string HouseholdId, string Name, string Division, HeatingRoute Route, string Reason, HoldState State, HoldKeeper LiftedBy, string? Evidence, string Since, int WaitingDays,
    string TotalYuan, string? Note, string? Actor);

public sealed record HoldsAnswer(string Season, string? Division, int Page, int Pages, int Count, AgeAnswer? Age, IReadOnlyList<HoldLineAnswer> Holds);

/// <summary>Meters in service at households with a claim.</summary>
/// <param name="NeverRead">Without any reading on a day with a claim.</param>
/// <param name="LagMedianDays">Whole days from the newest reading to yesterday.</param>
public sealed record CompanyAnswer(
    string Company, string Name, Energy Energy, int Meters, int ReadYesterday, int Behind1To3Days, int Behind4To7Days, int BehindMore, int NeverRead,
    decimal? CoveragePercent, int? LagMedianDays, [property: JsonPropertyName("lag_p95_days")] int? LagP95Days, long DueMeterDays, long MissingMeterDays, long ReceivedInEightDays);

public sealed record CompaniesAnswer(string Season, string? Division, AgeAnswer? Age, IReadOnlyList<CompanyAnswer> Companies);

/// <param name="Register">As the meter shows it.</param>
/// <param name="Used">Since the reading before, after the multiplier; absent: there is none near, or the register went back.</param>
/// <param name="MeanPower">kW, or m³ per hour.</param>
/// <param name="Contested">Another value or revision stands at the same time.</param>
public sealed record CurvePointAnswer(string MeterId, string At, string Register, string? Used, string? MeanPower, bool Contested);

/// <param name="Unit">kWh or m3.</param>
/// <param name="PowerUnit">kW or m3/h.</param>
public sealed record CurveAnswer(string HouseholdId, string First, int Days, string Unit, string PowerUnit, IReadOnlyList<CurvePointAnswer> Points);

/// <param name="Next">To be asked as <c>before</c> for older ones; absent: that was all.</param>
/// <param name="Looked">Messages that were looked at.</param>
public sealed record QuarantinePageAnswer(IReadOnlyList<QuarantineAnswer> Messages, int Looked, long? Next);

/// <param name="Text">The payload as UTF-8.</param>
/// <param name="Hex">The payload, two digits a byte.</param>
/// <param name="Whole">Whether text and hex hold all of it.</param>
public sealed record QuarantinedAnswer(
    long Id, string ReceivedAt, string Source, string Company, string? Meter, string Reason, string Detail, string Topic, string Text, string Hex, int PayloadBytes, bool Whole,
    string? ReplayedAt);
