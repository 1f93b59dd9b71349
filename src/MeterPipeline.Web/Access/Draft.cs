using Microsoft.AspNetCore.Http;

namespace MeterPipeline.Web.Access;

/// <summary>
/// What somebody had typed when their session was over. It travels in the page itself, as hidden fields of the sign-in form, so it needs no memory of
/// ours and any node can give it back. Passwords are left out: they are typed again.
/// </summary>
internal sealed record Draft(IReadOnlyList<KeyValuePair<string, string>> Fields)
{
    /// <summary>Bytes of a form that carries another one along: its values encoded again, its names longer.</summary>
    public const long BodyMax = 4 * Mark.FormMax;

    private const string Prefix = "draft.";

    public static Draft None { get; } = new([]);

    public bool IsEmpty => Fields.Count == 0;

    /// <summary>The fields of a form that came too late.</summary>
    public static Draft Of(IFormCollection form) => new([.. All(form).Where(field => field.Key != FormTokens.Field && !field.Key.Contains("password", StringComparison.Ordinal))]);

    /// <summary>The fields that a sign-in form carried along.</summary>
    public static Draft CarriedBy(IFormCollection form) => new(
        [.. All(form).Where(field => field.Key.StartsWith(Prefix, StringComparison.Ordinal)).Select(field => KeyValuePair.Create(field.Key[Prefix.Length..], field.Value))]);

    /// <summary>To be carried along by another form.</summary>
    public Markup Carried() => Inputs(Prefix);

    /// <summary>To be sent where they were meant for.</summary>
    public Markup Own() => Inputs("");

    private Markup Inputs(string prefix) =>
        Markup.Join(Fields.Select(field => Markup.Of($"<input type=\"hidden\" name=\"{prefix + field.Key}\" value=\"{field.Value}\">")));

    private static IEnumerable<KeyValuePair<string, string>> All(IFormCollection form) =>
        form.SelectMany(field => field.Value.Select(value => KeyValuePair.Create(field.Key, value ?? "")));
}
