using System.Globalization;
using System.Text.Json;

namespace MeterPipeline.Ingest.Intake.Profiles;

/// <summary>
/// A JSON pointer (RFC 6901): <c>/ENERGY/Total</c>, <c>/values/0</c>; empty for the place itself. With <c>^</c> in front it counts from the
/// whole message instead of the item.
/// </summary>
public sealed class JsonPointer
{
    /// <summary>Steps of a pointer at most; JSON deeper than 16 is not read.</summary>
    private const int StepsMax = 16;

    private readonly string[] steps;

    private JsonPointer(string text, bool fromMessage, string[] steps) => (Text, FromMessage, this.steps) = (text, fromMessage, steps);

    /// <summary>As written.</summary>
    public string Text { get; }

    public bool FromMessage { get; }

    public static bool TryParse(string text, out JsonPointer pointer)
    {
        pointer = new JsonPointer(text, false, []);
        var fromMessage = text.StartsWith('^');
        var path = fromMessage ? text[1..] : text;
        if (path.Length > 0 && path[0] != '/') return false;
        var steps = path.Length == 0 ? [] : path[1..].Split('/');
        for (var i = 0; i < steps.Length; i++)
        {
            for (var at = steps[i].IndexOf('~', StringComparison.Ordinal); at >= 0; at = steps[i].IndexOf('~', at + 1))
                if (at + 1 == steps[i].Length || steps[i][at + 1] is not ('0' or '1')) return false;
            // In this order: ~01 stands for ~1 (RFC 6901, 4).
            steps[i] = steps[i].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        }
        pointer = new JsonPointer(text, fromMessage, steps);
        return steps.Length <= StepsMax;
    }

    /// <summary>What it points to; null where there is no such place.</summary>
    public JsonElement? Find(JsonElement item, JsonElement message)
    {
        var at = FromMessage ? message : item;
        foreach (var step in steps)
        {
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(step, out var member)) at = member;
            else if (at.ValueKind == JsonValueKind.Array && Index(step) is { } index && index < at.GetArrayLength()) at = at[index];
            else return null;
        }
        return at;
    }

    private static int? Index(string step) =>
        (step == "0" || !step.StartsWith('0')) && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;
}
