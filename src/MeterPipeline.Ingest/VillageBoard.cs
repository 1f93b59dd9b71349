using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Ledger;

namespace MeterPipeline.Ingest;

/// <summary>
/// What villages use and earn per day: sums of their households' statements, drawn anew for villages whose meters changed. A flush takes as
/// many as fit its time; the rest waits for the next. Owned by the accruer's loop.
/// </summary>
public sealed class VillageBoard(PolicyBook policies, TimeProvider time)
{
    /// <summary>Time that one flush spends on villages, ms: short beside its rest.</summary>
    private const int BudgetMs = 150;

    /// <summary>0.00000001 yuan.</summary>
    private const decimal E8 = 100_000_000m;

    private readonly Queue<string> queue = new();
    private readonly HashSet<string> waiting = new(StringComparer.Ordinal);
    private readonly List<string> drawing = [];
    private readonly HashSet<string> drawn = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private Dictionary<string, List<Household>> households = [];
    private RegistrySnapshot registry = RegistrySnapshot.Empty;

    /// <summary>Some villages are still to be drawn.</summary>
    public bool Waiting => queue.Count > 0;

    /// <summary>Takes over a registry; every village is drawn anew, for any of its households may have changed.</summary>
    public void Adopt(RegistrySnapshot newer)
    {
        registry = newer;
        households = newer.Households.Values.GroupBy(h => h.Division, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
        foreach (var village in households.Keys) Enqueue(village);
    }

    /// <summary>A meter's readings changed.</summary>
    public void Touch(int meterNo)
    {
        if (registry.MeterByNo(meterNo) is not { } meter) return;
        foreach (var installation in meter.Installations)
            if (registry.Households.TryGetValue(installation.HouseholdId, out var household)) Enqueue(household.Division);
    }

    /// <summary>Adds the rows of waiting villages to a flush.</summary>
    public void Collect(Books books, List<VillageDayRow> into)
    {
        var started = time.GetTimestamp();
        var statements = new Statements(books, policies);
        while (queue.Count > 0 && time.GetElapsedTime(started).TotalMilliseconds < BudgetMs)
        {
            var village = queue.Dequeue();
            waiting.Remove(village);
            if (!households.TryGetValue(village, out var members)) continue;
            foreach (var autumn in Autumns(books, members)) Draw(statements, village, members, autumn, into);
            drawing.Add(village);
        }
    }

    /// <summary>The rows collected last are stored.</summary>
    public void Stored()
    {
        lock (gate) drawn.UnionWith(drawing);
        drawing.Clear();
    }

    /// <summary>Villages drawn and stored since the last call, for the time-series sink. Any thread.</summary>
    public IReadOnlyList<string> TakeDrawn()
    {
        lock (gate)
        {
            string[] taken = [.. drawn];
            drawn.Clear();
            return taken;
        }
    }

    private void Enqueue(string village)
    {
        if (waiting.Add(village)) queue.Enqueue(village);
    }

    /// <summary>The heating years in which any of the households' meters has been read.</summary>
    private static SortedSet<int> Autumns(Books books, List<Household> members)
    {
        var autumns = new SortedSet<int>();
        foreach (var household in members)
            foreach (var meter in books.Registry.MetersOf(household.Id)) autumns.UnionWith(books.Autumns(meter.No));
        return autumns;
    }

    private static void Draw(Statements statements, string village, List<Household> members, int autumn, List<VillageDayRow> into)
    {
        var (electricity, gas) = (new Sheet(), new Sheet());
        foreach (var household in members)
            if (statements.Of(household, autumn) is { Energy: { } energy } statement) (energy == Energy.Electricity ? electricity : gas).Add(statement);
        electricity.Write(village, Energy.Electricity, into);
        gas.Write(village, Energy.Gas, into);
    }

    /// <summary>Sums of one village, energy and season.</summary>
    private sealed class Sheet
    {
        private HeatingSeason? season;
        private long[] consumption = [];
        private decimal[] accrued = [];
        private decimal[] perDay = [];
        private int[] claims = [];
        private int[] reporting = [];

        public void Add(HouseholdStatement statement)
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

        public void Write(string village, Energy energy, List<VillageDayRow> into)
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
}
