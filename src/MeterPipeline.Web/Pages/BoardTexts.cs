using MeterPipeline.Domain.Usage;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Web.Pages;

/// <summary>What the boards of households say, in one language. <c>{0}</c> marks what is filled in.</summary>
internal sealed partial record BoardTexts
{
    public required string Usage { get; init; }
    public required string UsageHint { get; init; }
    public required string Caps { get; init; }
    public required string CapsHint { get; init; }
    public required string Holds { get; init; }
    public required string HoldsHint { get; init; }
    public required string Companies { get; init; }
    public required string CompaniesHint { get; init; }
    public required string Attention { get; init; }
    public required string AsOf { get; init; }
    public required string Drawing { get; init; }
    public required string Thresholds { get; init; }
    public required string Settings { get; init; }
    public required string Kind { get; init; }
    public required string All { get; init; }
    public required string Nobody { get; init; }
    public required string LastUse { get; init; }
    public required string Never { get; init; }
    public required string IdleDays { get; init; }
    public required string SilentDays { get; init; }
    public required string LastReading { get; init; }
    public required string CoverageDays { get; init; }
    public required string MeanPerDay { get; init; }
    public required string PeersPerDay { get; init; }
    public required string PeersOf { get; init; }
    public required string EligibleSoFar { get; init; }
    public required string PerDay { get; init; }
    public required string DaysUnit { get; init; }
    public required string Village { get; init; }
    public required string OperatingSoFar { get; init; }
    public required string Cap { get; init; }
    public required string CapShare { get; init; }
    public required string CapDay { get; init; }
    public required string CapReached { get; init; }
    public required string CapExpected { get; init; }
    public required string CapNotThisSeason { get; init; }
    public required string OnHold { get; init; }
    public required string Since { get; init; }
    public required string Waiting { get; init; }
    public required string Sort { get; init; }
    public required string ByAge { get; init; }
    public required string ByPlace { get; init; }
    public required string ByReason { get; init; }
    public required string ByAmount { get; init; }
    public required string Money { get; init; }
    public required string TopUps { get; init; }
    public required string TotalSoFar { get; init; }
    public required string Budget { get; init; }
    public required string NoBudget { get; init; }
    public required string BudgetUsed { get; init; }
    public required string PerHousehold { get; init; }
    public required string Forecast { get; init; }
    public required string ForecastRange { get; init; }
    public required string Margin { get; init; }
    public required string ForecastMethod { get; init; }
    public required string Unforeseen { get; init; }
    public required string MoneyChart { get; init; }
    public required string Cumulative { get; init; }
    public required string Suspects { get; init; }
    public required string Registered { get; init; }
    public required string ReportingYesterday { get; init; }
    public required string Silent { get; init; }
    public required string NeverReported { get; init; }
    public required string LagMedian { get; init; }
    public required string LagP95 { get; init; }
    public required string MissingDays { get; init; }
    public required string SeasonCoverage { get; init; }
    public required string Receipts { get; init; }
    public required string Lateness { get; init; }
    public required string CurveTitle { get; init; }
    public required string CurveChart { get; init; }
    public required string CurveTable { get; init; }
    public required string CurveEmpty { get; init; }
    public required string CurveHint { get; init; }
    public required string DayPicker { get; init; }
    public required string OneDay { get; init; }
    public required string Week { get; init; }
    public required string ReadAt { get; init; }
    public required string Register { get; init; }
    public required string Step { get; init; }
    public required string MeanPower { get; init; }
    public required string Mark { get; init; }
    public required string Superseded { get; init; }
    public required string UseTitle { get; init; }
    public required string Verdict { get; init; }
    public required string Open { get; init; }
    public required string State { get; init; }
    public required string AnyState { get; init; }
    public required string Filter { get; init; }
    public required string Message { get; init; }
    public required string Source { get; init; }
    public required string OwnEndpoint { get; init; }
    public required string ForecastShare { get; init; }
    public required string Bytes { get; init; }
    public required string AsText { get; init; }
    public required string AsHex { get; init; }
    public required string Cut { get; init; }
    public required string Remedy { get; init; }
    public required string ReplayHint { get; init; }
    public required string ReplayedHint { get; init; }
    public required string Searched { get; init; }
    public required string Older { get; init; }
    public required string Newest { get; init; }
    public required string AnyCompany { get; init; }
    public required string AnyReason { get; init; }
    public required string Menu { get; init; }
    public required string Rows { get; init; }
    public required IReadOnlyDictionary<UseKind, string> Kinds { get; init; }
    public required IReadOnlyDictionary<UseList, string> Lists { get; init; }
    public required IReadOnlyDictionary<UseList, string> ListHints { get; init; }
}
