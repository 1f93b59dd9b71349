namespace MeterFleet;

/// <summary>How a supply point makes heat.</summary>
internal enum Heater
{
    HeatPump,
    DirectElectric,
    GasBoiler,

    /// <summary>Converted but not used: only the rest of the house draws energy.</summary>
    Idle,
}

/// <summary>
/// A household's connection and the building behind it: how much it draws in any quarter hour. Pure and stateless, so the
/// curve outlives exchanges of the meter. Thread-safe.
/// </summary>
internal sealed class SupplyPoint
{
    private const double UnitsPerQuarterHour = 10_000 * 0.25;
    private const double KwhPerCubicMetre = 9.9 * 0.9;
    private const double FreeGainsKelvin = 3.0;
    private const double UnitPer21Bits = 1.0 / (1 << 21);

    private static readonly double[] HouseholdShape = Shape(
        (0, 0.5), (6, 1.1), (8, 0.8), (11, 1.5), (13, 0.8), (18, 1.9), (22, 1.0), (23, 0.6));
    private static readonly double[] CookingShape = Shape((0, 0), (6, 0.8), (8, 0), (11, 1.2), (13, 0), (18, 1.4), (20, 0));

    private readonly Winter winter;
    private readonly ulong key;
    private readonly double altitudeKelvin;
    private readonly double lossKwPerKelvin;
    private readonly double comfort;
    private readonly double awaySetback;
    private readonly double householdRate;
    private readonly double capacity;

    internal SupplyPoint(
        int seed, int index, Winter winter, Heater heater, bool gas, bool heatingOnly, int heatedHouseholds, double altitudeKelvin)
    {
        this.winter = winter;
        this.altitudeKelvin = altitudeKelvin;
        Index = index;
        Heater = heater;
        Gas = gas;
        key = Dice.Roll(seed, Purpose.Demand, index);
        double spread = (Dice.Unit(seed, Purpose.Building, index, 1) + Dice.Unit(seed, Purpose.Building, index, 2)) / 2;
        lossKwPerKelvin = (0.14 + (0.29 * spread)) * HeatedShare(heater, heatedHouseholds);
        comfort = 15.5 + (4.0 * Dice.Unit(seed, Purpose.Building, index, 3)) - FreeGainsKelvin;
        awaySetback = Dice.Unit(seed, Purpose.Building, index, 4) < 0.35 ? 5.0 : 0.0;
        householdRate = heatingOnly ? 0 : (gas ? 0.10 : 0.14) + ((gas ? 0.15 : 0.25) * Dice.Unit(seed, Purpose.Building, index, 5));
        if (heater == Heater.Idle && Dice.Unit(seed, Purpose.Building, index, 6) < 0.4)
            householdRate = 0;
        Capacity = gas ? 2.5m : heatedHouseholds > 0 ? 10m * heatedHouseholds : heater == Heater.DirectElectric ? 16m : 10m;
        capacity = (double)Capacity * 0.9;
    }

    internal int Index { get; }
    internal Heater Heater { get; }
    internal bool Gas { get; }

    /// <summary>kW or m³/h; never exceeded.</summary>
    internal decimal Capacity { get; }

    /// <summary>Energy drawn in the quarter hour that begins at <paramref name="slot"/>, in 0.0001 kWh or m³.</summary>
    internal long Draw(int slot)
    {
        unchecked
        {
            ulong roll = Dice.Mix(key + ((ulong)slot * Dice.Golden));
            double u = (roll & 0x1FFFFF) * UnitPer21Bits;
            double v = ((roll >> 21) & 0x1FFFFF) * UnitPer21Bits;
            int quarter = slot % SeasonClock.SlotsPerDay;
            double rate = householdRate * (Gas ? CookingShape[quarter] : HouseholdShape[quarter]) * (0.5 + v);
            if (Heater != Heater.Idle)
                rate += HeatingRate(slot, quarter) * (0.85 + (0.3 * u));
            return (long)((Math.Min(rate, capacity) * UnitsPerQuarterHour) + 0.5);
        }
    }

    /// <summary>Energy drawn in slots [from, to).</summary>
    internal long Draw(int from, int to)
    {
        long sum = 0;
        for (int slot = from; slot < to; slot++)
            sum += Draw(slot);
        return sum;
    }

    /// <summary>Dear heat is used in fewer rooms; a village plant never heats all its houses at once.</summary>
    private static double HeatedShare(Heater heater, int heatedHouseholds) =>
        heatedHouseholds > 0 ? heatedHouseholds * 0.9 : heater is Heater.HeatPump ? 1.0 : 0.82;

    private double HeatingRate(int slot, int quarter)
    {
        double outdoor = winter.At(slot) + altitudeKelvin;
        double indoor = comfort;
        if (quarter is < 22 or >= 90)
            indoor -= 2.0;
        else if (quarter is >= 34 and < 68)
            indoor -= awaySetback;
        double heatKw = lossKwPerKelvin * Math.Max(0, indoor - outdoor);
        return Heater switch
        {
            Heater.GasBoiler => heatKw / KwhPerCubicMetre,
            Heater.DirectElectric => heatKw / 0.97,
            // A low-temperature air-source unit: about 3.0 at 7 °C, 2.0 at -12 °C.
            _ => heatKw / Math.Clamp(2.63 + (0.053 * outdoor), 1.5, 4.0),
        };
    }

    private static double[] Shape(params (int Hour, double Value)[] steps)
    {
        double[] shape = new double[SeasonClock.SlotsPerDay];
        for (int slot = 0; slot < shape.Length; slot++)
            shape[slot] = steps.Last(step => step.Hour * 4 <= slot).Value;
        return shape;
    }
}
