using System.Globalization;

namespace MeterFleet;

/// <summary>
/// Draws the households of a fleet and hangs their meters. Everything about household i depends on (seed, i) and its village alone.
/// </summary>
internal sealed class RosterBuilder(FleetOptions options, SeasonClock clock, Winter winter)
{
    internal const string GridCompany = "sgcc-yuncheng";
    private const string SampleNote = "样例数据 sample";
    private const int HouseholdsPerPlant = 150;
    private const double IdleShare = 0.05;

    private static readonly string[] GasCompanies = ["gas-hejin", "gas-yuncheng"];
    private static readonly string[] FamilyNames = ["王", "李", "张", "刘", "赵", "杨", "薛", "任", "卫", "柴", "郭", "贾", "史", "吕", "董", "阮", "侯", "原"];
    private static readonly string[] GivenFirst = ["建", "志", "俊", "文", "玉", "秀", "国", "红", "晓", "永", "春", "桂", "海", "双", "天"];
    private static readonly string[] GivenSecond = ["", "国", "英", "强", "兰", "平", "珍", "龙", "芳", "生", "梅", "虎", "民", "霞", "军"];

    private readonly int seed = options.Seed;

    internal List<Household> Households { get; } = [];
    internal List<Meter> Meters { get; } = [];

    internal static List<Company> Companies { get; } =
    [
        new(GridCompany, "国网运城供电公司（样例）", "electricity"),
        new(GasCompanies[0], "河津燃气公司（样例）", "gas"),
        new(GasCompanies[1], "运城燃气公司（样例）", "gas"),
    ];

    internal void Build(List<(Division Village, double AltitudeKelvin)> villages)
    {
        for (int i = 0; i < options.Households; i++)
        {
            var (village, kelvin) = villages[Dice.Pick(villages.Count, seed, Purpose.Place, i)];
            bool plant = i % HouseholdsPerPlant == HouseholdsPerPlant - 1;
            bool gas = !plant && Unit(Purpose.Building, i, 10) < options.GasShare;
            Household household = plant ? Plant(i, village) : Person(i, village, gas);
            Households.Add(household);
            AddMeters(i, household, gas, plant, kelvin);
        }
    }

    private Household Plant(int i, Division village) => new(
        AccountNumber(i),
        village.Name.Replace(Places.SampleMark, "", StringComparison.Ordinal) + "集中供暖站" + Places.SampleMark,
        village.Code,
        "central-heating", "programme", options.SeasonStart.AddYears(-1), "none", SampleNote);

    private Household Person(int i, Division village, bool gas)
    {
        double hardship = Unit(Purpose.Registration, i, 1);
        double acceptance = Unit(Purpose.Registration, i, 2);
        DateOnly accepted = acceptance < 0.08
            ? options.SeasonStart.AddDays(3 + Pick(Math.Max(1, options.SeasonDays - 30), Purpose.Registration, i, 3))
            : options.SeasonStart.AddDays(-15 - Pick(6 * 365, Purpose.Registration, i, 3));
        Household household = new(
            AccountNumber(i), PersonName(i), village.Code, gas ? "coal-to-gas" : "coal-to-electricity",
            Unit(Purpose.Registration, i, 4) < 0.15 ? "self" : "programme", accepted,
            hardship < 0.06 ? "dibao" : hardship < 0.08 ? "wubao" : hardship < 0.09 ? "other" : "none", SampleNote);
        return Unit(Purpose.Registration, i, 5) switch
        {
            < 0.02 => household with { Exclusion = "public-employee", ExcludedFrom = options.SeasonStart },
            < 0.04 => household with { Exclusion = "central-heating", ExcludedFrom = options.SeasonStart.AddDays(options.SeasonDays / 3) },
            < 0.05 => household with
            {
                Exclusion = "other",
                ExcludedFrom = options.SeasonStart.AddDays(options.SeasonDays / 4),
                ExcludedTo = options.SeasonStart.AddDays(options.SeasonDays / 2),
            },
            _ => household,
        };
    }

    private void AddMeters(int i, Household household, bool gas, bool plant, double altitudeKelvin)
    {
        AddMeter(i, household, gas, plant, altitudeKelvin, second: false);
        if (!gas && !plant && Unit(Purpose.Kind, i, 1) < options.SecondMeterShare)
            AddMeter(options.Households + i, household, gas, plant, altitudeKelvin, second: true);
    }

