using System.Globalization;
using System.Numerics;
using MeterPipeline.Domain.Policies;

namespace MeterPipeline.Policies;

/// <summary>Reads who bears a rule's subsidy: <c>shares</c> with fractions that add up to one.</summary>
internal static class ShareReader
{
    /// <summary>Keeps parts small enough for exact splitting.</summary>
    private const int MaxDenominator = 10_000;

    public static FundingShares Read(Section rule)
    {
        if (rule.Child("shares", false, "split", "areas") is not { } shares) return FundingShares.Unsaid;
        var standard = Split(shares, "split");
        var areas = new Dictionary<string, IReadOnlyList<FundingShare>>();
        if (shares.Child("areas", false, null) is { } overrides)
            foreach (var area in overrides.Keys)
            {
                if (!PolicyReader.IsAreaPrefix(area)) overrides.Report(area, $"'{area}' is no beginning of a division code", "Write 2, 4, 6, 9 or 12 digits, in quotes.");
                areas[area] = Split(overrides, area);
            }
        return new FundingShares(standard, areas);
    }

    private static List<FundingShare> Split(Section at, string key)
    {
        var (levels, sum) = (new List<(string Level, long Numerator, long Denominator, decimal? Most)>(), (Numerator: BigInteger.Zero, Denominator: BigInteger.One));
        foreach (var item in at.Children(key, true, "level", "share", "most"))
        {
            var level = item.Word("level", true, RuleReader.Levels) is null ? null : item.Text("level", false);
            if (level is not null && levels.Exists(l => l.Level == level)) item.Report("level", $"Level '{level}' is named twice", "Write one line for each level.");
            var most = item.Number("most", false, 2, Section.MaxAmount);
            if (Fraction(item) is not var (numerator, denominator) || level is null) return [];
            levels.Add((level, numerator, denominator, most));
            sum = (sum.Numerator * denominator + numerator * sum.Denominator, sum.Denominator * denominator);
        }
        if (levels.Count > 0 && sum.Numerator != sum.Denominator)
            at.Report(key, $"The shares add up to {Shown(sum.Numerator, sum.Denominator)} instead of 1", "Correct 'share' of a level; thirds are written 1/3.");
        var common = levels.Aggregate(1L, (lcm, l) => lcm / (long)BigInteger.GreatestCommonDivisor(lcm, l.Denominator) * l.Denominator);
        return [.. levels.Select(l => new FundingShare(l.Level, l.Numerator * (common / l.Denominator), l.Most))];
    }

    /// <summary><c>1/3</c>, <c>0.4</c> or <c>1</c>.</summary>
    private static (long Numerator, long Denominator)? Fraction(Section item)
    {
        if (item.Text("share", true) is not { } text) return null;
        var parts = text.Split('/');
        if (parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var numerator)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var denominator) && denominator is > 0 and <= MaxDenominator && numerator <= denominator)
            return (numerator, denominator);
        if (parts.Length == 1 && item.Number("share", true, 4, 1) is { } number) return ((long)(number * MaxDenominator), MaxDenominator);
        if (parts.Length != 1) item.Report("share", $"'{text}' is no fraction", $"Write two whole numbers such as 1/3, the second at most {MaxDenominator}.");
        return null;
    }

    private static string Shown(BigInteger numerator, BigInteger denominator)
    {
        var common = BigInteger.GreatestCommonDivisor(numerator, denominator);
        return denominator == common ? $"{numerator / common}" : $"{numerator / common}/{denominator / common}";
    }
}
