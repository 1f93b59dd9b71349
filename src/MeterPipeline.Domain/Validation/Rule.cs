namespace MeterPipeline.Domain.Validation;

/// <summary>What a rule's failure means: worth knowing, worth looking at, or the amount waits for a person.</summary>
public enum Severity : byte { Info, Warning, Hold }

/// <summary>What is asked of every meter day. The order is that of lists shown to people.</summary>
public enum RuleId : byte
{
    Gap, Stale, ProlongedEstimation, Duplicate, Conflict, Capacity, Negative, Spike, ZeroRun, SumCheck, InactiveMeter, WrongUnit, ClockSkew,
    RegisterReset, RegisterJump, RegisterDoubtful,
}

/// <summary>The number that a rule goes by; applied when a verdict is read, so that changing it folds nothing again.</summary>
/// <param name="Unit">What is counted: <c>days</c>, <c>%</c>, <c>messages</c>.</param>
/// <param name="Min">Least value allowed.</param>
/// <param name="Max">Greatest value allowed.</param>
public sealed record RuleSetting(string Unit, int Min, int Max, int Default);

/// <summary>One validation rule.</summary>
/// <param name="Setting">Null: the rule is either on or off. A rule that holds cannot be switched off.</param>
/// <param name="Asks">When a meter day fails it.</param>
public sealed record Rule(RuleId Id, Severity Severity, RuleSetting? Setting, string Asks)
{
    /// <summary>The stable word for files, exports and the API: <c>zero-run</c>.</summary>
    public string Name { get; } = Words.Of(Id);
}

/// <summary>The rule catalogue.</summary>
public static class Rules
{
    private const int SeasonDays = 200;
    private const int MessagesMax = 1_000_000;

    /// <summary>Every rule, at the index of its id.</summary>
    public static IReadOnlyList<Rule> All { get; } =
    [
        new(RuleId.Gap, Severity.Warning, new("days", 0, SeasonDays, 0), "It lies in a run of days without a reading that is longer than the setting."),
        // Head-ends read the last three days again: what is missing for longer does not come by itself.
        new(RuleId.Stale, Severity.Warning, new("days", 0, SeasonDays, 3), "The meter has been silent from before it until now, for longer than the setting."),
        new(RuleId.ProlongedEstimation, Severity.Warning, new("days", 0, SeasonDays, 3), "It lies in a run of days cut out of long steps, longer than the setting."),
        // A concentrator that sends each daily freeze four times is in order.
        new(RuleId.Duplicate, Severity.Info, new("%", 0, 100, 80), "Of what the meter's company sent on that day of receipt, more than the setting was sent before."),
        new(RuleId.Conflict, Severity.Warning, null, "Two values of the same revision at one time."),
        new(RuleId.Capacity, Severity.Warning, new("%", 1, 125, 100), "More than the setting of capacity × 24 h, or a register that jumped beyond it."),
        new(RuleId.Negative, Severity.Warning, null, "The register went back, for a moment or for good."),
        new(RuleId.Spike, Severity.Warning, null, "An implausibly high reading that the next one disproved."),
        new(RuleId.ZeroRun, Severity.Info, new("days", 2, SeasonDays, 7), "It lies in a run of days without consumption that is at least as long as the setting."),
        new(RuleId.SumCheck, Severity.Warning, new("%", 0, 100, 1), "T1 to T4 together advanced otherwise than the total by more than the setting."),
        new(RuleId.InactiveMeter, Severity.Warning, null, "A reading before installation or after removal."),
        new(RuleId.WrongUnit, Severity.Warning, new("messages", 0, MessagesMax, 0), "More messages in a wrong unit were received on that day than the setting."),
        new(RuleId.ClockSkew, Severity.Warning, new("messages", 0, MessagesMax, 0), "More messages with an impossible time were received on that day than the setting."),
        new(RuleId.RegisterReset, Severity.Hold, null, "The register went back and went on from there; nobody recorded an exchange."),
        new(RuleId.RegisterJump, Severity.Hold, null, "The register jumped beyond the meter's capacity and went on from there."),
        new(RuleId.RegisterDoubtful, Severity.Hold, null, "The newest readings are doubtful and nothing has settled the doubt yet."),
    ];

    public static Rule Of(RuleId id) => All[(int)id];

    /// <summary>The rule that a reason of quarantine speaks of; null: none, the message says nothing about a registered meter.</summary>
    public static RuleId? OfQuarantine(string reason) => reason switch
    {
        "wrong-unit" => RuleId.WrongUnit,
        "time-in-future" or "time-too-old" => RuleId.ClockSkew,
        _ => null,
    };
}

/// <summary>Stable words of enumeration values: <c>ZeroRun</c> is <c>zero-run</c>.</summary>
public static class Words
{
    public static string Of<T>(T value) where T : struct, Enum =>
        string.Concat(value.ToString().Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
