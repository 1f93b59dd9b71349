using MeterPipeline.Domain;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Web.Pages;

/// <summary>The head of a page about a division in a season: the way back up, the title, the season, and what else can be chosen.</summary>
/// <param name="path">Of the page.</param>
internal sealed class PlaceHead(PageFrame frame, Place place, RegistrySnapshot registry, IReadOnlyList<int> autumns, string path)
{
    private readonly Texts texts = frame.Texts;

    public string Season => HeatingSeason.NameOf(place.Autumn);

    /// <param name="title">What the page is about; the division is named after it.</param>
    /// <param name="chosen">Query values that stay when another season is chosen.</param>
    public Markup Head(string title, params (string Name, string Value)[] chosen)
    {
        var options = autumns.Select(autumn => Option(HeatingSeason.NameOf(autumn), HeatingSeason.NameOf(autumn), autumn == place.Autumn));
        var hidden = chosen.Prepend(("division", place.Prefix.Length == 0 ? "" : DivisionCode.Full(place.Prefix))).Where(value => value.Item2.Length > 0)
            .Select(value => Markup.Of($"<input type=\"hidden\" name=\"{value.Item1}\" value=\"{value.Item2}\">"));
        return Markup.Of($"""
            <div class="head">{Title(title)}
            <form method="get" action="{path}" data-region="season">{hidden}<label for="season">{texts.Season}</label><select id="season" name="season">{options}</select><button>{texts.Show}</button></form></div>
            """);
    }

    /// <summary>The way back up, and the title with the division after it.</summary>
    public Markup Title(string title) => Markup.Of($"""
        <div><nav class="crumbs" aria-label="{texts.Division}">{Crumbs()}</nav>
        <h1>{title}{(place.Prefix.Length == 0 ? Markup.Empty : Markup.Of($"<small>{DivisionCode.NameOf(registry, place.Prefix)}</small>"))}</h1></div>
        """);

    /// <summary>This page, elsewhere or otherwise.</summary>
    public string Link(string prefix, params (string Name, string Value)[] more) => To(path, prefix, more);

    /// <summary>Another page about the same season.</summary>
    public string To(string other, string prefix, params (string Name, string Value)[] more) => Address(other, Season, prefix, more);

    /// <summary>
    /// What the page asks the API for. A season that it does not name is not named there either: the answer is another one as soon as a newer season has its
    /// first data, and the page goes over to it.
    /// </summary>
    public string Api(string answer, string prefix, params (string Name, string Value)[] more) => Address(answer, place.NamesSeason ? Season : "", prefix, more);

    public string Household(string id) => $"/households/{Uri.EscapeDataString(id)}?season={Season}";

    /// <summary>As the registry names it; as it signs in where the registry does not know it.</summary>
    public static string Company(RegistrySnapshot registry, string id) => registry.Companies.GetValueOrDefault(id)?.Name ?? (id.Length == 0 ? "–" : id);

    private static string Address(string path, string season, string prefix, (string Name, string Value)[] more)
    {
        (string Name, string Value)[] asked = [("season", season), ("division", prefix.Length == 0 ? "" : DivisionCode.Full(prefix)), .. more];
        var query = string.Join('&', asked.Where(value => value.Value.Length > 0).Select(value => $"{value.Name}={Uri.EscapeDataString(value.Value)}"));
        return query.Length == 0 ? path : $"{path}?{query}";
    }

    public string NameOf(string prefix) => DivisionCode.NameOf(registry, prefix);

    public string Company(string id) => Company(registry, id);

    /// <summary>Where a household lives, as a link to its village.</summary>
    public Markup Village(Household household) =>
        Markup.Of($"<a class=\"quiet\" href=\"{To("/", household.Division)}\">{DivisionCode.NameOf(registry, household.Division)}</a>");

    public static Markup Option(string value, string text, bool selected) =>
        Markup.Of($"<option value=\"{value}\"{(selected ? new Markup(" selected") : Markup.Empty)}>{text}</option>");

    /// <summary>How old the board is; or that the first is being drawn.</summary>
    public static Markup Age(Texts texts, UseBoard? board, (int Done, int Of) progress) => board is { Age: { } age }
        ? Markup.Of($"<p class=\"hint age\">{Figures.Fill(texts.Boards.AsOf, Figures.Time(age.Drawn), Figures.Count(age.FoldedSeq), Figures.Count(age.Redrawn), (age.CostMs / 1000m).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture))}</p>")
        : Markup.Of($"<p class=\"empty\">{Figures.Fill(texts.Boards.Drawing, Figures.Count(progress.Done), Figures.Count(progress.Of))}</p>");

    /// <summary>Links to other pages of a list; nothing where there is one only.</summary>
    public static Markup Pager<T>(Texts texts, Paged<T> page, Func<int, string> link)
    {
        if (page.Pages == 1) return Markup.Empty;
        var previous = page.Page > 1 ? Markup.Of($"<a rel=\"prev\" href=\"{link(page.Page - 1)}\">{texts.Previous}</a>") : Markup.Empty;
        var next = page.Page < page.Pages ? Markup.Of($"<a rel=\"next\" href=\"{link(page.Page + 1)}\">{texts.Next}</a>") : Markup.Empty;
        return Markup.Of($"<p class=\"pager\">{previous}<span>{Figures.Fill(texts.Boards.Rows, page.Page, page.Pages, Figures.Count(page.Count))}</span>{next}</p>");
    }

    private IEnumerable<Markup> Crumbs()
    {
        if (place.Prefix.Length == 0) yield break;
        if (frame.Viewer.MaySee("")) yield return Markup.Of($"<a href=\"{Link("")}\">{texts.Territory}</a>");
        foreach (var above in DivisionCode.Above(place.Prefix))
            if (frame.Viewer.MaySee(above) && registry.Divisions.ContainsKey(DivisionCode.Full(above)))
                yield return Markup.Of($"<a href=\"{Link(above)}\">{DivisionCode.NameOf(registry, above)}</a>");
    }
}
