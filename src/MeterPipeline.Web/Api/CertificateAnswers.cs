using MeterPipeline.Domain;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Validation;

namespace MeterPipeline.Web.Api;

/// <summary>From certificates to the API's answers.</summary>
internal static class CertificateAnswers
{
    public static CertificateAnswer Of(QualityCertificate certificate)
    {
        var (statement, quantity) = (certificate.Statement, certificate.Quantity);
        return new CertificateAnswer(
            quantity.Grade.ToString(), quantity.CoveragePercent, certificate.EstimatedPerMille / 10m, quantity.LongestGapDays, quantity.Start, quantity.End,
            statement.Accrual is { } low ? Money.Format(low.LowTotal) : null, statement.Accrual is { } high ? Money.Format(high.HighTotal) : null,
            [.. certificate.Rules.Select(Rule)], [.. FailedDays(certificate)], [.. statement.AllHolds.Select(Hold)]);
    }

    private static RuleAnswer Rule(RuleOutcome outcome) => new(
        outcome.Rule.Name, outcome.Rule.Severity, outcome.Setting, outcome.Verdict, outcome.Passed, outcome.Failed, outcome.Skipped,
        outcome.Why == SkipReason.None ? null : Words.Of(outcome.Why), outcome.First?.ToString(), outcome.Last?.ToString());

    private static IEnumerable<FailedDayAnswer> FailedDays(QualityCertificate certificate)
    {
        var season = certificate.Statement.Season;
        for (var day = season.First; day <= season.Last; day = day.Next)
            foreach (var meter in certificate.Meters)
                if (meter.FailedOn(day).Select(Words.Of).ToList() is { Count: > 0 } rules) yield return new FailedDayAnswer(day.ToString(), meter.Meter.Id, rules);
    }

    private static HoldAnswer Hold(Hold hold) => new(
        hold.Reason.Name, hold.State, hold.Reason.Keeper, hold.Evidence.Length == 0 ? null : hold.Evidence, hold.Entry?.Act,
        hold.Entry is { } entry ? LocalTime.Format(entry.AtMs) : null, hold.Entry?.Actor, hold.Entry?.Note);
}
