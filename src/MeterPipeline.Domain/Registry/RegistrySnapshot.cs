using System.Runtime.InteropServices;

namespace MeterPipeline.Domain.Registry;

/// <summary>The whole registry at one version, immutable. Safe for any number of readers.</summary>
public sealed class RegistrySnapshot
{
    private readonly Meter?[] metersByNo;
    private readonly Dictionary<string, Meter[]> metersByHousehold;
    private readonly Dictionary<string, List<HeatedCount>> heatedByHousehold = new(StringComparer.Ordinal);
    private readonly Lazy<Household[]> byPlace;
    private readonly Lazy<IReadOnlyList<(Household Household, Meter Meter)>> guests;

    /// <param name="version">Grows with every change that was committed.</param>
    public RegistrySnapshot(
        long version, IEnumerable<Division> divisions, IEnumerable<Company> companies, IEnumerable<Household> households, IEnumerable<Meter> meters,
        IEnumerable<HeatedCount>? heated = null)
    {
        Version = version;
        Divisions = divisions.ToDictionary(d => d.Code, StringComparer.Ordinal);
        Companies = companies.ToDictionary(c => c.Id, StringComparer.Ordinal);
        Households = households.ToDictionary(h => h.Id, StringComparer.Ordinal);
        Meters = meters.ToDictionary(m => m.Id, StringComparer.Ordinal);
        metersByHousehold = new Dictionary<string, Meter[]>(Households.Count, StringComparer.Ordinal);
        metersByNo = new Meter?[Meters.Count == 0 ? 1 : Meters.Values.Max(m => m.No) + 1];
        foreach (var meter in Meters.Values)
        {
            metersByNo[meter.No] = meter;
            foreach (var installation in meter.Installations)
            {
                ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(metersByHousehold, installation.HouseholdId, out _);
                if (known is null) known = [meter];
                else if (!ReferenceEquals(known[^1], meter)) known = [.. known, meter];
            }
        }
        foreach (var count in (heated ?? []).OrderBy(c => c.From))
        {
            if (!heatedByHousehold.TryGetValue(count.HouseholdId, out var counts)) heatedByHousehold[count.HouseholdId] = counts = [];
            counts.Add(count);
        }
        foreach (var list in metersByHousehold.Values)
            if (list.Length > 1) Array.Sort(list, static (a, b) => string.CompareOrdinal(a.Id, b.Id));
        byPlace = new Lazy<Household[]>(Ordered);
        guests = new Lazy<IReadOnlyList<(Household Household, Meter Meter)>>(() => [.. Households.Values.SelectMany(
            household => MetersOf(household.Id).Where(meter => meter.Partition != PartitionOf(household.Id)), (household, meter) => (household, meter))]);
    }

    public static RegistrySnapshot Empty { get; } = new(0, [], [], [], []);

    public long Version { get; }
    public IReadOnlyDictionary<string, Division> Divisions { get; }
    public IReadOnlyDictionary<string, Company> Companies { get; }
    public IReadOnlyDictionary<string, Household> Households { get; }
    public IReadOnlyDictionary<string, Meter> Meters { get; }

    /// <summary>One more than the greatest meter number: the length of an array indexed by it.</summary>
    public int MeterNoLimit => metersByNo.Length;

    /// <summary>Null where no meter has the number (yet).</summary>
    public Meter? MeterByNo(int no) => (uint)no < (uint)metersByNo.Length ? metersByNo[no] : null;

    /// <summary>
    /// Actually heated households of a village heating enterprise on a day: the newest count until then, or else what its meters in service say
    /// together at one moment, the greatest of the day. A meter and the one that it is exchanged for tell of the same households.
    /// </summary>
    public int HeatedOn(string householdId, LocalDay day)
    {
        if (heatedByHousehold.TryGetValue(householdId, out var counts) && counts.FindLast(c => c.From <= day) is { } count) return count.Households;
        var lives = MetersOf(householdId).SelectMany(m => m.Installations)
            .Where(i => i.HouseholdId == householdId && i.Serves == Serves.VillageCentralHeating && i.FromMs < day.EndMs && i.UntilMs > day.StartMs).ToList();
        int At(long ms) => lives.Where(i => i.FromMs <= ms && i.UntilMs > ms).Sum(i => i.HeatedHouseholds);
        return lives.Select(i => At(Math.Max(i.FromMs, day.StartMs))).DefaultIfEmpty().Max(); // it grows only where a life begins
    }

    /// <summary>Counts of the households that an enterprise actually heats, oldest first.</summary>
    public IReadOnlyList<HeatedCount> HeatedOf(string householdId) => heatedByHousehold.TryGetValue(householdId, out var counts) ? counts : [];

    /// <summary>Households whose village code starts with <paramref name="divisionPrefix"/>, digits, ordered by division, then id. Empty: all.</summary>
    public ArraySegment<Household> HouseholdsIn(string divisionPrefix)
    {
        var all = byPlace.Value;
        var from = First(all, divisionPrefix);
        var until = divisionPrefix.Length == 0 ? all.Length : First(all, divisionPrefix + ":"); // the character after 9
        return new ArraySegment<Household>(all, from, until - from);
    }

    /// <summary>Every meter that has served the household, ordered by meter id.</summary>
    public IReadOnlyList<Meter> MetersOf(string householdId) =>
        metersByHousehold.TryGetValue(householdId, out var list) ? list : [];

    /// <summary>The journal partition in whose fold the household is drawn: that of its first meter by id.</summary>
    public int PartitionOf(string householdId) => MetersOf(householdId) is [var first, ..] ? first.Partition : 0;

    /// <summary>Meters of other partitions than the household is drawn in: few, where the registry was corrected.</summary>
    public IReadOnlyList<(Household Household, Meter Meter)> Guests => guests.Value;

    private Household[] Ordered()
    {
        Household[] all = [.. Households.Values];
        Array.Sort(all, (a, b) =>
        {
            var order = string.CompareOrdinal(a.Division, b.Division);
            return order != 0 ? order : string.CompareOrdinal(a.Id, b.Id);
        });
        return all;
    }

    /// <summary>The first whose division is not before a text.</summary>
    private static int First(Household[] all, string division)
    {
        var (low, high) = (0, all.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (string.CompareOrdinal(all[middle].Division, division) < 0) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
