using System.Globalization;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Validation;

namespace MeterPipeline.Cli;

/// <summary>The quality certificate in <c>explain</c>: how well the season is known, what each rule says, and what waits for whom.</summary>
internal static class ExplainQuality
{
    public static void Write(TextWriter to, QualityCertificate certificate)
    {
        var (statement, quantity) = (certificate.Statement, certificate.Quantity);
        to.WriteLine();
        var share = (certificate.EstimatedPerMille / 10m).ToString("0.0", CultureInfo.InvariantCulture);
        var bounds = statement.Accrual is { } accrual ? $", {Money.Format(accrual.LowTotal)} to {Money.Format(accrual.HighTotal)} yuan" : "";
        to.WriteLine($"Certificate       grade {quantity.Grade}, coverage {quantity.CoveragePercent} %, estimated {share} %, "
            + $"longest gap {quantity.LongestGapDays} days, edges {Words.Of(quantity.Start)} and {Words.Of(quantity.End)}{bounds}");
        to.WriteLine($"Rules             {certificate.Failed.Count()} failed, {certificate.Skipped.Count()} skipped; meter days of the season");
        to.WriteLine($"  {"rule",-22}{"severity",-10}{"setting",-14}{"passed",7}{"failed",8}{"skipped",9}");
        foreach (var rule in certificate.Rules) to.WriteLine(Line(rule));
        foreach (var meter in certificate.Meters) WriteFailures(to, meter);
        to.WriteLine($"Holds             {(statement.AllHolds.Count == 0 ? "none" : "")}".TrimEnd());
        foreach (var hold in statement.AllHolds) HoldsCommand.Write(to, hold, "  ");
    }

    /// <summary>A line for each run of days on which the same rules failed.</summary>
    private static void WriteFailures(TextWriter to, MeterVerdicts meter)
    {
        for (var day = meter.Season.First; day <= meter.Season.Last; day = day.Next)
        {
            var (first, failed) = (day, FailedOn(meter, day));
            while (day < meter.Season.Last && FailedOn(meter, day.Next) == failed) day = day.Next;
            if (failed.Length > 0) to.WriteLine($"    {first}{(day == first ? "" : $" to {day}")}  {meter.Meter.Id}  failed {failed}");
        }
    }

    private static string FailedOn(MeterVerdicts meter, LocalDay day) => string.Join(", ", meter.FailedOn(day).Select(Words.Of));

    private static string Line(RuleOutcome outcome)
    {
        var rule = outcome.Rule;
        var failed = outcome.First is { } first ? $"  {first}{(outcome.Last == first ? "" : $" to {outcome.Last}")}" : "";
        var why = outcome.Why == SkipReason.None ? "" : $"  skipped: {Words.Of(outcome.Why)}";
        return $"  {rule.Name,-22}{Words.Of(rule.Severity),-10}{outcome.Setting,-14}{outcome.Passed,7}{outcome.Failed,8}{outcome.Skipped,9}{failed}{why}";
    }
}
