using System.Globalization;
using MeterPipeline.Domain;

namespace MeterPipeline.Ingest.Intake.Sparkplug;

/// <summary>A metric's value → register, exactly: whole numbers as they are, floating ones by their shortest decimal that reads back the same.</summary>
internal static class SparkplugValue
{
    /// <summary>Longest shortest form: <c>-1.7976931348623157E+308</c>.</summary>
    private const int ShortestMax = 32;

    public static Fault? Read(in SparkplugMetric metric, byte datatype, out long value, out bool rounded)
    {
        (value, rounded) = (0, false);
        switch (metric.Form)
        {
            case SparkplugForm.Int when metric.Bits <= uint.MaxValue: return Whole((uint)metric.Bits, datatype, 32, out value);
            case SparkplugForm.Long: return Whole(metric.Bits, datatype, 64, out value);
            case SparkplugForm.Float: return Floating(BitConverter.UInt32BitsToSingle((uint)metric.Bits), out value, out rounded);
            case SparkplugForm.Double: return Floating(BitConverter.UInt64BitsToDouble(metric.Bits), out value, out rounded);
            case SparkplugForm.Text: return Faults.Of(RegisterValue.Parse(metric.Text, out value, out rounded));
            default: return Faults.SparkplugValue;
        }
    }

    /// <summary>Signed types travel as two's complement in an unsigned field; only the datatype tells.</summary>
    private static Fault? Whole(ulong bits, byte datatype, int width, out long value)
    {
        value = 0;
        var signBit = datatype switch { 1 => 8, 2 => 16, 3 => 32, 4 => 64, 0 => width, _ => 0 };
        if (signBit > 0 && (bits >> (signBit - 1) & 1) != 0) return datatype == 0 ? Faults.SparkplugValue : Faults.NegativeValue;
        if (bits > (ulong)(Quantity.Max / Quantity.PerUnit)) return Faults.LargeValue;
        value = (long)bits * Quantity.PerUnit;
        return null;
    }

    private static Fault? Floating<T>(T number, out long value, out bool rounded) where T : struct, System.Numerics.IFloatingPoint<T>
    {
        (value, rounded) = (0, false);
        if (!T.IsFinite(number)) return Faults.SparkplugValue;
        Span<byte> text = stackalloc byte[ShortestMax];
        return number.TryFormat(text, out var length, "R", CultureInfo.InvariantCulture)
            ? Faults.Of(RegisterValue.Parse(text[..length], out value, out rounded))
            : Faults.SparkplugValue;
    }
}
