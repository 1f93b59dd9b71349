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
/// <param name="partition">Whose households are drawn; null: all, where there is one partition.</param>
public sealed class VillageBoard(PolicyBook policies, TimeProvider time, int? partition = null)
{
    private readonly Queue<string> queue = new();
    private readonly HashSet<string> waiting = new(StringComparer.Ordinal);
    private readonly List<string> drawing = [];
    private readonly HashSet<string> drawn = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private Dictionary<string, List<Household>> households = [];
    private readonly SortedDictionary<int, long> beside = [];
    private ILookup<string, Meter> guests = Array.Empty<Meter>().ToLookup(meter => meter.Id, StringComparer.Ordinal);
    private RegistrySnapshot registry = RegistrySnapshot.Empty;

    // By meter number, as far as asked for: of meters that were at one household only, which are nearly all.
    private string?[] villages = [];
    private string? touched; // waits; most meters of a village are touched one after the other

    /// <summary>Time that one flush spends on villages, default 150 ms: short beside its rest. Longer where nobody waits for the next reading.</summary>
    public TimeSpan Budget { private get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>Some villages are still to be drawn.</summary>
    public bool Waiting => queue.Count > 0;

    /// <summary>Takes over a registry; every village is drawn anew, for any of its households may have changed.</summary>
    public void Adopt(RegistrySnapshot newer)
    {
        registry = newer;
        (villages, touched) = (new string?[newer.MeterNoLimit], null);
        households = newer.Households.Values.Where(h => partition is not { } own || newer.PartitionOf(h.Id) == own).GroupBy(h => h.Division, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
        foreach (var village in households.Keys) Enqueue(village);
        if (partition is null) return;
        guests = newer.Guests.Where(guest => newer.PartitionOf(guest.Household.Id) == partition)
            .ToLookup(guest => guest.Household.Division, guest => guest.Meter, StringComparer.Ordinal);
        beside.Clear();
        foreach (var other in VillageSheet.Beside(newer, partition.Value)) beside[other] = -1;
    }

    /// <summary>Whether households here have meters that another partition folds: see <see cref="LookBeside"/>.</summary>
    public bool HasGuests => beside.Count > 0;

    /// <summary>Villages with meters of other partitions are drawn anew where these were flushed.</summary>
    /// <param name="foldedOf">What the books are restored from stands for it.</param>
    public void LookBeside(Func<int, long> foldedOf)
    {
        foreach (var other in beside.Keys.Where(other => beside[other] != foldedOf(other)).ToList())
        {
            beside[other] = foldedOf(other);
            foreach (var village in guests)
                if (village.Any(meter => meter.Partition == other)) Enqueue(village.Key);
        }
    }

    /// <summary>Whether what the meter's book stands for may be stored by this partition.</summary>
    public bool Folds(int meterNo) => partition is null || registry.MeterByNo(meterNo)?.Partition == partition;

    /// <summary>A meter's readings changed.</summary>
    public void Touch(int meterNo)
    {
        if ((uint)meterNo < (uint)villages.Length && villages[meterNo] is { } only)
        {
            if (!ReferenceEquals(only, touched)) Enqueue(only);
            touched = only;
        }
        else if (registry.MeterByNo(meterNo) is { } meter)
        {
            foreach (var installation in meter.Installations)
                if (registry.Households.TryGetValue(installation.HouseholdId, out var household)) Enqueue(household.Division);
            if (meter.Installations is [var alone] && registry.Households.TryGetValue(alone.HouseholdId, out var its)) villages[meterNo] = its.Division;
        }
    }

    /// <summary>Adds the rows of waiting villages to a flush.</summary>
    public void Collect(Books books, List<VillageDayRow> into)
    {
        var started = time.GetTimestamp();
        touched = null;
        var statements = new Statements(books, policies);
        while (queue.Count > 0 && time.GetElapsedTime(started) < Budget)
        {
            var village = queue.Dequeue();
            waiting.Remove(village);
            if (!households.TryGetValue(village, out var members)) continue;
            foreach (var guest in guests[village]) books.Release(guest.No);
            VillageSheet.Draw(books, statements, village, members, into);
            drawing.Add(village);
        }
    }

    /// <summary>What all stored rows stand for once those collected last are stored too; null while some wait.</summary>
    public long? Print(long foldedSeq) => Waiting ? null : VillageSheet.Print([foldedSeq, .. beside.Values], registry.Version, policies);

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

    /// <summary>Villages taken and not written: the next call takes them again. Any thread.</summary>
    public void PutBack(IReadOnlyList<string> taken)
    {
        lock (gate) drawn.UnionWith(taken);
    }

    private void Enqueue(string village)
    {
        if (waiting.Add(village)) queue.Enqueue(village);
    }
}