    /// <summary>Hangs a meter, and its successor where it is exchanged.</summary>
    /// <param name="i">The supply point: the household's number, or as much beyond the last household's for its second meter.</param>
    private void AddMeter(int i, Household household, bool gas, bool plant, double altitudeKelvin, bool second)
    {
        bool heatingOnly = plant || second || (!gas && Unit(Purpose.Building, i, 11) < 0.2);
        int heatedHouseholds = plant ? 30 + Pick(40, Purpose.Building, i, 12) : 0;
        SupplyPoint point = new(seed, i, winter, HeaterOf(i, gas, plant), gas, heatingOnly, heatedHouseholds, altitudeKelvin);
        bool quarterHourly = !gas && (plant || Unit(Purpose.Reporting, i, 1) < options.QuarterHourShare);
        bool small = !plant && Unit(Purpose.Kind, i, 2) < options.SmallRegisterShare;
        bool rolls = !small && Unit(Purpose.Rollover, i, 0) < options.Faults.Rollovers;
        int swapSlot = rolls || Unit(Purpose.Swap, i, 0) >= options.Faults.Swaps ? int.MaxValue : SwapSlot(i);

        bool midSeason = household.AcceptedOn > options.SeasonStart && household.AcceptedOn < options.SeasonEnd;
        bool late = midSeason && !rolls && swapSlot == int.MaxValue && Unit(Purpose.Registration, i, 6) < 0.5;
        DateOnly installed = late ? household.AcceptedOn : household.AcceptedOn.AddDays(-12 - Pick(30, Purpose.Registration, i, 7));
        if (!late && installed > options.SeasonStart.AddDays(-1))
            installed = options.SeasonStart.AddDays(-20 - Pick(300, Purpose.Registration, i, 8));

        int digits = small ? 4 : gas ? 5 : 6;
        int decimals = !gas ? 2 : Unit(Purpose.Kind, i, 3) < options.WholeUnitShare ? 0 : 3;
        long history = late ? 0 : History(i, gas, plant, options.SeasonStart.DayNumber - installed.DayNumber) % Units.Modulus(digits);
        long tenths = gas || Unit(Purpose.Kind, i, 4) >= options.TransformerShare ? 10 : Pick(2, Purpose.Kind, i, 5) == 0 ? 100 : 25;
        long opening = rolls ? RollingOpening(i, point, Units.Modulus(digits), decimals, tenths, history) : 0;
        int firstSlot = late ? (installed.DayNumber - options.SeasonStart.DayNumber) * SeasonClock.SlotsPerDay : 0;
        Meter first = new(2 * i, MeterId(2 * i, gas), household.Id, CompanyOf(household, gas), point)
        {
            RegisterDigits = digits,
            Decimals = decimals,
            Tenths = tenths,
            InstalledAt = SeasonClock.At(installed),
            Opening = opening,
            FirstSlot = firstSlot,
            Offset = opening + history - (point.Draw(0, firstSlot) * 10 / tenths),
            Serves = plant ? "village-central-heating" : heatingOnly ? "heating" : "whole-house",
            HeatedHouseholds = heatedHouseholds,
            QuarterHourly = quarterHourly,
            BehindConcentrator = !gas && !quarterHourly && Unit(Purpose.Reporting, i, 2) < options.ConcentratorShare,
            SendsTariffs = quarterHourly && swapSlot == int.MaxValue && Unit(Purpose.Kind, i, 6) < options.TariffShare,
            ClockSkewMs = swapSlot == int.MaxValue ? Skew(i) : 0,
        };
        Meters.Add(first);
        if (swapSlot != int.MaxValue)
            Meters.Add(Exchange(first, i, swapSlot));
        else if (!rolls && !small)
            Break(first, i);
        if (swapSlot == int.MaxValue)
            TurnBackClock(first, i, household);
    }

    private Heater HeaterOf(int i, bool gas, bool plant)
    {
        double use = Unit(Purpose.Building, i, 13);
        return plant ? Heater.HeatPump
            : use < IdleShare ? Heater.Idle
            : gas ? Heater.GasBoiler
            : use < 0.35 ? Heater.DirectElectric : Heater.HeatPump;
    }

    /// <summary>Takes the old meter down and hangs a new one at zero, at the same moment.</summary>
    private Meter Exchange(Meter old, int i, int slot)
    {
        long drawn = old.Point.Draw(0, slot);
        old.EndSlot = slot;
        old.RemovedAt = clock.TimeAt(slot);
        old.Closing = Unit(Purpose.Closing, i, 0) < options.Faults.LostClosings ? null : old.Shown(slot, drawn);
        return new Meter((2 * i) + 1, MeterId((2 * i) + 1, old.Point.Gas), old.HouseholdId, old.Company, old.Point)
        {
            RegisterDigits = old.RegisterDigits,
            Decimals = old.Decimals,
            Tenths = old.Tenths,
            InstalledAt = clock.TimeAt(slot),
            Opening = 0,
            FirstSlot = slot,
            Offset = -old.Ratioed(drawn),
            Serves = old.Serves,
            HeatedHouseholds = old.HeatedHouseholds,
            QuarterHourly = old.QuarterHourly,
            BehindConcentrator = old.BehindConcentrator,
        };
    }

