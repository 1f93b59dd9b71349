using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Policies;

/// <summary>A fixed sum on top of the operating subsidy, once per season.</summary>
/// <param name="Who">Households of these kinds; <see cref="Hardship.None"/> stands for those in no hardship.</param>
/// <param name="Routes">Only households of these routes; empty: all that have a rule.</param>
/// <param name="Amount">Yuan, fen at most.</param>
/// <param name="Payer">Level of finance that bears it: <c>county</c> 县级财政.</param>
/// <param name="RequiresConsumption">Whether a household without eligible consumption gets nothing.</param>
public sealed record TopUp(
    IReadOnlyList<Hardship> Who, IReadOnlyList<HeatingRoute> Routes, decimal Amount, string Payer, bool RequiresConsumption, LegalBasis Basis)
{
    /// <param name="quantity">Eligible quantity of the season.</param>
    public bool IsFor(Household household, long quantity) =>
        Who.Contains(household.Hardship) && (Routes.Count == 0 || Routes.Contains(household.Route)) && (quantity > 0 || !RequiresConsumption);
}

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
    IReadOnlySet<ExclusionKind> Exclusions, IReadOnlyList<RouteRule> Rules, IReadOnlyList<TopUp> TopUps, Rounding Rounding, LegalBasis Basis)
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

    /// <summary>The rule for a household; null: none is for its route, or for its conversion and acceptance.</summary>
    public RouteRule? RuleFor(Household household) => Rules.FirstOrDefault(rule => rule.Route == household.Route && rule.Claimants.Include(household));

    /// <summary>Top-ups of a claim with so much eligible quantity; without a claimed day there are none.</summary>
    internal IReadOnlyList<GrantedTopUp> TopUpsOf(Claim claim, long quantity)
    {
        if (!claim.Any) return [];
        List<GrantedTopUp>? granted = null; // most households get none
        for (var i = 0; i < TopUps.Count; i++)
            if (TopUps[i].IsFor(claim.Household, quantity)) (granted ??= []).Add(new GrantedTopUp(TopUps[i], TopUps[i].Amount));
        return granted ?? (IReadOnlyList<GrantedTopUp>)[];
    }

    /// <summary>
    /// Whether a household has a claim on a day: in season, accepted 验收合格 (运政办发〔2025〕11号 一（二）1), not excluded.
    /// </summary>
    public bool IsEligible(Household household, HeatingSeason season, LocalDay day)
    {
        if (!season.Contains(day) || household.AcceptedOn is not { } accepted || day < accepted) return false;
        for (var i = 0; i < household.Exclusions.Count; i++) // asked for each day of a city: no enumerator
        {
            var exclusion = household.Exclusions[i];
            if (exclusion.Covers(day) && (exclusion.Kind is ExclusionKind.Idle or ExclusionKind.Other || Exclusions.Contains(exclusion.Kind))) return false;
        }
        return true;
    }
}
