using MeterPipeline.Domain.Registry;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Registry;

/// <summary>Where a household's file is looked for.</summary>
internal sealed class SearchPage(PageFrame frame, string query, FoundLines? found, RegistrySnapshot registry)
{
    private readonly Texts texts = frame.Texts;
    private readonly RegistryTexts words = RegistryTexts.For(frame.Texts);

    public Markup Body() => Markup.Of($"""
        <div class="head"><h1>{words.Title}</h1>{(frame.MayReach(Right.ImportRegistry) ? Markup.Of($"<a class=\"button\" href=\"/registry/import\">{ImportTexts.For(texts).Title}</a>") : Markup.Empty)}</div>
        <section class="card"><form class="find" method="get" action="/registry" role="search"><label for="q">{words.SearchLabel}</label>
        <input type="search" id="q" name="q" value="{query}" maxlength="{RegistryDesk.QueryChars}" placeholder="{words.SearchHint}" autocomplete="off"><button>{words.Search}</button></form>
        <p class="hint">{words.SearchHint}</p></section>
        {(found is not null ? Results(found) : frame.Viewer.MaySee("") ? Tiles() : Markup.Empty)}
        """);

    private Markup Tiles() => Markup.Of($"""
        <div class="tiles four">{Tile(texts.HouseholdList, registry.Households.Count)}{Tile(words.Meters, registry.Meters.Count)}{Tile(words.Companies, registry.Companies.Count)}{Tile(words.Version, registry.Version)}</div>
        """);

    private Markup Results(FoundLines lines)
    {
        if (lines.Count == 0) return Markup.Of($"<section class=\"card\"><p class=\"empty\">{words.NoneFound}</p></section>");
        var rows = lines.Lines.Select(line => Markup.Of($"""
            <tr><th scope="row"><a href="{Link(line.Household.Id)}">{line.Household.Id}</a></th><td class="text" data-label="{texts.Name}">{Figures.Masked(line.Household.Name)}</td><td class="text" data-label="{texts.Division}">{Place(line.Household.Division)}</td><td class="text" data-label="{texts.Route}">{texts.Routes[line.Household.Route]}</td><td class="text" data-label="{texts.AcceptedOn}">{line.Household.AcceptedOn?.ToString() ?? "–"}</td><td class="text" data-label="{words.FoundBy}">{line.By}</td></tr>

            """));
        var title = Figures.Fill(lines.More ? words.FoundMore : words.Found, Figures.Count(lines.Count));
        return Markup.Of($"""
            <section class="card"><h2>{title}</h2><div class="scroll"><table class="cards">
            <thead><tr><th scope="col">{texts.HouseholdId}</th><th scope="col" class="text">{texts.Name}</th><th scope="col" class="text">{texts.Division}</th><th scope="col" class="text">{texts.Route}</th><th scope="col" class="text">{texts.AcceptedOn}</th><th scope="col" class="text">{words.FoundBy}</th></tr></thead>
            <tbody>{rows}</tbody></table></div>{Pager(lines)}</section>
            """);
    }

    private Markup Pager(FoundLines lines)
    {
        if (lines.Pages == 1) return Markup.Empty;
        var previous = lines.Page > 1 ? Markup.Of($"<a href=\"{PageLink(lines.Page - 1)}\">{texts.Previous}</a>") : Markup.Empty;
        var next = lines.Page < lines.Pages ? Markup.Of($"<a href=\"{PageLink(lines.Page + 1)}\">{texts.Next}</a>") : Markup.Empty;
        return Markup.Of($"<p class=\"pager\">{previous}<span>{Figures.Fill(texts.Page, lines.Page, lines.Pages, Figures.Count(lines.Count))}</span>{next}</p>");
    }

    /// <summary>Township and village: enough to tell villages of one name apart.</summary>
    private string Place(string division) => string.Join(' ', DivisionCode.Above(division).TakeLast(1).Append(division).Select(prefix => DivisionCode.NameOf(registry, prefix)));

    private string PageLink(int page) => $"/registry?q={Uri.EscapeDataString(query)}&page={page}";

    public static string Link(string household) => "/registry/households/" + Uri.EscapeDataString(household);

    private static Markup Tile(string label, long count) =>
        Markup.Of($"<div class=\"tile\"><div class=\"label\">{label}</div><div class=\"figure\">{Figures.Count(count)}</div></div>");
}
