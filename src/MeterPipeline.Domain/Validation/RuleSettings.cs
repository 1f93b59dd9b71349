using System.Globalization;

namespace MeterPipeline.Domain.Validation;

/// <summary>What every rule goes by: its default, another number, or off. Immutable.</summary>
public sealed class RuleSettings
{
    private const int Off = -1;
    private readonly int[] values = [.. Rules.All.Select(rule => rule.Setting?.Default ?? 0)];

    private RuleSettings()
    {
    }

    public static RuleSettings Default { get; } = new();

    /// <summary>Reads settings by rule name; hyphens and case do not matter.</summary>
    /// <param name="named">Rule and value: a number, <c>on</c> (the default) or <c>off</c>.</param>
    /// <exception cref="ArgumentException">No such rule, or no such value for it; names both and what is allowed.</exception>
    public static RuleSettings Of(IEnumerable<KeyValuePair<string, string?>> named)
    {
        var settings = new RuleSettings();
        foreach (var (name, value) in named)
        {
            var rule = Rules.All.FirstOrDefault(r => string.Equals(Plain(r.Name), Plain(name), StringComparison.OrdinalIgnoreCase))
                ?? throw new ArgumentException($"There is no validation rule '{name}'. Rules: {string.Join(", ", Rules.All.Select(r => r.Name))}.");
            settings.values[(int)rule.Id] = Read(rule, value?.Trim() ?? "");
        }
        return settings;
    }

    public bool IsOff(RuleId rule) => values[(int)rule] == Off;

    /// <summary>The number a rule goes by, in its unit; 0 where it has none.</summary>
    /// <exception cref="InvalidOperationException">The rule is off.</exception>
    public int this[RuleId rule] => IsOff(rule) ? throw new InvalidOperationException($"Rule {Rules.Of(rule).Name} is off.") : values[(int)rule];

    /// <summary>For people: <c>7 days</c>, <c>on</c>, <c>off</c>.</summary>
    public string Text(RuleId rule) =>
        IsOff(rule) ? "off" : Rules.Of(rule).Setting is { } setting ? $"{values[(int)rule].ToString(CultureInfo.InvariantCulture)} {setting.Unit}" : "on";

    private static int Read(Rule rule, string value)
    {
        var holds = rule.Severity == Severity.Hold;
        if (value.Equals("on", StringComparison.OrdinalIgnoreCase)) return rule.Setting?.Default ?? 0;
        if (value.Equals("off", StringComparison.OrdinalIgnoreCase) && !holds) return Off;
        if (rule.Setting is { } setting && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= setting.Min && number <= setting.Max) return number;
        var numbers = rule.Setting is { } range ? $"{range.Min} to {range.Max} {range.Unit}, " : "";
        throw new ArgumentException($"Validation rule {rule.Name} is set to '{value}'; write {numbers}on{(holds ? "" : " or off")}.");
    }

    private static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal);
}
