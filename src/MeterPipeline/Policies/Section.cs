using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace MeterPipeline.Policies;

/// <summary>
/// A mapping in a policy file and its known keys. Reading reports what is wrong with its place and goes on with a null, so that one
/// run names every problem. Not thread-safe.
/// </summary>
internal sealed class Section
{
    /// <summary>Yuan per household and season; the highest cap found in any real rule is 2865.</summary>
    public const decimal MaxAmount = 1_000_000;

    public static readonly IReadOnlyDictionary<string, bool> YesNo = new Dictionary<string, bool> { ["true"] = true, ["false"] = false };

    private readonly string file;
    private readonly List<PolicyProblem> problems;
    private readonly YamlNode place;
    private readonly Dictionary<string, YamlNode> values = new(StringComparer.Ordinal);

    /// <summary>Keys that a misspelt one stands for: not missing as well.</summary>
    private readonly HashSet<string> misspelt = [];

    /// <param name="known">Keys that may stand here; null: any.</param>
    public Section(string file, YamlNode node, List<PolicyProblem> problems, params string[]? known)
    {
        (this.file, this.problems, place) = (file, problems, node);
        if (node is not YamlMappingNode mapping)
        {
            Report(node, "Expected keys with values here", known is null ? "Write key: value." : $"Known keys: {string.Join(", ", known)}.");
            return;
        }
        foreach (var (keyNode, value) in mapping.Children)
        {
            var key = (keyNode as YamlScalarNode)?.Value ?? "";
            if (known is null || known.Contains(key)) values[key] = value;
            else
            {
                Report(keyNode, $"Unknown key '{key}'", Meant(key, known));
                if (Spelling.Nearest(key, known) is { } near) misspelt.Add(near);
            }
        }
    }

    public IEnumerable<string> Keys => values.Keys;

    public void Report(YamlNode node, string message, string remedy) =>
        problems.Add(new PolicyProblem(file, node.Start.Line, node.Start.Column, message, remedy));

    public void Report(string key, string message, string remedy) => Report(values.GetValueOrDefault(key) ?? place, message, remedy);

    /// <summary>The value of a key; null where it is missing or empty.</summary>
    public YamlNode? Node(string key, bool required)
    {
        if (values.TryGetValue(key, out var node) && !IsEmpty(node)) return node;
        if (required && !misspelt.Contains(key)) Report(node ?? place, node is null ? $"Key '{key}' is missing" : $"'{key}' is empty", "See README.md beside the shipped policies.");
        return null;
    }

    public Section? Child(string key, bool required, params string[]? known) =>
        Node(key, required) is { } node ? new Section(file, node, problems, known) : null;

    /// <summary>A section for each element of a list.</summary>
    public List<Section> Children(string key, bool required, params string[] known) =>
        [.. Items(key, required).Select(item => new Section(file, item, problems, known))];

    /// <summary>The elements of a list, reported where it is none.</summary>
    public IReadOnlyList<YamlNode> Items(string key, bool required)
    {
        if (Node(key, required) is not { } node) return [];
        if (node is YamlSequenceNode list) return [.. list.Children];
        Report(node, $"'{key}' must be a list", $"Write {key}: [a, b], or one '- ' line for each.");
        return [];
    }

    public string? Text(string key, bool required) => Node(key, required) is { } node ? TextOf(node, key) : null;

    public string? TextOf(YamlNode node, string key)
    {
        if (node is YamlScalarNode scalar && !string.IsNullOrWhiteSpace(scalar.Value)) return scalar.Value.Trim();
        Report(node, $"'{key}' must be a single value", "Write text or a number.");
        return null;
    }

    /// <summary>One of the words; reports others with the nearest.</summary>
    public T? Word<T>(string key, bool required, IReadOnlyDictionary<string, T> words) where T : struct =>
        Node(key, required) is { } node ? WordOf(node, key, words) : null;

    public T? WordOf<T>(YamlNode node, string key, IReadOnlyDictionary<string, T> words) where T : struct
    {
        if (TextOf(node, key) is not { } text) return null;
        if (words.TryGetValue(text, out var value)) return value;
        Report(node, $"'{text}' is not a value of '{key}'", Meant(text, words.Keys));
        return null;
    }

    /// <summary>An exact decimal from 0 to <paramref name="max"/>.</summary>
    public decimal? Number(string key, bool required, int decimals, decimal max)
    {
        if (Text(key, required) is not { } text) return null;
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        // decimal.Parse rounds silently beyond 28 digits, so the length is part of the syntax.
        if (text.Length > 28 || !decimal.TryParse(text, Style, CultureInfo.InvariantCulture, out var number))
            Report(key, $"'{text}' is not a number", "Write digits with a decimal point, such as 0.1.");
        else if (number < 0)
            Report(key, $"'{key}' is negative: {text}", "Write the amount without a sign; recoveries are adjustments, not rules.");
        else if (number > max)
            Report(key, $"'{key}' is {text}, more than {max.ToString(CultureInfo.InvariantCulture)}", "Check the unit: amounts are yuan, rates are yuan per kWh or m³.");
        else if (number != decimal.Round(number, decimals))
            Report(key, $"'{key}' has more than {decimals} decimals: {text}", "Finer amounts cannot be stored exactly.");
        else
            return number;
        return null;
    }

    public static string Meant(string written, IEnumerable<string> known) =>
        Spelling.Nearest(written, known) is { } near ? $"Did you mean '{near}'?" : $"Known: {string.Join(", ", known)}.";

    private static bool IsEmpty(YamlNode node) =>
        node is YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: null or "" or "~" or "null" };
}
