namespace MeterPipeline.Domain.Policies;

/// <summary>
/// All policies in force, checked against each other. Of two versions of one policy the later one replaces the earlier where both cover a
/// season. Immutable.
/// </summary>
public sealed class PolicyBook
{
    /// <exception cref="ArgumentException">Two policies claim the same area and season with equal specificity.</exception>
    public PolicyBook(IEnumerable<SubsidyPolicy> policies)
    {
        Policies = [.. policies.OrderBy(p => p.Id, StringComparer.Ordinal).ThenBy(p => p.Version)];
        if (Overlap(Policies) is var (a, b, area))
            throw new ArgumentException($"Policies {a.Id} v{a.Version} and {b.Id} v{b.Version} both claim area {area} in the same season. End one before the other begins.");
    }

    public static PolicyBook Empty { get; } = new([]);

    public IReadOnlyList<SubsidyPolicy> Policies { get; }

    /// <summary>The first two policies that nothing decides between; null: there are none.</summary>
    public static (SubsidyPolicy A, SubsidyPolicy B, string Area)? Overlap(IReadOnlyList<SubsidyPolicy> policies)
    {
        for (var i = 0; i < policies.Count; i++)
            for (var j = i + 1; j < policies.Count; j++)
            {
                var (a, b) = (policies[i], policies[j]);
                if (a.Id == b.Id) continue;
                var apart = (a.ToAutumn is { } aLast && aLast < b.FromAutumn) || (b.ToAutumn is { } bLast && bLast < a.FromAutumn);
                if (!apart && a.Areas.Intersect(b.Areas).FirstOrDefault() is { } area) return (a, b, area);
            }
        return null;
    }

    /// <summary>The policy of the most specific area for a division and season; null: none.</summary>
    public SubsidyPolicy? Select(string division, int autumn)
    {
        SubsidyPolicy? best = null;
        var longest = -1;
        foreach (var policy in Policies)
        {
            if (!policy.Covers(autumn)) continue;
            var specificity = policy.Specificity(division);
            if (specificity < 0 || specificity < longest || (specificity == longest && best!.Version > policy.Version)) continue;
            (best, longest) = (policy, specificity);
        }
        return best;
    }

    /// <summary>The same policies with one version only of one of them.</summary>
    /// <exception cref="ArgumentException">There is no such version.</exception>
    public PolicyBook With(string id, int version) =>
        Policies.Any(p => p.Id == id && p.Version == version)
            ? new PolicyBook(Policies.Where(p => p.Id != id || p.Version == version))
            : throw new ArgumentException($"There is no version {version} of policy '{id}'.");

    /// <summary>The season's dates in a division, the default of 15 November to 15 March where no policy covers it.</summary>
    public HeatingSeason Season(string division, int autumn) =>
        Select(division, autumn)?.Season(autumn)
        ?? new HeatingSeason(HeatingSeason.NameOf(autumn), LocalDay.On(autumn, 11, 15), LocalDay.On(autumn + 1, 3, 15));
}
