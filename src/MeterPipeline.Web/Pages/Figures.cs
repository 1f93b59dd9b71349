using System.Globalization;
using MeterPipeline.Domain;

namespace MeterPipeline.Web.Pages;

/// <summary>Numbers as the pages show them: grouped, with a point. The API gives the exact ones.</summary>
internal static class Figures
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;
    private static readonly Words Filling = new();

    public static string Count(long count) => count.ToString("#,0", Invariant);

    /// <summary>Quantity in whole kWh or m³ with two decimals, cut by the format's rounding.</summary>
    public static string Amount(long quantity) => Quantity.ToDecimal(quantity).ToString("#,0.00", Invariant);

    /// <summary>All four decimals.</summary>
    public static string Exact(long quantity) => Quantity.ToDecimal(quantity).ToString("#,0.0000", Invariant);

    /// <summary>Every decimal that money has before it is rounded, at least two.</summary>
    public static string Exact(decimal yuan) => yuan.ToString("#,0.00######", Invariant);

    public static string Rate(decimal yuan) => yuan.ToString("0.####", Invariant);

    public static string Yuan(decimal yuan) => yuan.ToString("#,0.00", Invariant);

    public static string Percent(decimal? percent) => percent is { } known ? known.ToString("0.0", Invariant) + "%" : "–";

    /// <summary>Local date and time to the second.</summary>
    public static string Time(long instantMs) =>
        DateTimeOffset.FromUnixTimeMilliseconds(instantMs).ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss", Invariant);

    /// <summary>The first character and 某: enough to recognise one's own row, too little to name a person.</summary>
    public static string Masked(string name)
    {
        if (name.Length == 0) return "–";
        var first = new StringInfo(name).SubstringByTextElements(0, 1);
        return first + "某";
    }

    /// <summary>Fills in <c>{0}</c> and so on; <c>{0:day|days}</c> is the first word where the value is one, and the second otherwise.</summary>
    public static string Fill(string text, params object?[] values) => string.Format(Filling, text, values);

    private sealed class Words : IFormatProvider, ICustomFormatter
    {
        public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : Invariant.GetFormat(formatType);

        public string Format(string? format, object? arg, IFormatProvider? formatProvider)
        {
            var shown = arg is IFormattable value ? value.ToString(null, Invariant) : $"{arg}";
            if (format?.Split('|') is [var one, var many]) return shown == "1" ? one : many;
            return arg is IFormattable exact ? exact.ToString(format, Invariant) : shown;
        }
    }
}
