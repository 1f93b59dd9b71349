namespace MeterPipeline.Domain.Usage;

/// <summary>What finance has set aside for operating subsidies and top-ups together, yuan per division and season. Immutable.</summary>
public sealed class Budgets
{
    private readonly Dictionary<int, SortedDictionary<string, decimal>> seasons = [];

    private Budgets()
    {
    }

    public static Budgets None { get; } = new();

    /// <exception cref="ArgumentException">A season, code or sum cannot be read; names it and how it is written.</exception>
    public static Budgets Of(IEnumerable<(string Season, string Division, string? Yuan)> entries)
    {
        var budgets = new Budgets();
        foreach (var (season, division, text) in entries)
        {
            if (!HeatingSeason.TryParseName(season, out var autumn)) throw new ArgumentException($"Budgets:{season}: a season is written 2025-2026.");
            if (division.Length is < 2 or > 12 || !division.All(char.IsAsciiDigit))
                throw new ArgumentException($"Budgets:{season}:{division}: a division is its code, or the code without the zeros of lower levels, such as 1408.");
            if (!decimal.TryParse(text, System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out var yuan) || yuan > 1_000_000_000_000m)
                throw new ArgumentException($"Budgets:{season}:{division} is '{text}'; write yuan, such as 12000000.");
            if (!budgets.seasons.TryGetValue(autumn, out var known)) budgets.seasons[autumn] = known = new(StringComparer.Ordinal);
            known[Prefix(division)] = yuan;
        }
        return budgets;
    }

    /// <summary>The budget of a division: its own, else the sum of those set inside it; null: none is set.</summary>
    /// <param name="prefix">Division code without the zeros of lower levels; empty: everything.</param>
    public decimal? In(int autumn, string prefix)
    {
        if (!seasons.TryGetValue(autumn, out var known)) return null;
        if (known.TryGetValue(prefix, out var own)) return own;
        var (sum, last) = ((decimal?)null, (string?)null);
        foreach (var (division, yuan) in known)
        {
            if (!division.StartsWith(prefix, StringComparison.Ordinal)) continue;
            // Codes come in order, so what lies inside a division counted already follows it directly.
            if (last is not null && division.StartsWith(last, StringComparison.Ordinal)) continue;
            (sum, last) = ((sum ?? 0) + yuan, division);
        }
        return sum;
    }

    private static string Prefix(string code)
    {
        var length = code.TrimEnd('0').Length;
        foreach (var level in (ReadOnlySpan<int>)[2, 4, 6, 9, 12])
            if (level >= length) return code.PadRight(12, '0')[..level];
        return code;
    }
}
