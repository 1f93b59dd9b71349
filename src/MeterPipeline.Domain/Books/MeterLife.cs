using System.Collections.Concurrent;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Books;

/// <summary>An installation with what the fold asks of it.</summary>
public sealed class MeterLife(Installation installation) : LifeTerms(installation)
{
    /// <summary>A step longer than this is an estimate of the days inside it: a daily freeze with two hours of grace.</summary>
    public const long LongStepMs = 26 * 3_600_000L;

    public Installation Installation { get; } = installation;
}

/// <summary>What the fold asks of an installation: instants, and everything multiplied out to billed units. Meters of one kind share it.</summary>
public class LifeTerms
{
    /// <summary>Draw of a household with a heat pump and everything else on, 0.0001 kW: a three-phase 60 A connection carries less than 40 kW.</summary>
    public const long DefaultElectricCapacity = 40 * Quantity.PerUnit;

    /// <summary>Largest household gas meter in use (G4), 0.0001 m³/h.</summary>
    public const long DefaultGasCapacity = 6 * Quantity.PerUnit;

    /// <summary>Ceiling that keeps capacity × time inside 64 bits: 20 MW.</summary>
    private const long CapacityMax = 20_000 * Quantity.PerUnit;

    private const long IntervalMaxMs = 400 * LocalDay.LengthMs;
    private const long HourMs = 3_600_000;

    /// <summary>Kinds of meters that are shared: a type, installed on one day. What comes after them has its own.</summary>
    private const int SharedMax = 4_096;

    private static readonly ConcurrentDictionary<(long, long, long, long, long, long, bool), LifeTerms[]> Shared = [];
    private static int shared;

    private readonly long multiplierE4;
    private readonly long largestShown;
    private readonly long modulus; // 0: unknown

    public LifeTerms(Installation installation)
    {
        multiplierE4 = Quantity.FromDecimal(installation.Multiplier);
        largestShown = (long)Int128.Min(long.MaxValue, (Int128)Quantity.Max * Quantity.PerUnit / multiplierE4);
        FromMs = installation.FromMs;
        UntilMs = installation.UntilMs;
        IsClosed = installation.Closing is not null;
        // A modulus too large to be billed is never passed.
        modulus = installation.RegisterDigits is { } digits && Power10(digits) * Quantity.PerUnit is var wrap && wrap - 1 <= largestShown
            ? Quantity.MultiplyDivide(wrap, multiplierE4, Quantity.PerUnit) : 0;
        // One step of the register's last digit is always possible, however short the interval.
        LastDigit = Multiplied(installation.Decimals is { } decimals and >= 0 and <= 4 ? Quantity.PerUnit / Power10(decimals) : Quantity.PerUnit);
        Capacity = Math.Min(CapacityMax, installation.Capacity ?? Default(installation));
    }

    public long FromMs { get; }

    public long UntilMs { get; }

    /// <summary>Value at which the register starts again from zero; null: unknown.</summary>
    public long? Modulus => modulus > 0 ? modulus : null;

    /// <summary>0.0001 kW or m³/h.</summary>
    public long Capacity { get; }

    /// <summary>One step of the register's last digit, in billed units.</summary>
    public long LastDigit { get; }

    /// <summary>The register at its end is known.</summary>
    public bool IsClosed { get; }

    /// <summary>Of all lives of a meter. A million meters are of few kinds: where they share one, what each reading asks of it stays in the cache.</summary>
    public static LifeTerms[] Of(Meter meter)
    {
        if (meter.Installations is not [var only]) return [.. meter.Installations.Select(installation => new LifeTerms(installation))];
        var terms = new LifeTerms(only);
        var kind = (terms.FromMs, terms.UntilMs, terms.multiplierE4, terms.modulus, terms.LastDigit, terms.Capacity, terms.IsClosed);
        if (Shared.TryGetValue(kind, out var same)) return same;
        return Interlocked.Increment(ref shared) <= SharedMax ? Shared.GetOrAdd(kind, [terms]) : [terms];
    }

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
