using MeterPipeline.Domain;

namespace MeterPipeline.Ingest.Intake;

/// <summary>How a register value could not be read.</summary>
public enum ValueFault : byte { None, NotANumber, Negative, TooLarge }

/// <summary>
/// A decimal number exactly as written: so many 10^-18, and whether digits follow beyond them. Wide enough for any register in joule
/// (3.6 × 10^18); no floating point and no rounding before <see cref="ToRegister"/>.
/// </summary>
public readonly struct ExactNumber
{
    /// <summary>Divisor to 0.0001 of a unit, for a number in that unit.</summary>
    public static readonly Int128 PerUnit = Int128.Parse("100000000000000", null);

    private const int Decimals = 18;
    private const int LongestText = 64;
    private const int LargestExponent = 9_999;
    private static readonly Int128[] Powers = [.. Enumerable.Range(0, 38).Select(Power)];

    /// <summary>10^19 in 10^-18.</summary>
    private static readonly Int128 Limit = Power(37);

    /// <summary>The number rounded down to 10^-18, in 10^-18.</summary>
    private readonly Int128 floor;

    /// <summary>The number is larger than <see cref="floor"/>, by less than 10^-18.</summary>
    private readonly bool tail;

    private ExactNumber(Int128 floor, bool tail) => (this.floor, this.tail) = (floor, tail);

    /// <summary>10 to the power of 0 to 37.</summary>
    public static Int128 PowerOfTen(int exponent) => Powers[exponent];

    /// <summary>Reads <c>1234.56</c>, <c>-001234.5</c>, <c>1.2e3</c>; at most 64 bytes, below 10^19.</summary>
    public static ValueFault Parse(ReadOnlySpan<byte> text, out ExactNumber number)
    {
        number = default;
        if (text.Length > LongestText) return text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 ? ValueFault.TooLarge : ValueFault.NotANumber;
        var at = 0;
        var negative = text.Length > 0 && text[0] == '-';
        if (text.Length > 0 && text[0] is (byte)'-' or (byte)'+') at++;
        Int128 digits = 0;
        var (any, point, more, exponent) = (false, false, false, 0);
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (c == '.' && !point) point = true;
            else if (!char.IsAsciiDigit((char)c)) break;
            else
            {
                any = true;
                var kept = digits < Powers[36];
                if (kept) digits = digits * 10 + (c - '0');
                else more |= c != '0';
                exponent += (kept, point) switch { (true, true) => -1, (false, false) => 1, _ => 0 };
            }
        }
        if (!any || !Exponent(text[at..], ref exponent)) return ValueFault.NotANumber;
        return Scale(digits, more, exponent + Decimals, negative, out number);
    }

    /// <summary>The sum; null where digits beyond 10^-18 on both sides would have to be added.</summary>
    public static ExactNumber? Add(ExactNumber a, ExactNumber b) => a.tail && b.tail ? null : new ExactNumber(a.floor + b.floor, a.tail || b.tail);

    /// <summary>Divided by <paramref name="divisor"/> × 10^-18 and rounded half to even, as a register in 0.0001 kWh or m³.</summary>
    /// <param name="divisor">Positive and even; <see cref="PerUnit"/> for a number in kWh or m³.</param>
    public ValueFault ToRegister(Int128 divisor, out long value, out bool rounded)
    {
        (value, rounded) = (0, false);
        if (floor < 0) return ValueFault.Negative;
        if (floor / divisor >= Quantity.Max && floor > Quantity.Max * divisor) return ValueFault.TooLarge;
        var (quotient, rest) = Int128.DivRem(floor, divisor);
        var half = divisor / 2;
        if (rest > half || (rest == half && (tail || Int128.IsOddInteger(quotient)))) quotient++;
        rounded = rest != 0 || tail;
        value = (long)quotient;
        return ValueFault.None;
    }

    /// <summary>Whole thousandths, rounded down: seconds → ms. False beyond ±10^13 s.</summary>
    public bool TryFloorToThousandths(out long thousandths)
    {
        var (quotient, rest) = Int128.DivRem(floor, Powers[15]);
        if (rest < 0) quotient--;
        var fits = Int128.Abs(quotient) <= Powers[16];
        thousandths = fits ? (long)quotient : 0;
        return fits;
    }

    private static bool Exponent(ReadOnlySpan<byte> text, ref int exponent)
    {
        if (text.IsEmpty) return true;
        if ((text[0] | 0x20) != 'e') return false;
        var at = 1;
        var negative = text.Length > 1 && text[1] == '-';
        if (text.Length > 1 && text[1] is (byte)'-' or (byte)'+') at++;
        if (at == text.Length) return false;
        var power = 0;
        for (; at < text.Length; at++)
        {
            if (!char.IsAsciiDigit((char)text[at])) return false;
            power = Math.Min(power * 10 + (text[at] - '0'), LargestExponent);
        }
        exponent += negative ? -power : power;
        return true;
    }

    private static ValueFault Scale(Int128 digits, bool tail, int power, bool negative, out ExactNumber number)
    {
        number = default;
        if (digits == 0) return ValueFault.None;
        if (power >= 0)
        {
            if (power >= Powers.Length || digits > Limit / Powers[power]) return ValueFault.TooLarge;
            digits *= Powers[power];
        }
        else if (-power < Powers.Length)
        {
            (digits, var rest) = Int128.DivRem(digits, Powers[-power]);
            tail |= rest != 0;
        }
        else (digits, tail) = (0, true);
        if (digits > Limit) return ValueFault.TooLarge;
        number = new ExactNumber(negative ? -digits - (tail ? 1 : 0) : digits, tail);
        return ValueFault.None;
    }

    private static Int128 Power(int exponent)
    {
        Int128 power = 1;
        for (var i = 0; i < exponent; i++) power *= 10;
        return power;
    }
}
