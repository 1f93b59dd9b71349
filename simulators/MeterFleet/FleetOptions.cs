namespace MeterFleet;

/// <summary>What a fleet looks like. The same options always give the same registry, readings and messages, byte for byte.</summary>
public sealed record FleetOptions
{
    /// <summary>More households than this do not fit the invented village codes.</summary>
    public const int HouseholdsMax = 1_000_000;

    private const int SeasonDaysMax = 400;

    /// <summary>Any value; two seeds give two unrelated fleets. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Number of household rows, village heating plants included, 1 to <see cref="HouseholdsMax"/>. Default 300.</summary>
    public int Households { get; init; } = 300;

    /// <summary>First local day of the season (Asia/Shanghai, UTC+8). Default 2025-11-15.</summary>
    public DateOnly SeasonStart { get; init; } = new(2025, 11, 15);

    /// <summary>Last local day of the season, inclusive. Default 2026-03-15.</summary>
    public DateOnly SeasonEnd { get; init; } = new(2026, 3, 15);

    /// <summary>
    /// First local day of heating, for fleets that report before it. Decides nothing but where clocks do not fall back. Default 2025-11-15.
    /// </summary>
    public DateOnly HeatingStart { get; init; } = new(2025, 11, 15);

    /// <summary>Last local day of heating, inclusive. Default 2026-03-15.</summary>
    public DateOnly HeatingEnd { get; init; } = new(2026, 3, 15);

    /// <summary>Share of households converted to gas, 0 to 1; the rest heat with electricity. Default 0.25.</summary>
    public double GasShare { get; init; } = 0.25;

    /// <summary>
    /// Share of electricity meters that report every 15 minutes, 0 to 1; the rest, and all gas meters, report a daily freeze.
    /// Default 0.5.
    /// </summary>
    public double QuarterHourShare { get; init; } = 0.5;

    /// <summary>
    /// Share of daily-freeze electricity meters read by a concentrator, which re-reads three days in each batch, 0 to 1.
    /// Default 0.6.
    /// </summary>
    public double ConcentratorShare { get; init; } = 0.6;

    /// <summary>Share of meters, village plants apart, whose register has four integer digits and wraps at 10,000, 0 to 1. Default 0.</summary>
    public double SmallRegisterShare { get; init; }

    /// <summary>Share of gas meters whose register shows whole m³ only, 0 to 1. Default 0.</summary>
    public double WholeUnitShare { get; init; }

    /// <summary>Share of electricity meters behind a transformer of ratio 10 or 2.5, 0 to 1. Default 0.</summary>
    public double TransformerShare { get; init; }

    /// <summary>Share of electricity households with a second meter that serves heating alone, 0 to 1. Default 0.</summary>
    public double SecondMeterShare { get; init; }

    /// <summary>
    /// Share of quarter-hour meters that send the registers T1 to T4 with every midnight's total, 0 to 1; none that is exchanged does.
    /// Default 0.
    /// </summary>
    public double TariffShare { get; init; }

    /// <summary>What goes wrong. Default: nothing.</summary>
    public FaultRates Faults { get; init; } = FaultRates.None;

    /// <summary>The default fleet with every kind of meter and every fault switched on at a rate that shows in a small fleet.</summary>
    public static FleetOptions AllFaults { get; } = new()
    {
        SmallRegisterShare = 0.08,
        WholeUnitShare = 0.3,
        TransformerShare = 0.05,
        SecondMeterShare = 0.1,
        TariffShare = 0.2,
        Faults = FaultRates.All,
    };

    internal int SeasonDays => SeasonEnd.DayNumber - SeasonStart.DayNumber + 1;

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside the range that its comment states.</exception>
    public void Validate()
    {
        if (Households is < 1 or > HouseholdsMax)
            throw new ArgumentOutOfRangeException(nameof(Households), Households, $"The fleet needs 1 to {HouseholdsMax} households.");
        if (SeasonDays is < 1 or > SeasonDaysMax)
            throw new ArgumentOutOfRangeException(
                nameof(SeasonEnd), SeasonEnd, $"The season must end on or after {SeasonStart:yyyy-MM-dd} and last at most {SeasonDaysMax} days.");
        CheckShare(nameof(GasShare), GasShare);
        CheckShare(nameof(QuarterHourShare), QuarterHourShare);
        CheckShare(nameof(ConcentratorShare), ConcentratorShare);
        CheckShare(nameof(SmallRegisterShare), SmallRegisterShare);
        CheckShare(nameof(WholeUnitShare), WholeUnitShare);
        CheckShare(nameof(TransformerShare), TransformerShare);
        CheckShare(nameof(SecondMeterShare), SecondMeterShare);
        CheckShare(nameof(TariffShare), TariffShare);
        Faults.Validate();
    }