    /// <summary>Lets the register fall to zero or leap up, in the middle eight tenths of its part of the season.</summary>
    private void Break(Meter meter, int i)
    {
        if (Unit(Purpose.Break, i, 0) >= options.Faults.Breaks)
            return;
        int slots = clock.LastSlot - meter.FirstSlot;
        int slot = meter.FirstSlot + (slots / 10) + Pick(Math.Max(1, slots * 8 / 10), Purpose.Break, i, 1);
        long leap = (20_000 + Pick(20_000, Purpose.Break, i, 3)) * Units.One;
        meter.Break = (slot, Pick(2, Purpose.Break, i, 2) == 0 ? leap : -meter.Unwrapped(meter.Point.Draw(0, slot)));
        meter.BrokenAtMs = clock.MsAt(slot);
    }

    private void TurnBackClock(Meter meter, int i, Household household)
    {
        if (Unit(Purpose.Rollback, i, 0) >= options.Faults.Rollbacks)
            return;
        int days = 1 + Pick(3, Purpose.Rollback, i, 1);
        int from = Pick(Math.Max(1, clock.Days - days), Purpose.Rollback, i, 2);
        DateOnly first = options.SeasonStart.AddDays(from - 1);
        DateOnly last = options.SeasonStart.AddDays(from + days + 1);
        DateOnly[] edges =
            [options.SeasonStart, options.SeasonEnd.AddDays(1), options.HeatingStart, options.HeatingEnd.AddDays(1), household.AcceptedOn,
            household.ExcludedFrom ?? default, household.ExcludedTo ?? default];
        if (edges.Any(edge => edge >= first && edge <= last))
            return;
        meter.Rollback = (
            from * SeasonClock.SlotsPerDay, (from + days) * SeasonClock.SlotsPerDay, (1 + Pick(6, Purpose.Rollback, i, 3)) * 4 * SeasonClock.SlotMs);
    }

    private int SwapSlot(int i) => (clock.LastSlot / 10) + Pick(Math.Max(1, clock.LastSlot * 8 / 10), Purpose.Swap, i, 1);

    /// <summary>What the meter counted between its installation and the season, in whole steps of every register.</summary>
    private long History(int i, bool gas, bool plant, int days)
    {
        long perDay = gas
            ? 4_000 + (1_000L * Pick(10, Purpose.Registration, i, 9))
            : 30_000 + (1_000L * Pick(70, Purpose.Registration, i, 9));
        return Units.Cut(perDay * days * (plant ? 20 : 1), decimals: 2);
    }

    /// <summary>Places the wrap between a fifth and four fifths of the season's consumption.</summary>
    private long RollingOpening(int i, SupplyPoint point, long modulus, int decimals, long tenths, long history)
    {
        long season = Math.Max(10 * Units.One, point.Draw(0, clock.LastSlot) * 10 / tenths);
        long beforeWrap = (long)(season * (0.2 + (0.6 * Unit(Purpose.Rollover, i, 1))));
        return Units.Cut(modulus - beforeWrap - history, Math.Min(2, decimals));
    }

    private long Skew(int i)
    {
        if (Unit(Purpose.Skew, i, 0) >= options.Faults.ClockSkew)
            return 0;
        long seconds = 60 + Pick(8 * 60, Purpose.Skew, i, 1);
        return Pick(2, Purpose.Skew, i, 2) == 0 ? seconds * 1000 : -seconds * 1000;
    }

    private string CompanyOf(Household household, bool gas) =>
        !gas ? GridCompany : household.Division.StartsWith("140882", StringComparison.Ordinal) ? GasCompanies[0] : GasCompanies[1];

    // The multipliers are prime to the modulus, so numbers look drawn but never repeat.
    private static string MeterId(int index, bool gas) => gas
        ? string.Create(CultureInfo.InvariantCulture, $"312408{(index * 7_654_321L + 1_234_567) % 100_000_000:00000000}")
        : string.Create(CultureInfo.InvariantCulture, $"1408{(index * 4_827_161L + 31_415_927) % 100_000_000:00000000}");

    private static string AccountNumber(int i) =>
        string.Create(CultureInfo.InvariantCulture, $"140{(i * 7_368_787_381L + 2_718_281_828) % 10_000_000_000:0000000000}");

    private string PersonName(int i) =>
        FamilyNames[Pick(FamilyNames.Length, Purpose.Person, i, 1)]
        + GivenFirst[Pick(GivenFirst.Length, Purpose.Person, i, 2)]
        + GivenSecond[Pick(GivenSecond.Length, Purpose.Person, i, 3)];

    private double Unit(Purpose purpose, int i, int question) => Dice.Unit(seed, purpose, i, question);

    private int Pick(int sides, Purpose purpose, int i, int question) => Dice.Pick(sides, seed, purpose, i, question);
}
