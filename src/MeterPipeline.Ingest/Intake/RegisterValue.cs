using MeterPipeline.Domain;

namespace MeterPipeline.Ingest.Intake;

/// <summary>Decimal text of a cumulative register in UTF-8 → 0.0001 kWh or m³. Exact: no floating point on the way.</summary>
public static class RegisterValue
{
    private const int Decimals = 4;

    /// <summary>Reads <c>1234.56</c>, <c>001234.56</c>, <c>1.2e3</c>.</summary>
    /// <param name="rounded">More than four decimals were rounded, half to even.</param>
    public static ValueFault Parse(ReadOnlySpan<byte> text, out long value, out bool rounded)
    {
        value = 0;
        rounded = false;
        var at = 0;
        for (; at < text.Length && char.IsAsciiDigit((char)text[at]); at++)
        {
            value = value * 10 + (text[at] - '0');
            if (value > Quantity.Max / Quantity.PerUnit) return OtherForm(text, out value, out rounded);
        }
        if (at == 0) return OtherForm(text, out value, out rounded);
        value *= Quantity.PerUnit;
        if (at == text.Length) return ValueFault.None;
        if (text[at] != '.' || at + 1 == text.Length || text.Length - at - 1 > Decimals) return OtherForm(text, out value, out rounded);
        var unit = Quantity.PerUnit / 10;
        for (at++; at < text.Length; at++, unit /= 10)
        {
            if (!char.IsAsciiDigit((char)text[at])) return OtherForm(text, out value, out rounded);
            value += (text[at] - '0') * unit;
        }
        return ValueFault.None;
    }

    /// <summary>Everything that the plain form above is not: exponents, many decimals, signs, nonsense.</summary>
    private static ValueFault OtherForm(ReadOnlySpan<byte> text, out long value, out bool rounded)
    {
        (value, rounded) = (0, false);
        var fault = ExactNumber.Parse(text, out var number);
        return fault == ValueFault.None ? number.ToRegister(ExactNumber.PerUnit, out value, out rounded) : fault;
    }
}
