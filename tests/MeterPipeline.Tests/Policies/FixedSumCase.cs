using System.Globalization;
using MeterPipeline.Domain.FixedSums;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Tests.Policies;

/// <summary>
/// Runs one case file: <c>policy ID</c>, <c>settled UNIT ROUTE HOUSEHOLDS…</c> (one number for each season that is averaged),
/// <c>grant UNIT ROUTE -> NAME VALUE, …</c> and <c>granted UNIT FIGURE -> NAME VALUE, …</c> over the settled counts so far,
/// <c>check UNIT FIGURE -> NAME VALUE, …</c> over the published table alone, where one line of the check must have all the values, and
/// <c>implied UNIT ROUTE + ROUTE -> HOUSEHOLDS ± WITHIN [impossible]</c>, or <c>none</c>.
/// </summary>
internal sealed class FixedSumCase(IReadOnlyList<FixedSumPolicy> policies)
{
    private readonly Dictionary<SettledKey, long> settled = [];
    private FixedSumPolicy? policy;

    private FixedSumPolicy Policy => policy ?? throw new InvalidOperationException("no policy was named");

    /// <summary>What differs from the expectation; null: nothing.</summary>
    public string? Run(string line)
    {
        var (words, expected) = line.Split("->", StringSplitOptions.TrimEntries) is [var left, var right] ? (left, right) : (line.Trim(), "");
        var fields = words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        switch (fields[0])
        {
            case "policy":
                policy = policies.Single(p => p.Id == fields[1]);
                return null;
            case "settled":
                foreach (var (season, number) in Policy.Averaging.Seasons.Zip(fields[3..])) settled.Add(new(season.Autumn, fields[1], Route(fields[2])), long.Parse(number, CultureInfo.InvariantCulture));
                return null;
            case "grant": return Grant(new FixedSumGrants(Policy, settled).Grants.Single(g => g.Unit.Code == fields[1] && g.Route == Route(fields[2])), expected);
            case "granted": return Line(new FixedSumGrants(Policy, settled).Lines(), fields[1], fields[2], expected);
            case "check": return Line(PublishedCheck.Of(Policy), fields[1], fields[2], expected);
            case "implied": return Implied(fields[1], RouteSet.Of(fields[2..].Where(f => f != "+").Select(f => Route("coal-to-" + f))), expected);
            default: return $"'{fields[0]}' is not understood";
        }
    }

    private static string? Grant(FixedSumGrant grant, string expected)
    {
        var wrong = expected.Split(',', StringSplitOptions.TrimEntries).Select(item => item.Split(' '))
            .Where(item => grant.Of(Enum.Parse<FixedSumFigure>(item[0], ignoreCase: true)) != Number(item[1])).Select(item => item[0]).ToList();
        return wrong.Count == 0 ? null : $"{string.Join(", ", wrong)} differ: {grant}";
    }

    private static string? Line(IEnumerable<FixedSumLine> all, string unit, string figure, string expected)
    {
        var lines = all.Where(l => l.Unit.Code == unit && l.Routes.IsEmpty && l.Figure == Enum.Parse<FixedSumFigure>(figure, ignoreCase: true)).ToList();
        var wanted = expected.Split(", ").Select(item => item.Split(' ', 2)).ToList();
        return lines.Exists(line => wanted.TrueForAll(item => Has(line, item[0], item[1].Trim()))) ? null : $"no line has all this, but there are: {string.Join("; ", lines)}";
    }

    private static bool Has(FixedSumLine line, string name, string value) => name switch
    {
        "computed" => line.Computed == Number(value),
        "published" => line.Published == Number(value),
        "difference" => line.Difference == Number(value),
        "finding" => line.Finding == Enum.Parse<Finding>(value, ignoreCase: true),
        "why" => line.Why.Contains(value, StringComparison.Ordinal),
        _ => throw new FormatException($"an unknown name '{name}'"),
    };

    private string? Implied(string unit, RouteSet routes, string expected)
    {
        var table = Policy.Published!;
        var known = unit == Policy.Area.Code ? ImpliedCounts.Of(Policy, table.Area, table.Groups) : ImpliedCounts.Of(Policy, table.Units[unit], null);
        if (!known.TryGetValue(routes.Bits, out var count)) return expected == "none" ? null : "nothing is known of these";
        var found = string.Create(CultureInfo.InvariantCulture, $"{count.Households:0.####} ± {count.Within:0.####}{(count.IsImpossible ? " impossible" : "")}");
        var told = PublishedCheck.Of(Policy).Single(l => l.Unit.Code == unit && l.Routes == routes);
        if (told.Computed != count.Households || told.IsUnexplained != count.IsImpossible) return $"the check says {told}";
        return found == expected ? null : $"{found}, expected {expected}";
    }

    private static HeatingRoute Route(string name) => Enum.Parse<HeatingRoute>(name.Replace("-", ""), ignoreCase: true);

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
