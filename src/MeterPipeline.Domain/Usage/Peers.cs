using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Usage;

/// <summary>The median of a group of peers.</summary>
/// <param name="PerDay">0.0001 kWh or m³ per day, the lower of the two middle ones.</param>
/// <param name="Households">How many it is of.</param>
public readonly record struct PeerMedian(long PerDay, int Households);

/// <summary>
/// What households of the same route use per day: in the village where enough of them are known, else in the township. Filled first, asked then.
/// </summary>
public sealed class Peers(int least)
{
    private const int TownshipLength = 9;
    private readonly Dictionary<(string Division, HeatingRoute Route), List<long>> means = [];
    private readonly Dictionary<(string Division, HeatingRoute Route), PeerMedian?> medians = [];

    public void Add(Household household, long perDay)
    {
        Group(household.Division, household.Route).Add(perDay);
        Group(Township(household), household.Route).Add(perDay);
    }

    /// <summary>Null: too few peers in the village and in the township.</summary>
    public PeerMedian? Of(Household household) => Median(household.Division, household.Route) ?? Median(Township(household), household.Route);

    private PeerMedian? Median(string division, HeatingRoute route)
    {
        if (medians.TryGetValue((division, route), out var known)) return known;
        PeerMedian? median = null;
        if (means.TryGetValue((division, route), out var group) && group.Count >= least)
        {
            group.Sort();
            median = new PeerMedian(group[(group.Count - 1) / 2], group.Count);
        }
        return medians[(division, route)] = median;
    }

    private List<long> Group(string division, HeatingRoute route)
    {
        if (!means.TryGetValue((division, route), out var group)) means[(division, route)] = group = [];
        return group;
    }

    private static string Township(Household household) => household.Division[..Math.Min(TownshipLength, household.Division.Length)];
}
