using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Statements;

namespace MeterPipeline.Ledger;

/// <summary>What one village used and earned per day: the sums of its households' statements of one season and energy.</summary>
public sealed class VillageSheet
{
    /// <summary>0.00000001 yuan.</summary>
    private const decimal E8 = 100_000_000m;

    private HeatingSeason? season;
    private long[] consumption = [];
    private decimal[] accrued = [];
    private decimal[] perDay = [];
    private int[] claims = [];
    private int[] reporting = [];

    private VillageSheet()
    {
    }

    /// <summary>Draws all rows of a village, of every season in which any of its meters has been read.</summary>
    /// <param name="members">The village's households.</param>
    public static void Draw(Books books, Statements statements, string village, IReadOnlyList<Household> members, List<VillageDayRow> into)
    {
        var autumns = new SortedSet<int>();
        foreach (var household in members)
            foreach (var meter in books.Registry.MetersOf(household.Id)) autumns.UnionWith(books.Autumns(meter.No));
        foreach (var autumn in autumns)
            foreach (var energy in (ReadOnlySpan<Energy>)[Energy.Electricity, Energy.Gas])
            {
                var sheet = new VillageSheet();
                foreach (var household in members)
                    if (Statements.EnergyOf(household.Route) == energy && statements.Of(household, autumn) is { } statement) sheet.Add(statement);
                sheet.Write(village, energy, into);
            }
    }

    /// <summary>What drawn rows depend on: folded readings, registry, policies. Stored when no village waits, so that whoever draws again knows that they must agree.</summary>
    public static long Print(long foldedSeq, long registryVersion, PolicyBook policies)
    {
        var hash = 14695981039346656037UL;
        unchecked
        {
            // FNV-1a.
            foreach (var c in string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"{foldedSeq} {registryVersion} {string.Join(' ', policies.Policies.Select(p => $"{p.Id}/{p.Version}"))}"))
                hash = (hash ^ c) * 1099511628211UL;
            return (long)hash;
        }
    }

    private void Add(HouseholdStatement statement)
    {
        if (season is null) Begin(statement.Season);
        var quantity = statement.Quantity;
        if (statement.Rule is { } rule) Accrual.PerDay(rule, quantity.EligiblePerDay, perDay);
        else Array.Clear(perDay);
        for (var i = 0; i < consumption.Length; i++)
        {
            consumption[i] += quantity.EligiblePerDay[i];
            accrued[i] += perDay[i];
            if (quantity.HasClaim(i)) claims[i]++;
            if (quantity.HasClaim(i) && quantity.IsCovered(i)) reporting[i]++;
        }
    }

    private void Write(string village, Energy energy, List<VillageDayRow> into)
    {
        if (season is null) return;
        var last = Array.FindLastIndex(reporting, count => count > 0);
        for (var i = 0; i <= last; i++)
            into.Add(new VillageDayRow(
                village, energy, season.First.Number + i, consumption[i], (long)decimal.Round(accrued[i] * E8, 0), claims[i], reporting[i]));
    }

    private void Begin(HeatingSeason of)
    {
        season = of;
        (consumption, accrued, perDay) = (new long[of.Days], new decimal[of.Days], new decimal[of.Days]);
        (claims, reporting) = (new int[of.Days], new int[of.Days]);
    }
}
