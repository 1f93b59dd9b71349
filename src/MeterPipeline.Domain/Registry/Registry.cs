namespace MeterPipeline.Domain.Registry;

public enum Energy : byte { Electricity, Gas }

/// <summary>Heating route 改造路径 of a household.</summary>
public enum HeatingRoute : byte { CoalToElectricity, CoalToGas, CoalToBiomass, CoalToMethanol, CentralHeating }

/// <summary>Converted by the programme, or by the household itself 自行改造用户.</summary>
public enum Conversion : byte { Programme, Self }

/// <summary>Rural hardship 农村困难群众: 低保户, 五保户 (今称特困人员), other recognised.</summary>
public enum Hardship : byte { None, Dibao, Wubao, Other }

public enum ExclusionKind : byte { CentralHeating, PublicEmployee, Idle, Other }

/// <summary>What a meter measures: heating alone, the whole house, or the plant of a village heating enterprise.</summary>
public enum Serves : byte { Heating, WholeHouse, VillageCentralHeating }

/// <summary>An administrative division 行政区划.</summary>
/// <param name="Code">12 digits: 6 county + 3 township + 3 village; higher levels end in zeros.</param>
/// <param name="Name">Chinese name.</param>
/// <param name="Parent">Code of the next level up; null at the top.</param>
public sealed record Division(string Code, string Name, string? Parent);

/// <summary>A grid or gas company that publishes telemetry.</summary>
/// <param name="Id">The topic segment: letters, digits, <c>-</c>, <c>_</c>, <c>.</c>; at most 64.</param>
public sealed record Company(string Id, string Name, Energy Energy);

/// <summary>Days without a claim: from <paramref name="From"/> to the day before <paramref name="Until"/> (null: open).</summary>
/// <param name="Until">First day eligible again.</param>
public sealed record Exclusion(LocalDay From, LocalDay? Until, ExclusionKind Kind)
{
    public bool Covers(LocalDay day) => day >= From && (Until is not { } until || day < until);
}

/// <summary>A converted household, the bearer of subsidy and cap.</summary>
/// <param name="Id">The programme's own key; never the utility's account number, which changes (see aliases).</param>
/// <param name="Name">Head of household: personal data, never in topics, metrics or InfluxDB.</param>
/// <param name="Division">12-digit village code.</param>
/// <param name="AcceptedOn">First eligible day 验收合格; null: not accepted yet, so not eligible.</param>
public sealed record Household(
    string Id, string Name, string Division, HeatingRoute Route, Conversion Conversion, LocalDay? AcceptedOn, Hardship Hardship,
    string Note, IReadOnlyList<Exclusion> Exclusions);

/// <summary>Households that a village heating enterprise actually heats 企业实际供暖户数 from a day on, until the next count.</summary>
public sealed record HeatedCount(string HouseholdId, LocalDay From, int Households);

/// <summary>
/// One life of a meter at one household: a row of the meters CSV. Between <see cref="InstalledAtMs"/> and
/// <see cref="RemovedAtMs"/> registers may be subtracted, never across.
/// </summary>
/// <param name="RegisterDigits">Integer digits of the register; null: modulus unknown, so rollover is never assumed.</param>
/// <param name="Decimals">Decimals that the register shows; null: unknown.</param>
/// <param name="Capacity">Greatest draw, 0.0001 kW or 0.0001 m³/h; null: the default of the energy.</param>
/// <param name="Multiplier">Transformer ratio 倍率, default 1, at most four decimals.</param>
/// <param name="InstalledAtMs">Instant of installation; null: before all readings.</param>
/// <param name="Opening">Register at installation 起码; a reading at that instant.</param>
/// <param name="RemovedAtMs">Instant of removal; null: still there.</param>
/// <param name="Closing">Register at removal 止码; a reading at that instant.</param>
/// <param name="HeatedHouseholds">Actually heated households 实际供暖户数 of a village heating enterprise, else 0.</param>
public sealed record Installation(
    string MeterId, string HouseholdId, string Company, Energy Energy, int? RegisterDigits, int? Decimals, long? Capacity,
    decimal Multiplier, long? InstalledAtMs, long? Opening, long? RemovedAtMs, long? Closing, Serves Serves, int HeatedHouseholds)
{
    // A million of them: that a value is missing takes no room of its own.
    private const long None = long.MinValue;
    private readonly long capacity = Capacity ?? None;
    private readonly long installedAtMs = InstalledAtMs ?? None;
    private readonly long opening = Opening ?? None;
    private readonly long removedAtMs = RemovedAtMs ?? None;
    private readonly long closing = Closing ?? None;

    public long? Capacity { get => Known(capacity); init => capacity = value ?? None; }

    public long? InstalledAtMs { get => Known(installedAtMs); init => installedAtMs = value ?? None; }

    public long? Opening { get => Known(opening); init => opening = value ?? None; }

    public long? RemovedAtMs { get => Known(removedAtMs); init => removedAtMs = value ?? None; }

    public long? Closing { get => Known(closing); init => closing = value ?? None; }

    public long FromMs => InstalledAtMs ?? long.MinValue;

    public long UntilMs => RemovedAtMs ?? long.MaxValue;

    private static long? Known(long value) => value == None ? null : value;
}

/// <summary>A meter over all its lives.</summary>
/// <param name="No">The ledger's number for it: from 1, dense, never reused. The journal names meters by it.</param>
/// <param name="Installations">In order of time, at least one, no two touching the same local day.</param>
public sealed record Meter(int No, string Id, IReadOnlyList<Installation> Installations)
{
    public Installation Current => Installations[^1];

    /// <summary>The journal that its readings go to: given with its number, never changed.</summary>
    public int Partition { get; init; }
}