    internal static void CheckShare(string name, double share)
    {
        if (!(share >= 0 && share <= 1))
            throw new ArgumentOutOfRangeException(name, share, $"{name} is a share and must lie between 0 and 1.");
    }
}

/// <summary>
/// How often each kind of fault strikes. Every value is a probability from 0 (off, the default) to 1; its unit differs
/// and is stated with it. Faults are drawn from the seed, so switching one on does not move the others.
/// </summary>
public sealed record FaultRates
{
    /// <summary>Per message: it is published a second time, byte for byte, within ten minutes.</summary>
    public double Duplicates { get; init; }

    /// <summary>Per message: it is published one to five days late.</summary>
    public double Lateness { get; init; }

    /// <summary>Per message: it is published up to 40 minutes late, so that later readings overtake it.</summary>
    public double Reordering { get; init; }

    /// <summary>
    /// Per meter and day: its link fails for 2 hours to 4 days. Two of three meters send everything in one burst afterwards,
    /// the third has lost it. A concentrator's meter comes back with the days that the re-read still reaches.
    /// </summary>
    public double Outages { get; init; }

    /// <summary>Per household and season: its meter is exchanged once, in the middle eight tenths of the season.</summary>
    public double Swaps { get; init; }

    /// <summary>Per household and season: its register wraps around once. Takes precedence over a swap.</summary>
    public double Rollovers { get; init; }

    /// <summary>
    /// Per reading: the register shows zero or a spike for this one reading, also when it is read again. Never at the season's
    /// edges or within a day of an exchange, because no rule could repair those.
    /// </summary>
    public double Glitches { get; init; }

    /// <summary>Per meter that is not exchanged: its clock is 1 to 9 minutes ahead or behind all season, and stamps readings so.</summary>
    public double ClockSkew { get; init; }

    /// <summary>Per exchange: nobody wrote down what the old meter closed with.</summary>
    public double LostClosings { get; init; }

    /// <summary>
    /// Per meter and season: its register breaks once, falls to zero or leaps up by thousands, and counts on from there; nobody says why.
    /// Never one that is exchanged, wraps or has four digits, because a fall near the modulus cannot be told from a wrap.
    /// </summary>
    public double Breaks { get; init; }

    /// <summary>Per reading of a meter that calls by itself: a second value of the same time follows, off by up to 0.5 kWh or m³.</summary>
    public double Conflicts { get; init; }

    /// <summary>Per reading of a meter that calls by itself: it is sent wrong, and again with revision 1 and right within two days.</summary>
    public double Corrections { get; init; }

    /// <summary>Per message: it states a unit that the meter does not count in.</summary>
    public double WrongUnits { get; init; }

    /// <summary>Per meter: it is read on up to three midnights before its installation and after its removal.</summary>
    public double Strays { get; init; }

    /// <summary>
    /// Per meter and season: its clock falls back by 1 to 6 hours and is set right after 1 to 3 days. Never within a day of the season's edges
    /// or of a day on which the household's claim begins or ends, because no rule could repair those.
    /// </summary>
    public double Rollbacks { get; init; }

    /// <summary>A fleet without faults.</summary>
    public static FaultRates None { get; } = new();

    /// <summary>Everything on, at rates that show in a fleet of some tens of households.</summary>
    public static FaultRates All { get; } = new()
    {
        Duplicates = 0.01,
        Lateness = 0.002,
        Reordering = 0.02,
        Outages = 0.002,
        Swaps = 0.05,
        Rollovers = 0.05,
        Glitches = 0.0002,
        ClockSkew = 0.05,
        LostClosings = 0.3,
        Breaks = 0.02,
        Conflicts = 0.0003,
        Corrections = 0.0003,
        WrongUnits = 0.0003,
        Strays = 0.2,
        Rollbacks = 0.05,
    };

    internal void Validate()
    {
        FleetOptions.CheckShare(nameof(Duplicates), Duplicates);
        FleetOptions.CheckShare(nameof(Lateness), Lateness);
        FleetOptions.CheckShare(nameof(Reordering), Reordering);
        FleetOptions.CheckShare(nameof(Outages), Outages);
        FleetOptions.CheckShare(nameof(Swaps), Swaps);
        FleetOptions.CheckShare(nameof(Rollovers), Rollovers);
        FleetOptions.CheckShare(nameof(Glitches), Glitches);
        FleetOptions.CheckShare(nameof(ClockSkew), ClockSkew);
        FleetOptions.CheckShare(nameof(LostClosings), LostClosings);
        FleetOptions.CheckShare(nameof(Breaks), Breaks);
        FleetOptions.CheckShare(nameof(Conflicts), Conflicts);
        FleetOptions.CheckShare(nameof(Corrections), Corrections);
        FleetOptions.CheckShare(nameof(WrongUnits), WrongUnits);
        FleetOptions.CheckShare(nameof(Strays), Strays);
        FleetOptions.CheckShare(nameof(Rollbacks), Rollbacks);
    }
}
