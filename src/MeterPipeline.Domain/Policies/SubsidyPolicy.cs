using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Policies;

/// <summary>How heating use is told apart from household use 采暖用电 / 采暖用气; the documents do not define it, so a policy says.</summary>
public enum HeatingSeparation : byte
{
    /// <summary>Everything that the household's meters count in the season.</summary>
    None,

    /// <summary>Only meters that serve heating alone 分表计量.</summary>
    DedicatedMeter,
}

/// <summary>Where a rule comes from.</summary>
/// <param name="Document">Issuing number, such as 运政办发〔2025〕11号.</param>
/// <param name="Clause">Place in it, such as 三（二）2.</param>
/// <param name="Quote">The words that the rule rests on; null: not quoted.</param>
public sealed record LegalBasis(string Document, string Clause, string? Quote = null);

/// <summary>Operating subsidy 运行补贴 of one heating route.</summary>
/// <param name="Rate">Yuan per kWh or m³, not negative.</param>
/// <param name="SeasonCap">Most yuan per household and season 采暖季每户居民累计最高补贴; null: no cap.</param>
public sealed record RouteRule(
    HeatingRoute Route, Energy Energy, decimal Rate, decimal? SeasonCap, HeatingSeparation Separation, LegalBasis Basis);

/// <summary>A fixed sum on top of the operating subsidy for households in hardship, once per season.</summary>
/// <param name="Amount">Yuan, fen at most.</param>
/// <param name="Payer">Level of finance that bears it: <c>county</c> 县级财政.</param>
/// <param name="RequiresConsumption">Whether a household without eligible consumption gets nothing.</param>
public sealed record TopUp(IReadOnlyList<Hardship> Who, decimal Amount, string Payer, bool RequiresConsumption, LegalBasis Basis);

/// <summary>A dated set of rules for an area, one version of it.</summary>
/// <param name="Areas">Division code prefixes that it covers.</param>
/// <param name="FromAutumn">First season, by its autumn year.</param>
/// <param name="ToAutumn">Last season; null: until replaced.</param>
/// <param name="SeasonStart">First day of heating, month and day of autumn.</param>
/// <param name="SeasonEnd">Last day of heating, inclusive, month and day of spring.</param>
/// <param name="Seasons">Seasons whose dates differ, by name: extended seasons occur.</param>
/// <param name="Exclusions">Kinds of exclusion that the documents name; <c>idle</c> and <c>other</c> always count.</param>
public sealed record SubsidyPolicy(
    string Id, int Version, string Title, IReadOnlyList<string> Areas, int FromAutumn, int? ToAutumn,
    (int Month, int Day) SeasonStart, (int Month, int Day) SeasonEnd, IReadOnlyDictionary<string, HeatingSeason> Seasons,
    IReadOnlySet<ExclusionKind> Exclusions, IReadOnlyList<RouteRule> Rules, IReadOnlyList<TopUp> TopUps, LegalBasis Basis)
{
    public bool Covers(int autumn) => autumn >= FromAutumn && (ToAutumn is not { } last || autumn <= last);

    /// <summary>Length of the longest area prefix that the division code starts with; -1: not in the area.</summary>
    public int Specificity(string division)
    {
        var longest = -1;
        foreach (var area in Areas)
            if (division.StartsWith(area, StringComparison.Ordinal)) longest = Math.Max(longest, area.Length);
        return longest;
    }

    /// <summary>The dates of the season that begins in <paramref name="autumn"/>. 29 February as last day falls back to the 28th.</summary>
    public HeatingSeason Season(int autumn)
    {
        var name = HeatingSeason.NameOf(autumn);
        if (Seasons.TryGetValue(name, out var dated)) return dated;
        var lastDay = Math.Min(SeasonEnd.Day, DateTime.DaysInMonth(autumn + 1, SeasonEnd.Month));
        return new HeatingSeason(name, LocalDay.On(autumn, SeasonStart.Month, SeasonStart.Day), LocalDay.On(autumn + 1, SeasonEnd.Month, lastDay));
    }

    public RouteRule? RuleFor(HeatingRoute route) => Rules.FirstOrDefault(rule => rule.Route == route);

    /// <summary>
    /// Whether a household has a claim on a day: in season, accepted 验收合格 (运政办发〔2025〕11号 一（二）1), not excluded.
    /// </summary>
    public bool IsEligible(Household household, HeatingSeason season, LocalDay day)
    {
        if (!season.Contains(day) || household.AcceptedOn is not { } accepted || day < accepted) return false;
        foreach (var exclusion in household.Exclusions)
            if (exclusion.Covers(day) && (exclusion.Kind is ExclusionKind.Idle or ExclusionKind.Other || Exclusions.Contains(exclusion.Kind))) return false;
        return true;
    }
}
