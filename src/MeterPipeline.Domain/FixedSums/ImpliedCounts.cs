namespace MeterPipeline.Domain.FixedSums;

/// <summary>Households of some routes, known from sums of money.</summary>
/// <param name="Households">Not whole where the money was rounded.</param>
/// <param name="Within">The true number lies no further away than this.</param>
public readonly record struct ImpliedCount(decimal Households, decimal Within)
{
    public bool IsImpossible => Households + Within < 0;
}

/// <summary>
/// How many households of which routes follow from published figures. Where a component has two sums, its money tells the households that get
/// the higher one: money = least × all + (most − least) × those. And where two sets of routes are known, one inside the other, so is what lies between.
/// </summary>
public static class ImpliedCounts
{
    /// <param name="groups">Households published by routes; null: none.</param>
    /// <returns>Every set of routes that can be known, by bits.</returns>
    public static SortedDictionary<int, ImpliedCount> Of(FixedSumPolicy policy, PublishedFigures figures, IReadOnlyDictionary<RouteSet, long>? groups)
    {
        var known = new SortedDictionary<int, ImpliedCount> { [RouteSet.Of(policy.Routes).Bits] = new(figures.Households, 0) };
        foreach (var standard in policy.Standards)
            if (standard.HasTwoSums) known.TryAdd(standard.Dearer.Bits, Dearer(standard, figures, policy.Published!.Rounded));
        foreach (var (routes, households) in groups ?? new Dictionary<RouteSet, long>()) known.TryAdd(routes.Bits, new(households, 0));
        // There are at most 31 sets of five routes, and each time one is found, or is known closer: this ends.
        while (Between(known) is var (routes, count)) known[routes.Bits] = count;
        return known;
    }

    /// <summary>Households that get the higher sum of a component.</summary>
    public static ImpliedCount Dearer(FixedSumStandard standard, PublishedFigures figures, decimal rounded)
    {
        var more = standard.Most - standard.Least;
        return new((figures.Of(standard.Component) - standard.Least * figures.Households) / more, rounded / more);
    }

    /// <summary>A set that lies between two known ones and is not yet known so well. From a count that cannot be nothing follows.</summary>
    private static (RouteSet Routes, ImpliedCount Count)? Between(SortedDictionary<int, ImpliedCount> known)
    {
        foreach (var (outer, all) in known)
            foreach (var (inner, some) in known)
            {
                var (set, within) = (new RouteSet(outer), all.Within + some.Within);
                if (!set.IsMoreThan(new(inner)) || all.IsImpossible || some.IsImpossible) continue;
                var rest = set.Without(new(inner));
                if (!known.TryGetValue(rest.Bits, out var before) || within < before.Within) return (rest, new(all.Households - some.Households, within));
            }
        return null;
    }
}
