using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.FixedSums;

/// <summary>Settled households 财政清算户数 of one season, unit and route.</summary>
public readonly record struct SettledKey(int Autumn, string Unit, HeatingRoute Route);

/// <summary>What one unit gets for one route in a year.</summary>
/// <param name="Average">Of the seasons' settled households, with its fraction.</param>
/// <param name="Households">That the standards multiply.</param>
/// <param name="Maintenance">Yuan, as <paramref name="Insurance"/>.</param>
public sealed record FixedSumGrant(ReportingUnit Unit, HeatingRoute Route, decimal Average, decimal Households, decimal Maintenance, decimal Insurance)
{
    public decimal Total => Maintenance + Insurance;

    public decimal Of(FixedSumFigure figure) => figure switch
    {
        FixedSumFigure.Average => Average,
        FixedSumFigure.Households => Households,
        FixedSumFigure.Maintenance => Maintenance,
        FixedSumFigure.Insurance => Insurance,
        _ => Total,
    };
}

/// <summary>The rule applied to settled counts, unit by unit and route by route. Totals are sums of these grants.</summary>
public sealed class FixedSumGrants
{
    private static readonly FixedSumFigure[] Figures = [FixedSumFigure.Households, FixedSumFigure.Maintenance, FixedSumFigure.Insurance, FixedSumFigure.Total];

    private readonly FixedSumPolicy policy;
    private readonly IReadOnlyDictionary<SettledKey, long> settled;

    /// <param name="settled">A unit and route that occurs in one season must occur in all; one that occurs in none has no households.</param>
    /// <exception cref="KeyNotFoundException">A season is missing.</exception>
    public FixedSumGrants(FixedSumPolicy policy, IReadOnlyDictionary<SettledKey, long> settled)
    {
        (this.policy, this.settled) = (policy, settled);
        Grants =
        [
            .. from unit in policy.Units
               from route in policy.Routes
               where policy.Averaging.Seasons.Any(s => settled.ContainsKey(new(s.Autumn, unit.Code, route)))
               select Grant(unit, route),
        ];
    }

    /// <summary>In the order of the policy's units and routes.</summary>
    public IReadOnlyList<FixedSumGrant> Grants { get; }

    /// <summary>Every grant and sum, the area first, and beside each published figure what explains the difference.</summary>
    public IEnumerable<FixedSumLine> Lines() =>
        [.. SettledLines(), AverageLine(), .. Sums(policy.Area, Grants, policy.Published?.Area), .. policy.Units.SelectMany(UnitLines)];

    private FixedSumGrant Grant(ReportingUnit unit, HeatingRoute route)
    {
        long Households(int autumn) => settled[new(autumn, unit.Code, route)];
        var counted = policy.Averaging.Counted(Households);
        decimal Yuan(FixedSumComponent component) => Money.RoundToFen(policy.Standards.Single(s => s.Component == component).Yuan[route] * counted);
        return new(unit, route, policy.Averaging.Average(Households), counted, Yuan(FixedSumComponent.Maintenance), Yuan(FixedSumComponent.Insurance));
    }

    private IEnumerable<FixedSumLine> SettledLines()
    {
        foreach (var (autumn, _) in policy.Averaging.Seasons)
        {
            var (sum, why) = (settled.Where(s => s.Key.Autumn == autumn).Sum(s => s.Value), $"settled households of {HeatingSeason.NameOf(autumn)}");
            yield return policy.Published is { } table
                ? FixedSumLine.Compare(policy.Area, FixedSumFigure.Settled, sum, table.Seasons[autumn], 0, why)
                : new(policy.Area, default, FixedSumFigure.Settled, sum, null, Finding.Unpublished, why);
        }
    }

    private FixedSumLine AverageLine() =>
        new(policy.Area, default, FixedSumFigure.Average, Grants.Sum(g => g.Average), null, Finding.Unpublished, "before truncation");

    private IEnumerable<FixedSumLine> UnitLines(ReportingUnit unit)
    {
        var grants = Grants.Where(g => g.Unit == unit).ToList();
        foreach (var grant in grants)
            foreach (var figure in (FixedSumFigure[])[FixedSumFigure.Average, .. Figures])
                yield return new(unit, RouteSet.Of(grant.Route), figure, grant.Of(figure), null, Finding.Unpublished, Why(figure, grant));
        foreach (var line in Sums(unit, grants, policy.Published?.Units[unit.Code])) yield return line;
    }

    private string Why(FixedSumFigure figure, FixedSumGrant grant) => figure switch
    {
        FixedSumFigure.Average => string.Join(" + ", policy.Averaging.Seasons.Select(s => $"{s.Parts} × {settled[new(s.Autumn, grant.Unit.Code, grant.Route)]}"))
            + $", over {policy.Averaging.Seasons.Sum(s => s.Parts)}",
        FixedSumFigure.Households => policy.Averaging.Truncation == Truncation.None ? "not truncated" : "truncated",
        FixedSumFigure.Total => "maintenance + insurance",
        _ => $"{PublishedCheck.Plain(policy.Standards.Single(s => FixedSumLine.FigureOf(s.Component) == figure).Yuan[grant.Route])} × {PublishedCheck.Plain(grant.Households)}",
    };

    private IEnumerable<FixedSumLine> Sums(ReportingUnit unit, IReadOnlyList<FixedSumGrant> grants, PublishedFigures? published) =>
        Figures.Select(figure => published is null
            ? new(unit, default, figure, grants.Sum(g => g.Of(figure)), null, Finding.Unpublished, "sum of the routes")
            : Compared(unit, figure, grants, published));

    private FixedSumLine Compared(ReportingUnit unit, FixedSumFigure figure, IReadOnlyList<FixedSumGrant> grants, PublishedFigures figures)
    {
        var (table, computed) = (policy.Published!, grants.Sum(g => g.Of(figure)));
        if (figure == FixedSumFigure.Households) return Counted(unit, computed, figures.Households, grants.Count * policy.Averaging.MostLost);
        if (figure == FixedSumFigure.Total) return FixedSumLine.Compare(unit, figure, computed, figures.Total, table.Rounded, "maintenance + insurance");
        var standard = policy.Standards.Single(s => FixedSumLine.FigureOf(s.Component) == figure);
        var line = FixedSumLine.Compare(unit, figure, computed, figures.Of(standard.Component), table.Rounded, "sum of the routes");
        if (!line.IsUnexplained) return line;
        if (PublishedCheck.Impossible(standard, unit, figures, table.Step) is { } cannot) return line with { Finding = Finding.Impossible, Why = cannot.Why };
        var households = figures.Households - grants.Sum(g => g.Households);
        return line with
        {
            Why = households == 0 ? "as many households as published, of other routes"
                : $"published for {PublishedCheck.Plain(Math.Abs(households))} households {(households > 0 ? "more" : "fewer")} than these settled counts give",
        };
    }

    private static FixedSumLine Counted(ReportingUnit unit, decimal computed, decimal published, decimal mostLost)
    {
        var line = FixedSumLine.Compare(unit, FixedSumFigure.Households, computed, published, 0, "sum of the routes");
        if (line.Finding == Finding.Equal) return line;
        return published > computed && published - computed <= mostLost
            ? line with { Finding = Finding.Truncation, Why = $"fractions dropped in these routes make up to {PublishedCheck.Plain(mostLost)}: the table seems to keep them longer" }
            : line with { Why = "these settled counts are not those behind the table" };
    }
}
