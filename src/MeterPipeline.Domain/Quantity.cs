namespace MeterPipeline.Domain;

/// <summary>
/// Quantities of energy are <see cref="long"/> counts of 0.0001 kWh or 0.0001 m³ everywhere; here are their named roundings and
/// their text form. A register value is a quantity too.
/// </summary>
public static class Quantity
{
    /// <summary>Units in one kWh or one m³.</summary>
    public const long PerUnit = 10_000;

    /// <summary>Largest register value accepted: 12 integer digits, one more than any meter of DL/T 698.45 or CJ/T 188 can show.</summary>
    public const long Max = 999_999_999_999 * PerUnit + (PerUnit - 1);

    /// <summary><paramref name="value"/> × <paramref name="numerator"/> ÷ <paramref name="denominator"/>, rounded half to even.</summary>
    /// <exception cref="OverflowException">The result does not fit 64 bits.</exception>
    public static long MultiplyDivide(long value, long numerator, long denominator)
    {
        if (denominator <= 0) throw new ArgumentOutOfRangeException(nameof(denominator), denominator, "Must be positive.");
        var product = (Int128)value * numerator;
        var (quotient, rest) = Int128.DivRem(product, denominator);
        var twice = Int128.Abs(rest) * 2;
        if (twice > denominator || (twice == denominator && !Int128.IsEvenInteger(quotient)))
            quotient += Int128.IsNegative(product) ? -1 : 1;
        return checked((long)quotient);
    }

    /// <summary>Beyond this a doubt says nothing more: far above any register, far enough below 64 bits to be added to.</summary>
    public const long DoubtMax = 1_000_000_000_000_000_000;

    /// <summary>
    /// A bound widened by <paramref name="more"/>, held within ±<see cref="DoubtMax"/>: bounds add up what meters claimed, and a meter may claim
    /// anything any number of times.
    /// </summary>
    public static long Widen(long bound, long more) => (long)Int128.Clamp((Int128)bound + more, -DoubtMax, DoubtMax);

    /// <summary>In whole kWh or m³ with four decimals, exact.</summary>
    public static decimal ToDecimal(long quantity) => Shortest(quantity < 0 ? unchecked((ulong)-quantity) : (ulong)quantity, quantity < 0, 4);

    /// <summary>The decimal without trailing zeros, as a division gives it, and in a fraction of its time: a city's workbook has millions of these.</summary>
    internal static decimal Shortest(ulong digits, bool negative, byte scale)
    {
        for (; scale > 0 && digits % 10 == 0; scale--) digits /= 10;
        return unchecked(new decimal((int)digits, (int)(digits >> 32), 0, negative, scale));
    }

    /// <summary>Rounded half to even to 0.0001.</summary>
    /// <exception cref="OverflowException">Beyond ±<see cref="Max"/>.</exception>
    public static long FromDecimal(decimal units)
    {
        var scaled = decimal.Round(units * PerUnit, 0, MidpointRounding.ToEven);
        if (Math.Abs(scaled) > Max) throw new OverflowException($"Quantity {units} is beyond twelve integer digits.");
        return (long)scaled;
    }

    /// <summary>Fixed text with four decimals and a point: <c>1234.5600</c>.</summary>
    public static string Format(long quantity) =>
        ToDecimal(quantity).ToString("0.0000", System.Globalization.CultureInfo.InvariantCulture);
}
