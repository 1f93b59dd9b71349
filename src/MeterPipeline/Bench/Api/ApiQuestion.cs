using MeterPipeline.Bench.City;

namespace MeterPipeline.Bench.Api;

/// <summary>One kind of request that a dashboard makes.</summary>
/// <param name="Weight">Of a hundred requests.</param>
/// <param name="IsBudgeted">Overview and drill-down: what the budget speaks of.</param>
/// <param name="Address">Of the question about one household and its places.</param>
internal sealed record ApiQuestion(string Name, int Weight, bool IsBudgeted, Func<int, string> Address)
{
    private const string Api = "/api/v1/";

    /// <summary>What people look at, overview most; every address below the city is about the places of a household chosen at random.</summary>
    public static IReadOnlyList<ApiQuestion> All { get; } =
    [
        new("overview, whole territory", 16, true, _ => Api + "overview"),
        new("overview, county", 8, true, index => Api + "overview?division=" + CityRegistry.Village(index)[..6]),
        new("overview, township", 8, true, index => Api + "overview?division=" + CityRegistry.Village(index)[..9]),
        new("overview, village", 8, true, index => Api + "overview?division=" + CityRegistry.Village(index)),
        new("households of a village", 10, true, index => Api + "households?division=" + CityRegistry.Village(index)),
        new("household", 14, true, index => Api + "households/" + CityRegistry.HouseholdId(index)),
        new("curve of a household's day", 6, true, index => Api + $"households/{CityRegistry.HouseholdId(index)}/curve?day={CityMeter.Season.Last}"),
        new("use, whole territory", 6, false, _ => Api + "use"),
        new("use, county", 4, false, index => Api + "use?division=" + CityRegistry.Village(index)[..6]),
        new("suspects, county", 4, false, index => Api + "use/households?division=" + CityRegistry.Village(index)[..6]),
        new("caps, township", 4, false, index => Api + "caps?division=" + CityRegistry.Village(index)[..9]),
        new("holds, whole territory", 4, false, _ => Api + "holds"),
        new("companies", 4, false, _ => Api + "companies"),
        new("counters", 4, false, _ => Api + "counters"),
    ];
}
