using System.Globalization;
using System.Numerics;
using MeterPipeline.Domain.Policies;

namespace MeterPipeline.Policies;

/// <summary>Reads who bears a rule's subsidy: <c>shares</c> with fractions that add up to one.</summary>
internal static class ShareReader
{
    /// <summary>Keeps parts small enough for exact splitting.</summary>
    private const int MaxDenominator = 10_000;

    /// <summary>Times the households of the country, or the fen of an amount, it still fits 64 bits.</summary>
    private const int MaxCommon = 1_000_000;

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
        var levels = new List<(string Level, decimal? Most)>();
        var fractions = new List<(long Numerator, long Denominator)>();
        foreach (var item in at.Children(key, true, "level", "share", "most"))
        {
            var level = item.Word("level", true, RuleReader.Levels) is null ? null : item.Text("level", false);
            if (level is not null && levels.Exists(l => l.Level == level)) item.Report("level", $"Level '{level}' is named twice", "Write one line for each level.");
            var most = item.Number("most", false, 2, Section.MaxAmount);
            if (Fraction(item, "share") is not { } fraction || level is null) return [];
            levels.Add((level, most));
            fractions.Add(fraction);
        }
        var parts = Parts(at, key, fractions, "shares", "Correct 'share' of a level; thirds are written 1/3.");
        return [.. levels.Zip(parts, (level, part) => new FundingShare(level.Level, part, level.Most))];
    }

    /// <summary>Fractions as parts of their common denominator; empty where they do not add up to 1, which has then been reported.</summary>
    public static IReadOnlyList<long> Parts(Section at, string key, IReadOnlyList<(long Numerator, long Denominator)> fractions, string what, string remedy)
    {
        var sum = (Numerator: BigInteger.Zero, Denominator: BigInteger.One);
        foreach (var (numerator, denominator) in fractions) sum = (sum.Numerator * denominator + numerator * sum.Denominator, sum.Denominator * denominator);
        var common = fractions.Aggregate(BigInteger.One, (lcm, f) => lcm / BigInteger.GreatestCommonDivisor(lcm, f.Denominator) * f.Denominator);
        if (fractions.Count > 0 && sum.Numerator != sum.Denominator) at.Report(key, $"The {what} add up to {Shown(sum.Numerator, sum.Denominator)} instead of 1", remedy);
        else if (common > MaxCommon) at.Report(key, $"The {what} have no common denominator up to {MaxCommon}", "Write simpler fractions.");
        else return [.. fractions.Select(f => f.Numerator * (long)(common / f.Denominator))];
        return [];
    }

    /// <summary><c>1/3</c>, <c>0.4</c> or <c>1</c>, in lowest terms.</summary>
    public static (long Numerator, long Denominator)? Fraction(Section item, string key)
    {
        if (item.Text(key, true) is not { } text) return null;
        var parts = text.Split('/');
        if (parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var numerator)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var denominator) && denominator is > 0 and <= MaxDenominator && numerator <= denominator)
            return Lowest(numerator, denominator);
        if (parts.Length == 1 && item.Number(key, true, 4, 1) is { } number) return Lowest((long)(number * MaxDenominator), MaxDenominator);
        if (parts.Length != 1) item.Report(key, $"'{text}' is no fraction", $"Write two whole numbers such as 1/3, the second at most {MaxDenominator}.");
        return null;
    }

    private static (long, long) Lowest(long numerator, long denominator)
    {
        var common = (long)BigInteger.GreatestCommonDivisor(numerator, denominator);
        return (numerator / common, denominator / common);
    }

    private static string Shown(BigInteger numerator, BigInteger denominator)
    {
        var common = BigInteger.GreatestCommonDivisor(numerator, denominator);
        return denominator == common ? $"{numerator / common}" : $"{numerator / common}/{denominator / common}";
    }
}
