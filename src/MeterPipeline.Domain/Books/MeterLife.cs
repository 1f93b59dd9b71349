using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Books;

/// <summary>An installation as the fold sees it: instants, and everything multiplied out to billed units.</summary>
public sealed class MeterLife
{
    /// <summary>A step longer than this is an estimate of the days inside it: a daily freeze with two hours of grace.</summary>
    public const long LongStepMs = 26 * 3_600_000L;

    /// <summary>Draw of a household with a heat pump and everything else on, 0.0001 kW: a three-phase 60 A connection carries less than 40 kW.</summary>
    public const long DefaultElectricCapacity = 40 * Quantity.PerUnit;

    /// <summary>Largest household gas meter in use (G4), 0.0001 m³/h.</summary>
    public const long DefaultGasCapacity = 6 * Quantity.PerUnit;

    /// <summary>Ceiling that keeps capacity × time inside 64 bits: 20 MW.</summary>
    private const long CapacityMax = 20_000 * Quantity.PerUnit;

    private const long IntervalMaxMs = 400 * LocalDay.LengthMs;
    private const long HourMs = 3_600_000;

    private readonly long multiplierE4;
    private readonly long largestShown;
    private readonly long modulus; // 0: unknown

    public MeterLife(Installation installation)
    {
        Installation = installation;
        multiplierE4 = Quantity.FromDecimal(installation.Multiplier);
        largestShown = (long)Int128.Min(long.MaxValue, (Int128)Quantity.Max * Quantity.PerUnit / multiplierE4);
        FromMs = installation.FromMs;
        UntilMs = installation.UntilMs;
        // A modulus too large to be billed is never passed.
        modulus = installation.RegisterDigits is { } digits && Power10(digits) * Quantity.PerUnit is var wrap && wrap - 1 <= largestShown
            ? Quantity.MultiplyDivide(wrap, multiplierE4, Quantity.PerUnit) : 0;
        // One step of the register's last digit is always possible, however short the interval.
        LastDigit = Multiplied(installation.Decimals is { } decimals and >= 0 and <= 4 ? Quantity.PerUnit / Power10(decimals) : Quantity.PerUnit);
        Capacity = Math.Min(CapacityMax, installation.Capacity ?? Default(installation));
    }

    public Installation Installation { get; }

    public long FromMs { get; }

    public long UntilMs { get; }

    /// <summary>Value at which the register starts again from zero; null: unknown.</summary>
    public long? Modulus => modulus > 0 ? modulus : null;

    /// <summary>0.0001 kW or m³/h.</summary>
    public long Capacity { get; }

    /// <summary>One step of the register's last digit, in billed units.</summary>
    public long LastDigit { get; }

    public bool Covers(long instantMs) => instantMs >= FromMs && instantMs <= UntilMs;

    /// <summary>
    /// Register as shown → billed units, rounded half to even, at most <see cref="Quantity.Max"/>: a register that no meter with this ratio can
    /// show is implausible anyway, and must not end the fold.
    /// </summary>
    public long Multiplied(long shown) =>
        multiplierE4 == Quantity.PerUnit ? shown
        : shown > largestShown ? Quantity.Max
        : Quantity.MultiplyDivide(shown, multiplierE4, Quantity.PerUnit);

    /// <summary>Billed units → register as shown.</summary>
    public long Shown(long billed) =>
        multiplierE4 == Quantity.PerUnit ? billed : Quantity.MultiplyDivide(billed, Quantity.PerUnit, multiplierE4);

    /// <summary>The most that the meter can have counted in an interval: capacity × time × 5/4 + one step of its last digit.</summary>
    public long Most(long intervalMs) =>
        // The unit 0.0001 kW × 1 h = 0.0001 kWh, so capacity × hours is a quantity; 5/4 is the tolerance.
        unchecked(Capacity * Math.Min(intervalMs, IntervalMaxMs) / (HourMs * 4 / 5)) + LastDigit;

    private static long Default(Installation installation) => installation.Serves == Serves.VillageCentralHeating
        ? CapacityMax
        : installation.Energy == Energy.Electricity ? DefaultElectricCapacity : DefaultGasCapacity;

    private static long Power10(int exponent)
    {
        var power = 1L;
        for (var i = 0; i < exponent; i++) power *= 10;
        return power;
    }
}
