namespace MeterPipeline.Domain.Registry;

/// <summary>The whole registry at one version, immutable. Safe for any number of readers.</summary>
public sealed class RegistrySnapshot
{
    private readonly Meter?[] metersByNo;
    private readonly Dictionary<string, List<Meter>> metersByHousehold = new(StringComparer.Ordinal);

    /// <param name="version">Grows with every change that was committed.</param>
    public RegistrySnapshot(
        long version, IEnumerable<Division> divisions, IEnumerable<Company> companies, IEnumerable<Household> households, IEnumerable<Meter> meters)
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
        foreach (var list in metersByHousehold.Values) list.Sort((a, b) => string.CompareOrdinal(a.Id, b.Id));
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

    /// <summary>Every meter that has served the household, ordered by meter id.</summary>
    public IReadOnlyList<Meter> MetersOf(string householdId) =>
        metersByHousehold.TryGetValue(householdId, out var list) ? list : [];
}
