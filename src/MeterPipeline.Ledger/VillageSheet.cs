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
        {
            var (electricity, gas) = (new VillageSheet(), new VillageSheet());
            foreach (var household in members)
                if (statements.Of(household, autumn) is { Energy: { } energy } statement) (energy == Energy.Electricity ? electricity : gas).Add(statement);
            electricity.Write(village, Energy.Electricity, into);
            gas.Write(village, Energy.Gas, into);
        }
    }

    /// <summary>What drawn rows depend on: folded readings, registry, policies. Stored when no village waits, so that whoever draws again knows that they must agree.</summary>
    /// <param name="folded">Newest journal row folded: of the partition that draws, then of <see cref="Beside"/>.</param>
    public static long Print(IEnumerable<long> folded, long registryVersion, PolicyBook policies)
    {
        var print = Fnv.Mix(folded.Aggregate(Fnv.Start, Fnv.Mix), registryVersion);
        foreach (var policy in policies.Policies)
        {
            foreach (var letter in policy.Id) print = Fnv.Mix(print, letter);
            print = Fnv.Mix(print, policy.Version);
        }
        return unchecked((long)print);
    }

    /// <summary>Other partitions whose meters serve households that are drawn in this one, ascending.</summary>
    public static IReadOnlyList<int> Beside(RegistrySnapshot registry, int partition) =>
        [.. registry.Guests.Where(guest => registry.PartitionOf(guest.Household.Id) == partition).Select(guest => guest.Meter.Partition).Distinct().Order()];

    private void Add(HouseholdStatement statement)
    {
        if (season is null) Begin(statement.Season);
        var quantity = statement.Quantity;
        if (statement.Accrual is { } accrual) accrual.PerDay(perDay);
        else Array.Clear(perDay);
        for (var i = 0; i < consumption.Length; i++)
        {
            consumption[i] += quantity.EligiblePerDay[i];
            accrued[i] += perDay[i];
            if (quantity.Claims[i]) claims[i]++;
            if (quantity.Claims[i] && quantity.IsCovered(i)) reporting[i]++;
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
