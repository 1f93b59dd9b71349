using MeterPipeline.Domain;
using MeterPipeline.Domain.FixedSums;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Policies;

/// <summary>Reads the table that a document prints beside its rule. Whether it follows from the rule is not asked here: it need not.</summary>
internal static class PublishedReader
{
    /// <summary>Of an area and season; the whole country has fewer than a thousand million.</summary>
    public const long MaxHouseholds = 1_000_000_000;

    private const decimal MaxMoney = 1_000_000_000;

    private static readonly string[] Columns = ["households", "maintenance", "insurance", "total"];

    /// <summary>Null where the file has none, or something in it is wrong, which has then been reported.</summary>
    public static PublishedTable? Read(Section policy, IReadOnlyList<ReportingUnit> units, IEnumerable<HeatingRoute> routes, Averaging averaging)
    {
        if (policy.Child("published", false, "clause", "money", "seasons", "groups", "area", "units") is not { } published) return null;
        var clause = published.Text("clause", true);
        var (unit, decimals) = Money(published);
        var seasons = Seasons(published, averaging);
        var groups = Groups(published, RouteSet.Of(routes));
        var area = published.Child("area", true, Columns) is { } row ? Figures(row, unit, decimals) : null;
        var figures = new Dictionary<string, PublishedFigures>();
        if (published.Child("units", true, [.. units.Select(u => u.Code)]) is { } table)
            foreach (var code in units.Select(u => u.Code))
                if (table.Child(code, true, Columns) is { } columns && Figures(columns, unit, decimals) is { } found) figures[code] = found;
        if (clause is null || area is null) return null;
        var step = unit;
        for (var i = 0; i < decimals; i++) step /= 10;
        return new PublishedTable(clause, step, seasons, groups, area, figures);
    }

    private static (decimal Unit, int Decimals) Money(Section published)
    {
        if (published.Child("money", true, "unit", "decimals") is not { } money) return (1, 2);
        var (unit, decimals) = (money.Number("unit", true, 0, 1_000_000), money.Number("decimals", true, 0, 6));
        if (unit == 0) money.Report("unit", "'unit' is 0", "Write how many yuan the table counts in: 10000 for 万元.");
        return (unit ?? 1, (int)(decimals ?? 0));
    }

    private static Dictionary<int, long> Seasons(Section published, Averaging averaging)
    {
        var seasons = new Dictionary<int, long>();
        var names = averaging.Seasons.ToDictionary(s => HeatingSeason.NameOf(s.Autumn), s => s.Autumn);
        if (published.Child("seasons", true, [.. names.Keys]) is not { } section) return seasons;
        foreach (var (name, autumn) in names)
            if (section.Number(name, true, 0, MaxHouseholds) is { } households) seasons[autumn] = (long)households;
        return seasons;
    }

    private static Dictionary<RouteSet, long> Groups(Section published, RouteSet all)
    {
        var (groups, seen) = (new Dictionary<RouteSet, long>(), default(RouteSet));
        foreach (var item in published.Children("groups", false, "routes", "households"))
        {
            var routes = RouteSet.Of(PolicyReader.Words(item, "routes", true, RuleReader.Routes));
            if (!routes.Without(all).IsEmpty) item.Report("routes", "A route that has no standard", "Name only routes of 'components'.");
            if (routes.Overlaps(seen)) item.Report("routes", "A route stands in two groups", "Name each route once.");
            if (item.Number("households", true, 0, MaxHouseholds) is not { } households || routes.IsEmpty || routes.Overlaps(seen)) return groups;
            groups[routes] = (long)households;
            seen = new RouteSet(seen.Bits | routes.Bits);
        }
        if (groups.Count > 0 && seen != all) published.Report("groups", "The groups leave out a route", "Name each route of 'components' once.");
        return groups;
    }

    private static PublishedFigures? Figures(Section row, decimal unit, int decimals)
    {
        var households = row.Number("households", true, 0, MaxHouseholds);
        decimal? Yuan(string key) => row.Number(key, true, decimals, MaxMoney) * unit;
        var (maintenance, insurance, total) = (Yuan("maintenance"), Yuan("insurance"), Yuan("total"));
        return households is { } count && maintenance is { } m && insurance is { } i && total is { } t ? new PublishedFigures((long)count, m, i, t) : null;
    }
}
