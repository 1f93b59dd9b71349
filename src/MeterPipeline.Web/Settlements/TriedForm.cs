using MeterPipeline.Web.Access;
using Microsoft.AspNetCore.Http;

namespace MeterPipeline.Web.Settlements;

/// <summary>A form that was refused: what somebody typed stands in it again, or beside it where the page has no such form any more.</summary>
/// <param name="Path">Last part of the address that it was sent to.</param>
internal sealed record TriedForm(string Path, IFormCollection Fields)
{
    /// <param name="household">Of one of several forms with the same path; null: there is one only.</param>
    public bool Is(string path, string? household) => Path == path && (household is null || Fields["household"] == household);

    /// <summary>What was typed, as text that can be copied.</summary>
    public Markup Kept(SettlementTexts words) => Markup.Of($"""
        <section class="card"><h2>{words.Typed}</h2><dl class="registry">{Fields.Where(field => field.Key != FormTokens.Field && field.Value.ToString().Length > 0)
            .Select(field => Markup.Of($"<div><dt>{field.Key}</dt><dd>{field.Value.ToString()}</dd></div>"))}</dl></section>
        """);
}

/// <summary>A field of a form that does a step.</summary>
/// <param name="Value">What stands in it before anybody types.</param>
internal sealed record StepField(string Name, string Label, bool Required, string Value, bool IsDay = false)
{
    private const int NoteMax = 500, TextMax = 64;

    public static StepField Day(string name, string label, Domain.LocalDay today) => new(name, label, true, today.ToString(), IsDay: true);

    public static StepField Line(string name, string label, bool required, string value = "") => new(name, label, required, value);

    /// <param name="typed">Null: nothing yet.</param>
    public Markup Input(IFormCollection? typed)
    {
        var (value, required) = (typed?[Name].ToString() ?? Value, Required ? new Markup(" required") : Markup.Empty);
        return IsDay ? Markup.Of($"<label>{Label}<input type=\"date\" name=\"{Name}\" value=\"{value}\"{required}></label>")
            : Markup.Of($"<label>{Label}<input name=\"{Name}\" value=\"{value}\" maxlength=\"{(Name == "note" ? NoteMax : TextMax)}\" autocomplete=\"off\"{required}></label>");
    }
}
