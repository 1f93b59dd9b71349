using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace MeterPipeline.Policies;

/// <summary>A YAML mapping that reports what it misses and what nobody asked for, with line and column.</summary>
internal sealed class YamlMap(string file, YamlMappingNode node, List<PolicyProblem> problems)
{
    private readonly HashSet<string> asked = new(StringComparer.Ordinal);

    /// <summary>Reports a problem at a key's value, or at the mapping where the key is missing.</summary>
    public void Report(string? key, string message) => ReportAt(key is null ? node : Find(key) ?? node, message);

    public string Text(string key, string fallback = "")
    {
        if (Scalar(key, required: true) is { } text) return text;
        return fallback;
    }

    public string? OptionalText(string key) => Scalar(key, required: false);

    public int Whole(string key)
    {
        if (Scalar(key, required: true) is not { } text) return 0;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        Report(key, $"'{text}' is not a whole number from 0.");
        return 0;
    }

    /// <summary>Yuan, exact; null where it is missing or wrong.</summary>
    public decimal? Yuan(string key, bool required, int decimals)
    {
        if (Scalar(key, required) is not { } text) return null;
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var yuan))
            Report(key, $"'{text}' is not a number. Write yuan with a point, such as 0.1.");
        else if (yuan < 0) Report(key, $"{text} is negative.");
        else if (decimal.Round(yuan, decimals) != yuan) Report(key, $"{text} has more than {decimals} decimals.");
        else return yuan;
        return null;
    }

    public bool Truth(string key)
    {
        if (Scalar(key, required: false) is not { } text || text == "false") return false;
        if (text == "true") return true;
        Report(key, $"'{text}' is neither true nor false.");
        return false;
    }

    /// <summary>One of <paramref name="words"/>; null where it is missing or another.</summary>
    public T? Word<T>(string key, IReadOnlyDictionary<string, T> words) where T : struct
    {
        if (Scalar(key, required: true) is not { } text) return null;
        if (words.TryGetValue(text, out var value)) return value;
        Report(key, $"Unknown {key} '{text}'. Known: {string.Join(", ", words.Keys)}.");
        return null;
    }

    public IReadOnlyList<T> Words<T>(string key, IReadOnlyDictionary<string, T> words) where T : struct
    {
        var found = new List<T>();
        foreach (var item in Items(key))
        {
            if (item is YamlScalarNode { Value: { } text } && words.TryGetValue(text, out var value)) found.Add(value);
            else ReportAt(item, $"Unknown {key} '{item}'. Known: {string.Join(", ", words.Keys)}.");
        }
        return found;
    }

    public IReadOnlyList<string> Texts(string key) => [.. Items(key).OfType<YamlScalarNode>().Select(item => item.Value ?? "")];

    public YamlMap? Map(string key)
    {
        asked.Add(key);
        switch (Find(key))
        {
            case YamlMappingNode map:
                return new YamlMap(file, map, problems);
            case null:
                Report(null, $"{key} is missing.");
                return null;
            case var other:
                ReportAt(other, $"{key} must be a mapping.");
                return null;
        }
    }

    public IEnumerable<YamlMap> Maps(string key)
    {
        foreach (var item in Items(key))
        {
            if (item is YamlMappingNode map) yield return new YamlMap(file, map, problems);
            else ReportAt(item, $"An item of {key} must be a mapping.");
        }
    }

    /// <summary>Keys and values of an optional mapping of text lists.</summary>
    public IEnumerable<(string Key, IReadOnlyList<string> Values, Action<string> Report)> Lists(string key)
    {
        asked.Add(key);
        if (Find(key) is not YamlMappingNode map) yield break;
        foreach (var (name, value) in map.Children)
            yield return (name.ToString(), value is YamlSequenceNode list ? [.. list.Select(i => i.ToString())] : [], message => ReportAt(value, message));
    }

    /// <summary>Reports every key that was not asked for.</summary>
    public void Close()
    {
        foreach (var key in node.Children.Keys)
            if (!asked.Contains(key.ToString()))
                ReportAt(key, $"Unknown key '{key}'.{DidYouMean(key.ToString())} Known: {string.Join(", ", asked.Order(StringComparer.Ordinal))}.");
    }

    private IEnumerable<YamlNode> Items(string key)
    {
        asked.Add(key);
        switch (Find(key))
        {
            case YamlSequenceNode list:
                return list;
            case null:
                Report(null, $"{key} is missing. Write [] where there is none.");
                return [];
            case var other:
                ReportAt(other, $"{key} must be a list.");
                return [];
        }
    }

    private string? Scalar(string key, bool required)
    {
        asked.Add(key);
        switch (Find(key))
        {
            case YamlScalarNode { Value: { Length: > 0 } text }:
                return text;
            case null when !required:
                return null;
            case null:
                Report(null, $"{key} is missing.");
                return null;
            case var other:
                ReportAt(other, $"{key} must be a single value.");
                return null;
        }
    }

    private YamlNode? Find(string key) => node.Children.TryGetValue(new YamlScalarNode(key), out var found) ? found : null;

    private void ReportAt(YamlNode at, string message) => problems.Add(new PolicyProblem(file, at.Start.Line, at.Start.Column, message));

    private string DidYouMean(string key) =>
        asked.FirstOrDefault(known => Distance(known, key) <= 2) is { } close ? $" Did you mean '{close}'?" : "";

    /// <summary>Edits between two words (Levenshtein).</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[b.Length];
    }
}
