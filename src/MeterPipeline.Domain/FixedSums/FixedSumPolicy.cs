using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.FixedSums;

/// <summary>What a fixed sum is granted for: 设备维修 or 意外保险.</summary>
public enum FixedSumComponent : byte { Maintenance, Insurance }

/// <summary>Where fractions of a weighted household count are dropped.</summary>
public enum Truncation : byte
{
    /// <summary>In every unit and route, before the standard multiplies it.</summary>
    UnitAndRoute,

    /// <summary>Nowhere: each unit and route's amount is rounded half up to the fen.</summary>
    None,
}

/// <summary>An area that reports and is paid as one: a county, or a zone without a division code of its own.</summary>
/// <param name="Code">Six digits of the division code, or a local code such as <c>1403-gaoxin</c>; four digits for a city.</param>
public sealed record ReportingUnit(string Code, string Name);

/// <param name="Level"><c>province</c>, <c>city</c>, <c>county</c>, <c>district</c>, <c>township</c> or <c>household</c>.</param>
/// <param name="Bears"><c>fixed-sum</c> (what is computed here), <c>main-part</c>, <c>moderate-part</c> or <c>shortfall</c>: no sum is set for these.</param>
public sealed record Payer(string Level, string Bears);

/// <summary>One component's sums.</summary>
/// <param name="Yuan">Per household and year, by route.</param>
public sealed record FixedSumStandard(FixedSumComponent Component, IReadOnlyDictionary<HeatingRoute, decimal> Yuan, IReadOnlyList<Payer> Payers, LegalBasis Basis)
{
    public decimal Least => Yuan.Values.Min();

    public decimal Most => Yuan.Values.Max();

    /// <summary>Routes that get more than the least.</summary>
    public RouteSet Dearer => RouteSet.Of(Yuan.Where(y => y.Value > Least).Select(y => y.Key));

    /// <summary>Whether the money of a number of households tells how many of them are <see cref="Dearer"/>.</summary>
    public bool HasTwoSums => Yuan.Values.Distinct().Count() == 2;
}

/// <param name="Autumn">Season whose settled households count 财政清算.</param>
/// <param name="Parts">Its weight, in parts of the sum over all seasons.</param>
public readonly record struct SeasonWeight(int Autumn, long Parts);

/// <summary>How the settled households of several seasons make the households of a year.</summary>
/// <param name="Simple">Whether the document says average and names no weights.</param>
public sealed record Averaging(IReadOnlyList<SeasonWeight> Seasons, bool Simple, Truncation Truncation, LegalBasis Basis)
{
    private long Parts => Seasons.Sum(s => s.Parts);

    /// <summary>Exact as far as decimal goes: thirds have 28 digits.</summary>
    /// <param name="households">Settled households by autumn of the season; all of <see cref="Seasons"/>.</param>
    public decimal Average(Func<int, long> households) => Seasons.Sum(s => s.Parts * households(s.Autumn)) / (decimal)Parts;

    /// <summary>The households that the standards multiply: whole ones, unless nothing is truncated. Whole-number division, so that thirds cannot err.</summary>
    public decimal Counted(Func<int, long> households) =>
        Truncation == Truncation.None ? Average(households) : Seasons.Sum(s => s.Parts * households(s.Autumn)) / Parts;

    /// <summary>The most that truncation takes from one count: 0.9 where the weights are tenths.</summary>
    public decimal MostLost => Truncation == Truncation.None ? 0 : 1 - 1m / Parts;
}

/// <summary>Something that the document says in words and that people decide.</summary>
public sealed record Condition(string Text, string Clause);

/// <summary>One row of a published table; money in yuan.</summary>
public sealed record PublishedFigures(long Households, decimal Maintenance, decimal Insurance, decimal Total)
{
    public decimal Of(FixedSumComponent component) => component == FixedSumComponent.Maintenance ? Maintenance : Insurance;
}

/// <summary>The table that a document prints. It is compared with, never computed from.</summary>
/// <param name="Clause">Place in the document.</param>
/// <param name="Step">Yuan between two amounts that it can print: 100 where it prints hundredths of 10,000 yuan.</param>
/// <param name="Seasons">Settled households of the whole area by autumn.</param>
/// <param name="Groups">Households of the whole area by routes.</param>
/// <param name="Units">By unit code, all of them.</param>
public sealed record PublishedTable(
    string Clause, decimal Step, IReadOnlyDictionary<int, long> Seasons, IReadOnlyDictionary<RouteSet, long> Groups, PublishedFigures Area,
    IReadOnlyDictionary<string, PublishedFigures> Units)
{
    /// <summary>Yuan that rounding to <see cref="Step"/> moves at most.</summary>
    public decimal Rounded => Step / 2;
}

/// <summary>Fixed sums per household and year for an area, one version of the rule.</summary>
/// <param name="ValidFrom">First day in force, with <paramref name="ValidTo"/>, the last.</param>
/// <param name="FromAutumn">First season that it pays for, with <paramref name="ToAutumn"/>, the last; null: until replaced.</param>
/// <param name="Standards">One for each component.</param>
/// <param name="Coverage">Which households are meant.</param>
/// <param name="Exclusions">Which are not.</param>
/// <param name="Suspension">When the money is held back 暂缓资金拨付.</param>
/// <param name="Published">Null: the document prints no table.</param>
public sealed record FixedSumPolicy(
    string Id, int Version, string Title, LegalBasis Basis, ReportingUnit Area, LocalDay ValidFrom, LocalDay? ValidTo, int FromAutumn, int? ToAutumn,
    IReadOnlyList<ReportingUnit> Units, IReadOnlyList<FixedSumStandard> Standards, Averaging Averaging, IReadOnlyList<Condition> Coverage,
    IReadOnlyList<Condition> Exclusions, IReadOnlyList<Condition> Suspension, PublishedTable? Published)
{
    /// <summary>Routes that have a standard, in all components the same.</summary>
    public IEnumerable<HeatingRoute> Routes => Standards[0].Yuan.Keys.Order();
}
