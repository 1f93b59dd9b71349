using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;

namespace MeterPipeline.Policies;

/// <summary>Reads <c>rate</c> or <c>tiers</c> of a rule, and its <c>rate-changes</c>.</summary>
internal static class PriceReader
{
    /// <summary>A day's earnings are stored in 0.00000001 yuan, quantities in 0.0001: four decimals are left for the rate.</summary>
    private const int RateDecimals = 4;

    /// <summary>Yuan per kWh, m³ or t: a tonne of methanol is subsidised by 1600.</summary>
    private const decimal MaxRate = 10_000;

    private static readonly Dictionary<string, TierMode> Modes = new() { ["marginal"] = TierMode.Marginal, ["whole-volume"] = TierMode.WholeVolume };

    private static readonly Dictionary<string, PaidWhen> Paid = new() { ["after-season"] = PaidWhen.AfterSeason, ["before-season"] = PaidWhen.BeforeSeason };

    /// <returns>In order of days; empty where there is neither or something is wrong, which has been reported.</returns>
    public static List<Prices> Read(Section rule, int? from, int? to)
    {
        var result = new List<Prices>();
        if (Of(rule, null) is { } first) result.Add(first);
        foreach (var change in rule.Children("rate-changes", false, "from", "rate", "tiers"))
        {
            if (PolicyReader.Day(change, "from") is not { } day) continue;
            if (HeatingSeason.AutumnOf(day) is var autumn && (autumn < from || autumn > to))
                change.Report("from", $"The policy does not cover {day}", "Rates change within the policy's seasons; write another version for others.");
            if (result.Count > 0 && result[^1].From is { } before && day <= before)
                change.Report("from", $"{day} does not come after {before}", "Write changes in order of their days.");
            if (Of(change, day) is { } prices) result.Add(prices);
            else if (change.Node("rate", false) is null && change.Node("tiers", false) is null)
                change.Report("from", $"Nothing changes on {day}", "Write 'rate' or 'tiers'.");
        }
        if (result is [{ From: not null }, ..]) rule.Report("rate-changes", "There is no rate to change", "Write 'rate' or 'tiers' beside 'rate-changes'.");
        return result;
    }

    private static Prices? Of(Section at, LocalDay? from)
    {
        var rate = at.Number("rate", false, RateDecimals, MaxRate);
        var tiers = at.Child("tiers", false, "mode", "steps");
        if (rate is not null && tiers is not null) at.Report("tiers", "Both 'rate' and 'tiers' are given", "Keep one.");
        if (tiers is null) return rate is { } flat ? Prices.Flat(flat) with { From = from } : null;
        var mode = tiers.Word("mode", true, Modes);
        var steps = Steps(tiers);
        return mode is { } known && steps.Count > 0 ? new Prices(from, known, steps) : null;
    }

    private static List<Tier> Steps(Section tiers)
    {
        var steps = new List<Tier>();
        var sections = tiers.Children("steps", true, "up-to", "rate", "paid");
        for (var i = 0; i < sections.Count; i++)
        {
            var step = sections[i];
            var upTo = RuleReader.Amount(step, "up-to", false);
            var rate = step.Number("rate", true, RateDecimals, MaxRate);
            var paid = step.Word("paid", false, Paid) ?? PaidWhen.AfterSeason;
            if (upTo is null && i < sections.Count - 1) step.Report("rate", "Only the last tier may be without end", "Add up-to, the last quantity of the tier.");
            if (upTo is { } end && steps is [.., { UpTo: { } before }] && end <= before)
                step.Report("up-to", $"Tiers are out of order: {Quantity.ToDecimal(end):0.####} does not come after {Quantity.ToDecimal(before):0.####}", "Write tiers by ascending up-to, each the cumulative quantity at its end.");
            if (rate is { } perUnit) steps.Add(new Tier(upTo, perUnit, paid));
        }
        return steps;
    }
}
