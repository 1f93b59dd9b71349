using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Web.Boards;

/// <summary>Levels of administrative division codes: 2 province, 4 city, 6 county, 9 township, 12 village; a higher level is padded with zeros.</summary>
public static class DivisionCode
{
    public const int VillageLength = 12;
    private static readonly int[] Lengths = [2, 4, 6, 9, VillageLength];

    /// <summary>Reads a code or prefix; the answer is cut to its level. Empty text is the whole territory.</summary>
    public static bool TryReadPrefix(string? text, out string prefix)
    {
        prefix = "";
        if (string.IsNullOrEmpty(text)) return true;
        if (text.Length > VillageLength || !text.All(char.IsAsciiDigit) || text.All(c => c == '0')) return false;
        var length = text.TrimEnd('0').Length;
        foreach (var level in Lengths)
        {
            if (level < length) continue;
            prefix = text.PadRight(VillageLength, '0')[..level];
            return true;
        }
        return false;
    }

    /// <summary>Reads codes or prefixes with commas between them; no text is no code, which stands for everything.</summary>
    public static bool TryReadList(string? text, out IReadOnlyList<string> prefixes)
    {
        var read = new List<string>();
        prefixes = read;
        foreach (var code in (text ?? "").Split([',', '，', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!TryReadPrefix(code, out var prefix)) return false;
            if (!read.Contains(prefix)) read.Add(prefix);
        }
        return true;
    }

    public static string Full(string prefix) => prefix.PadRight(VillageLength, '0');

    /// <summary>The name, or the code where the registry has none.</summary>
    public static string NameOf(RegistrySnapshot registry, string prefix) =>
        registry.Divisions.TryGetValue(Full(prefix), out var division) ? division.Name : Full(prefix);

    /// <summary>The first level below a prefix at which villages part; villages themselves where they never do.</summary>
    public static int ChildLength(string prefix, IReadOnlyCollection<string> villages)
    {
        foreach (var level in Lengths)
        {
            if (level <= prefix.Length || level < Lengths[1]) continue;
            if (level == VillageLength || villages.Any(v => string.CompareOrdinal(v, 0, villages.First(), 0, level) != 0)) return level;
        }
        return VillageLength;
    }

    /// <summary>Prefixes of the levels above, city first, without the prefix itself.</summary>
    public static IEnumerable<string> Above(string prefix) => Lengths.Where(level => level >= 4 && level < prefix.Length).Select(level => prefix[..level]);

    /// <summary>Every prefix that a village's code begins with, everything first, its own code last.</summary>
    public static IEnumerable<string> AtAndAbove(string village) => Lengths.Where(level => level < village.Length).Select(level => village[..level]).Prepend("").Append(village);
}
