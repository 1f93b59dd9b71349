using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Statements;

namespace MeterPipeline.Domain.Validation;

/// <summary>What a rule says of all meter days of a household's season.</summary>
/// <param name="Setting">What it went by: <c>7 days</c>, <c>on</c>, <c>off</c>.</param>
/// <param name="Skipped">Meter days in service that could not be judged.</param>
/// <param name="Why">The most frequent reason; <see cref="SkipReason.None"/> where every day was judged.</param>
/// <param name="First">First day that failed; null: none did.</param>
/// <param name="Last">Last day that failed.</param>
public sealed record RuleOutcome(Rule Rule, string Setting, int Passed, int Failed, int Skipped, SkipReason Why, LocalDay? First, LocalDay? Last)
{
    /// <summary>Failed if any day failed; skipped if no day could be judged.</summary>
    public Verdict Verdict => Failed > 0 ? Verdict.Failed : Passed > 0 ? Verdict.Passed : Verdict.Skipped;
}

/// <summary>How well a household's season is known: coverage, edges, bounds, and what every rule says.</summary>
public sealed class QualityCertificate
{
    public QualityCertificate(HouseholdStatement statement, RuleSettings settings, IReadOnlyList<MeterVerdicts> meters)
    {
        (Statement, Meters) = (statement, meters);
        Rules = [.. Validation.Rules.All.Select(rule => Outcome(rule, settings))];
    }

    public HouseholdStatement Statement { get; }

    public IReadOnlyList<MeterVerdicts> Meters { get; }

    /// <summary>One per rule, in the catalogue's order.</summary>
    public IReadOnlyList<RuleOutcome> Rules { get; }

    public SeasonQuantity Quantity => Statement.Quantity;

    /// <summary>Part of the eligible quantity that falls on days inside long steps, per mille, rounded up so that 0 means none.</summary>
    public int EstimatedPerMille => Quantity.Eligible == 0 ? 0 : (int)(((Int128)Quantity.Estimated * 1000 + Quantity.Eligible - 1) / Quantity.Eligible);

    public IEnumerable<RuleOutcome> Failed => Rules.Where(rule => rule.Verdict == Verdict.Failed);

    public IEnumerable<RuleOutcome> Skipped => Rules.Where(rule => rule.Verdict == Verdict.Skipped);

    /// <summary>Rules that any meter failed on a season day.</summary>
    public IEnumerable<RuleId> FailedOn(LocalDay day) => Meters.SelectMany(meter => meter.FailedOn(day)).Distinct().Order();

    private RuleOutcome Outcome(Rule rule, RuleSettings settings)
    {
        var (passed, failed) = (0, 0);
        var skips = new int[Enum.GetValues<SkipReason>().Length];
        LocalDay? first = null, last = null;
        for (var day = Statement.Season.First; day <= Statement.Season.Last; day = day.Next)
        {
            foreach (var meter in Meters)
            {
                var result = meter[rule.Id, day];
                if (result.Verdict == Verdict.Passed) passed++;
                if (result.Verdict == Verdict.Skipped) skips[(int)result.Why]++;
                if (result.Verdict != Verdict.Failed) continue;
                failed++;
                first ??= day;
                last = day;
            }
        }
        skips[(int)SkipReason.NotInService] = 0;
        var skipped = skips.Sum();
        var why = skipped > 0 ? (SkipReason)Array.IndexOf(skips, skips.Max()) : passed + failed == 0 ? SkipReason.NotInService : SkipReason.None;
        return new RuleOutcome(rule, settings.Text(rule.Id), passed, failed, skipped, why, first, last);
    }
}
