using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Reports;

namespace MeterPipeline.Web.Pages;

/// <summary>Everything the pages say, in one language. <c>{0}</c> marks what is filled in.</summary>
internal sealed partial record Texts
{
    /// <summary>The language chosen by query or cookie; Chinese unless English is asked for.</summary>
    public static Texts For(string? code) => code == English.Code ? English : Chinese;

    public Texts Other => this == English ? Chinese : English;

    /// <summary>What is said of rules, certificates and holds.</summary>
    public ValidationTexts Validation => this == English ? ValidationTexts.English : ValidationTexts.Chinese;

    /// <summary>What is said of signing in, users and the access log.</summary>
    public AccessTexts Access => this == English ? AccessTexts.English : AccessTexts.Chinese;

    /// <summary>What is said of use, caps, holds, companies and quarantine.</summary>
    public BoardTexts Boards => this == English ? BoardTexts.English : BoardTexts.Chinese;

    /// <summary>What reports say.</summary>
    public ReportTexts Reports => this == English ? ReportTexts.English : ReportTexts.Chinese;

    public required string Code { get; init; }

    /// <summary>Between a name and its value.</summary>
    public string Colon => Code == "en" ? ": " : "：";

    /// <summary>Between parts of a sentence.</summary>
    public string Comma => Code == "en" ? ", " : "，";

    /// <summary>Between things that are listed.</summary>
    public string Semicolon => Code == "en" ? "; " : "；";
    public required string HtmlLang { get; init; }
    public required string Brand { get; init; }
    public required string Switch { get; init; }
    public required string Overview { get; init; }
    public required string Quarantine { get; init; }
    public required string Season { get; init; }
    public required string Show { get; init; }
    public required string Territory { get; init; }
    public required string Households { get; init; }
    public required string HouseholdsHint { get; init; }
    public required string Coverage { get; init; }
    public required string CoverageHint { get; init; }
    public required string NoData { get; init; }
    public required string Electricity { get; init; }
    public required string Gas { get; init; }
    public required string Accrued { get; init; }
    public required string AccruedHint { get; init; }
    public required string Yuan { get; init; }
    public required string DailyTitle { get; init; }
    public required string ChartLabel { get; init; }
    public required string NoCharts { get; init; }
    public required string DailyTable { get; init; }
    public required string Day { get; init; }
    public required string DivisionTitle { get; init; }
    public required string Division { get; init; }
    public required string Villages { get; init; }
    public required string Reporting { get; init; }
    public required string QualityTitle { get; init; }
    public required string QualityHint { get; init; }
    public required string Company { get; init; }
    public required string Received { get; init; }
    public required string Accepted { get; init; }
    public required string Duplicate { get; init; }
    public required string Conflict { get; init; }
    public required string Quarantined { get; init; }
    public required string Pending { get; init; }
    public required string Reconciles { get; init; }
    public required string DoesNotReconcile { get; init; }
    public required string QuarantineOpen { get; init; }
    public required string Lag { get; init; }
    public required string NoCounters { get; init; }
    public required string HouseholdList { get; init; }
    public required string Household { get; init; }
    public required string HouseholdId { get; init; }
    public required string Name { get; init; }
    public required string Route { get; init; }
    public required string ConversionLabel { get; init; }
    public required string AcceptedOn { get; init; }
    public required string HardshipLabel { get; init; }
    public required string Note { get; init; }
    public required string Exclusions { get; init; }
    public required string ExclusionOpen { get; init; }
    public required string Meter { get; init; }
    public required string Meters { get; init; }
    public required string ServesLabel { get; init; }
    public required string Installed { get; init; }
    public required string Removed { get; init; }
    public required string SinceBefore { get; init; }
    public required string StillThere { get; init; }
    public required string OpeningRegister { get; init; }
    public required string ClosingRegister { get; init; }
    public required string Multiplier { get; init; }
    public required string Consumption { get; init; }
    public required string EligibleConsumption { get; init; }
    public required string Why { get; init; }
    public required string Step { get; init; }
    public required string Value { get; init; }
    public required string Basis { get; init; }
    public required string EligibleDays { get; init; }
    public required string EligibleDaysHint { get; init; }
    public required string RawHint { get; init; }
    public required string FromDay { get; init; }
    public required string Limit { get; init; }
    public required string CapReachedOn { get; init; }
    public required string RoundingHint { get; init; }
    public required string TopUpPaidBy { get; init; }
    public required string Bounds { get; init; }
    public required string BoundsHint { get; init; }
    public required string Policy { get; init; }
    public required string Clause { get; init; }
    public required string Quality { get; init; }
    public required string QualityDetail { get; init; }
    public required string Holds { get; init; }
    public required string NoHolds { get; init; }
    public required string NoPolicy { get; init; }
    public required string NoRule { get; init; }
    public required string NotMetered { get; init; }
    public required string History { get; init; }
    public required string Registered { get; init; }
    public required string ChangedAt { get; init; }
    public required string ChangedBy { get; init; }
    public required string Entry { get; init; }
    public required string Field { get; init; }
    public required string Before { get; init; }
    public required string After { get; init; }
    public required string DailyConsumption { get; init; }
    public required string DailyChartLabel { get; init; }
    public required string Claim { get; init; }
    public required string Covered { get; init; }
    public required string Yes { get; init; }
    public required string No { get; init; }
    public required string Reason { get; init; }
    public required string ReceivedAt { get; init; }
    public required string Topic { get; init; }
    public required string Detail { get; init; }
    public required string Payload { get; init; }
    public required string Replayed { get; init; }
    public required string QuarantineHint { get; init; }
    public required string QuarantineEmpty { get; init; }
    public required string NotFoundTitle { get; init; }
    public required string NotFoundText { get; init; }
    public required string FailedTitle { get; init; }
    public required string FailedText { get; init; }
    public required string Back { get; init; }
    public required string Page { get; init; }
    public required string Previous { get; init; }
    public required string Next { get; init; }
    public required string Live { get; init; }
    public required string Stale { get; init; }
    public required string UpdatedAt { get; init; }
    public required string Amount { get; init; }
    public required string Grade { get; init; }
    public required string Skip { get; init; }
    public required string Privacy { get; init; }
    public required IReadOnlyDictionary<HeatingRoute, string> Routes { get; init; }
    public required IReadOnlyDictionary<Conversion, string> Conversions { get; init; }
    public required IReadOnlyDictionary<Hardship, string> Hardships { get; init; }
    public required IReadOnlyDictionary<ExclusionKind, string> ExclusionKinds { get; init; }
    public required IReadOnlyDictionary<Serves, string> Servings { get; init; }
    public required IReadOnlyDictionary<EdgeKind, string> Edges { get; init; }
    public required IReadOnlyDictionary<AccrualStepKind, string> AccrualSteps { get; init; }
    public required IReadOnlyDictionary<string, string> HoldReasons { get; init; }
    public required IReadOnlyDictionary<string, string> Payers { get; init; }
    public required IReadOnlyDictionary<string, string> QuarantineReasons { get; init; }

    /// <summary>Of a text for people that says the same in Chinese and in English, with a stroke between, the half in this language.</summary>
    public string Half(string both) => both.Split(" / ") is [var chinese, var english] ? Code == "en" ? english : chinese : both;

    /// <summary>The word's text, or the word itself where this program knows none.</summary>
    public static string Word(IReadOnlyDictionary<string, string> words, string word) => words.GetValueOrDefault(word, word);
}
