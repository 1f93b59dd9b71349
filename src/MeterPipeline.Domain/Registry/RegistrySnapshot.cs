namespace MeterPipeline.Domain.Registry;

/// <summary>The whole registry at one version, immutable. Safe for any number of readers.</summary>
public sealed class RegistrySnapshot
{
    private readonly Meter?[] metersByNo;
    private readonly Dictionary<string, List<Meter>> metersByHousehold = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<HeatedCount>> heatedByHousehold = new(StringComparer.Ordinal);
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
        metersByNo = new Meter?[Meters.Count == 0 ? 1 : Meters.Values.Max(m => m.No) + 1];
        foreach (var meter in Meters.Values)
        {
            metersByNo[meter.No] = meter;
            foreach (var household in meter.Installations.Select(i => i.HouseholdId).Distinct(StringComparer.Ordinal))
            {
                if (!metersByHousehold.TryGetValue(household, out var list)) metersByHousehold[household] = list = [];
                list.Add(meter);
            }
        }
        foreach (var count in (heated ?? []).OrderBy(c => c.From))
        {
            if (!heatedByHousehold.TryGetValue(count.HouseholdId, out var counts)) heatedByHousehold[count.HouseholdId] = counts = [];
            counts.Add(count);
        }
        foreach (var list in metersByHousehold.Values) list.Sort((a, b) => string.CompareOrdinal(a.Id, b.Id));
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

    /// <summary>Every meter that has served the household, ordered by meter id.</summary>
    public IReadOnlyList<Meter> MetersOf(string householdId) =>
        metersByHousehold.TryGetValue(householdId, out var list) ? list : [];

    /// <summary>The journal partition in whose fold the household is drawn: that of its first meter by id.</summary>
    public int PartitionOf(string householdId) => MetersOf(householdId) is [var first, ..] ? first.Partition : 0;

    /// <summary>Meters of other partitions than the household is drawn in: few, where the registry was corrected.</summary>
    public IReadOnlyList<(Household Household, Meter Meter)> Guests => guests.Value;
}
