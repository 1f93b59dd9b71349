using System.Globalization;
using System.Text.RegularExpressions;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Web.Pages;

/// <summary>What a hold rests on, in the reader's language: the evidence is stored as one text, by which it is compared.</summary>
internal static partial class EvidenceWords
{
    /// <summary>Of its print: enough to tell one from another.</summary>
    private const int PrintChars = 8;

    /// <summary>A dash where a person placed the hold; what is no list of days is shown as it is stored.</summary>
    public static string Of(Texts texts, string evidence, HeatingRoute route)
    {
        if (evidence.Length == 0) return "–";
        if (Days().Match(evidence) is not { Success: true } match) return evidence;
        var (first, last, count) = (match.Groups[1].Value, match.Groups[2].Value, int.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture));
        var quantity = decimal.Parse(match.Groups[4].Value, CultureInfo.InvariantCulture).ToString("#,0.00", CultureInfo.InvariantCulture);
        var (unit, print, english) = (route == HeatingRoute.CoalToGas ? "m³" : "kWh", match.Groups[5].Value[..PrintChars], texts == Texts.English);
        var days = first == last ? first : $"{first} – {last}";
        return Figures.Fill(
            english ? "{0}, {1} {1:day|days}; up to {2} {3} may be missing (#{4})" : "{0}，{1} 天；最多可能少计 {2} {3}（#{4}）", days, count, quantity, unit, print);
    }

    [GeneratedRegex(@"^(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d), (\d{1,4}) d, \+(\d{1,20}\.\d{4}), #([0-9A-F]{16})$", RegexOptions.CultureInvariant)]
    private static partial Regex Days();
}
