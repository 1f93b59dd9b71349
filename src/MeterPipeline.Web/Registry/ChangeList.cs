using MeterPipeline.Ledger;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Registry;

/// <summary>Changes as before → after, field by field.</summary>
internal sealed class ChangeList(Texts texts, ImportTexts words)
{
    public static Markup Arrow(string before, string after) => Markup.Of($"<del>{before}</del> → <ins>{after}</ins>");

    public Markup Row(AuditRow change)
    {
        var isNew = change.Before is null;
        var fields = RegistryHistory.Differences(change).Select(difference => Field(change.Kind, difference.Field, isNew, difference.Before, difference.After));
        return Markup.Of($"""
            <tr><th scope="row">{RegistryValues.Entity(texts, change.Kind, change.Id)}</th><td class="text"><span class="{(isNew ? "ok" : "grade")}">{(isNew ? words.Added : words.Changed)}</span></td><td class="text"><ul class="diff">{fields}</ul></td></tr>

            """);
    }

    private Markup Field(string kind, string field, bool isNew, string? before, string? after)
    {
        var (was, now) = (RegistryValues.Shown(texts, kind, field, before), RegistryValues.Shown(texts, kind, field, after));
        return Markup.Of($"<li>{RegistryValues.Field(texts, kind, field)} {(isNew ? Markup.Of($"<ins>{now}</ins>") : Arrow(was, now))}</li>");
    }
}
