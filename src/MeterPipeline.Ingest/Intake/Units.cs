namespace MeterPipeline.Ingest.Intake;

/// <summary>
/// Units that convert exactly to the two that registers count in: SenML's registered <c>kWh Wh J m3 l</c> (RFC 8428, RFC 8798), and
/// <c>MWh MJ m³ L</c> as head-ends write them.
/// </summary>
public readonly struct Units
{
    /// <summary>What a number without a unit is taken for: whatever the meter counts in, unscaled.</summary>
    public static readonly Units OfMeter = new(null, ExactNumber.PerUnit);

    private static readonly byte[] Kwh = [.. "kWh"u8];
    private static readonly byte[] M3 = [.. "m3"u8];
    private readonly byte[]? canonical;

    private Units(byte[]? canonical, Int128 divisor) => (this.canonical, Divisor) = (canonical, divisor);

    /// <summary><c>kWh</c> or <c>m3</c>; empty for <see cref="OfMeter"/>.</summary>
    public ReadOnlySpan<byte> Canonical => canonical;

    /// <summary>For <see cref="ExactNumber.ToRegister"/>.</summary>
    public Int128 Divisor { get; }

    public static bool TryFind(ReadOnlySpan<byte> unit, out Units found)
    {
        var (canonical, divisor) =
            unit.SequenceEqual("kWh"u8) ? (Kwh, ExactNumber.PowerOfTen(14))
            : unit.SequenceEqual("Wh"u8) ? (Kwh, ExactNumber.PowerOfTen(17))
            : unit.SequenceEqual("MWh"u8) ? (Kwh, ExactNumber.PowerOfTen(11))
            : unit.SequenceEqual("J"u8) ? (Kwh, 360 * ExactNumber.PowerOfTen(18))
            : unit.SequenceEqual("MJ"u8) ? (Kwh, 360 * ExactNumber.PowerOfTen(12))
            : unit.SequenceEqual("m3"u8) || unit.SequenceEqual("m³"u8) ? (M3, ExactNumber.PowerOfTen(14))
            : unit.SequenceEqual("l"u8) || unit.SequenceEqual("L"u8) ? (M3, ExactNumber.PowerOfTen(17))
            : (null, default);
        found = new Units(canonical, divisor);
        return canonical is not null;
    }

    /// <summary>The same unit for numbers that count so many of it, a power of ten from -6 to 6: a register that shows 10 kWh has 1.</summary>
    public Units Times(int power) => new(canonical, power < 0 ? Divisor * ExactNumber.PowerOfTen(-power) : Divisor / ExactNumber.PowerOfTen(power));
}
