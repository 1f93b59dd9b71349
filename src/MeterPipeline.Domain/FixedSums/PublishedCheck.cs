using System.Globalization;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.FixedSums;

/// <summary>
/// Whether a published table follows from the rule beside it, as far as the table itself tells: its sums, the weighted average of its season
/// totals, the households that its money implies, and the least and most that a unit's households can get.
/// </summary>
public static class PublishedCheck
{
    /// <returns>The area first, then its units in the policy's order.</returns>
    /// <exception cref="ArgumentException">The policy has no published table.</exception>
    public static IReadOnlyList<FixedSumLine> Of(FixedSumPolicy policy)
    {
        var table = policy.Published ?? throw new ArgumentException($"{policy.Id} has no published table.");
        return
        [
            AverageOf(policy, table), .. SumsOf(policy, table), .. LinesOf(policy, policy.Area, table.Area, table.Groups),
            .. policy.Units.SelectMany(unit => LinesOf(policy, unit, table.Units[unit.Code], null)),
        ];
    }

    /// <summary>Why published money cannot be, for a number of households and whatever routes they have; null: it can.</summary>
    internal static FixedSumLine? Impossible(FixedSumStandard standard, ReportingUnit unit, PublishedFigures figures, decimal step)
    {
        var (money, households, figure) = (figures.Of(standard.Component), figures.Households, FixedSumLine.FigureOf(standard.Component));
        var (least, most) = (standard.Least * households, standard.Most * households);
        if (money + step / 2 < least)
            return new(unit, default, figure, least, money, Finding.Impossible,
                $"published is below the least that the rule can give, {Plain(standard.Least)} × {households} = {Plain(least)} yuan, whatever the routes: "
                + $"short by at least {Plain(least - money - step / 2)} yuan if the figure was rounded{(money + step < least ? $", {Plain(least - money - step)} if cut" : "")}");
        if (money - step / 2 > most)
            return new(unit, default, figure, most, money, Finding.Impossible,
                $"published is above the most that the rule can give, {Plain(standard.Most)} × {households} = {Plain(most)} yuan, whatever the routes: over by at least {Plain(money - step / 2 - most)} yuan");
        return null;
    }

    internal static string Plain(decimal number) => number.ToString("0.####", CultureInfo.InvariantCulture);

    private static FixedSumLine AverageOf(FixedSumPolicy policy, PublishedTable table)
    {
        var (averaging, cells) = (policy.Averaging, policy.Units.Count * policy.Routes.Count());
        var average = averaging.Average(autumn => table.Seasons[autumn]);
        var (lost, most) = (average - table.Area.Households, averaging.MostLost);
        var (finding, why) = lost switch
        {
            0 => (Finding.Equal, "of the published season totals"),
            > 0 when lost <= most * cells => (Finding.Truncation,
                $"of the published season totals; truncation per unit and route drops at most {Plain(most)} in each of {cells} counts, {Plain(most * cells)} in all: "
                + $"{Plain(lost)} needs fractions in at least {decimal.Ceiling(lost / most):0} of them"),
            _ => (Finding.Different, $"of the published season totals; truncation explains from 0 to {Plain(most * cells)} households less"),
        };
        return new(policy.Area, default, FixedSumFigure.Average, average, table.Area.Households, finding, why);
    }

    private static IEnumerable<FixedSumLine> SumsOf(FixedSumPolicy policy, PublishedTable table)
    {
        const string OfUnits = "sum of the published units";
        var units = table.Units.Values;
        var slack = table.Rounded * (units.Count() + 1);
        yield return FixedSumLine.Compare(policy.Area, FixedSumFigure.Households, units.Sum(u => u.Households), table.Area.Households, 0, OfUnits);
        if (table.Groups.Count > 0)
            yield return FixedSumLine.Compare(policy.Area, FixedSumFigure.Households, table.Groups.Values.Sum(), table.Area.Households, 0, "sum of the published groups of routes");
        foreach (var standard in policy.Standards)
            yield return FixedSumLine.Compare(policy.Area, FixedSumLine.FigureOf(standard.Component), units.Sum(u => u.Of(standard.Component)), table.Area.Of(standard.Component), slack, OfUnits);
        yield return FixedSumLine.Compare(policy.Area, FixedSumFigure.Total, units.Sum(u => u.Total), table.Area.Total, slack, OfUnits);
    }

    private static IEnumerable<FixedSumLine> LinesOf(FixedSumPolicy policy, ReportingUnit unit, PublishedFigures figures, IReadOnlyDictionary<RouteSet, long>? groups)
    {
        var table = policy.Published!;
        var known = ImpliedCounts.Of(policy, figures, groups);
        foreach (var (bits, count) in known)
            if (IsTold(policy, known, new RouteSet(bits)))
                yield return new(unit, new(bits), FixedSumFigure.Implied, count.Households, null, count.IsImpossible ? Finding.Impossible : Finding.Unpublished,
                    (count.Within == 0 ? "follows from the published figures" : $"± {Plain(count.Within)}, follows from the published money")
                    + (count.IsImpossible ? ": fewer than none" : ""));
        foreach (var standard in policy.Standards)
            if (Impossible(standard, unit, figures, table.Step) is { } line) yield return line;
            else if (Recomputed(standard, unit, figures, table) is { } sum) yield return sum;
        yield return FixedSumLine.Compare(unit, FixedSumFigure.Total, figures.Maintenance + figures.Insurance, figures.Total, table.Rounded * 3, "maintenance + insurance as published");
    }

    /// <summary>Told are the sets that a component's money names, and the smallest: they hold all that can be known.</summary>
    private static bool IsTold(FixedSumPolicy policy, SortedDictionary<int, ImpliedCount> known, RouteSet routes) =>
        policy.Standards.Any(s => s.HasTwoSums && s.Dearer == routes) || !known.Keys.Any(other => routes.IsMoreThan(new(other)));

    /// <summary>The rule applied to whole households: the published ones, and of them the nearest number that can get the higher sum.</summary>
    private static FixedSumLine? Recomputed(FixedSumStandard standard, ReportingUnit unit, PublishedFigures figures, PublishedTable table)
    {
        var figure = FixedSumLine.FigureOf(standard.Component);
        var published = figures.Of(standard.Component);
        if (!standard.HasTwoSums)
            return standard.Least < standard.Most ? null
                : FixedSumLine.Compare(unit, figure, standard.Least * figures.Households, published, table.Rounded, $"{Plain(standard.Least)} × {figures.Households}");
        var dearer = Math.Clamp(decimal.Round(ImpliedCounts.Dearer(standard, figures, table.Rounded).Households), 0, figures.Households);
        var (cheap, dear) = (figures.Households - dearer, standard.Yuan.Where(y => y.Value > standard.Least).Select(y => y.Key).Order());
        return FixedSumLine.Compare(unit, figure, standard.Least * cheap + standard.Most * dearer, published, table.Rounded,
            $"{Plain(standard.Least)} × {Plain(cheap)} + {Plain(standard.Most)} × {Plain(dearer)} ({string.Join(" and ", dear.Select(Name))})");
    }

    /// <summary><c>methanol</c> for 煤改醇.</summary>
    internal static string Name(HeatingRoute route) => route.ToString().Replace("CoalTo", "", StringComparison.Ordinal).ToLowerInvariant();
}
