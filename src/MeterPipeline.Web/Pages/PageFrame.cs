using MeterPipeline.Web.Access;
using MeterPipeline.Web.Assets;
using Microsoft.AspNetCore.Http;

namespace MeterPipeline.Web.Pages;

/// <summary>One request for a page: language, and the frame around every page.</summary>
internal sealed class PageFrame
{
    private const string LanguageCookie = "lang";
    private static readonly TimeSpan LanguageKept = TimeSpan.FromDays(365);
    private readonly HttpContext context;
    private readonly AssetFiles assets;

    public PageFrame(HttpContext context, AssetFiles assets)
    {
        (this.context, this.assets) = (context, assets);
        var asked = context.Request.Query["lang"].ToString();
        Texts = Texts.For(asked.Length > 0 ? asked : context.Request.Cookies[LanguageCookie]);
        if (asked.Length > 0)
        {
            context.Response.Cookies.Append(
                LanguageCookie, Texts.Code, new CookieOptions { SameSite = SameSiteMode.Lax, HttpOnly = true, MaxAge = LanguageKept, Path = "/" });
        }
    }

    public Texts Texts { get; }

    public Viewer Viewer => Viewer.Of(context);

    /// <summary>Stands in every form that is posted: without it the gate refuses the form.</summary>
    public Markup Token => Markup.Of($"<input type=\"hidden\" name=\"{FormTokens.Field}\" value=\"{FormTokens.Issue(context)}\">");

    public bool HasCharts => assets.HasCharts;

    /// <summary>A whole page.</summary>
    /// <param name="api">Address of the JSON behind the page, polled for changes; null: the page does not change, as one that answers a form does not: it
    /// cannot be asked for again.</param>
    public IResult Page(string title, Markup body, string? api = null, int status = StatusCodes.Status200OK)
    {
        if (!HttpMethods.IsGet(context.Request.Method)) api = null;
        var charts = HasCharts ? Markup.Of($"<script src=\"{assets.Url("echarts.js")}\" defer></script>") : Markup.Empty;
        var live = api is null ? Markup.Empty : Markup.Of(
            $"<span class=\"live\" data-live-state data-live=\"{Texts.Live}\" data-stale=\"{Texts.Stale}\" role=\"status\">{Texts.Live}</span>");
        var page = Markup.Of($"""
            <!DOCTYPE html>
            <html lang="{Texts.HtmlLang}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{title} · {Texts.Brand}</title>
            <link rel="icon" href="{assets.Url("mark.svg")}" type="image/svg+xml">
            <link rel="stylesheet" href="{assets.Url("pages.css")}">
            <link rel="stylesheet" href="{assets.Url("access.css")}">
            <link rel="stylesheet" href="{assets.Url("boards.css")}">
            <link rel="stylesheet" href="{assets.Url("reports.css")}">
            <link rel="stylesheet" href="{assets.Url("settlements.css")}">
            <link rel="stylesheet" href="{assets.Url("worklists.css")}">
            {charts}
            <script src="{assets.Url("charts.js")}" defer></script>
            <script src="{assets.Url("pages.js")}" defer></script>
            </head>
            <body data-api="{api}">
            <a class="skip" href="#content">{Texts.Skip}</a>
            <header class="top"><div class="in">
            <a class="brand" href="/"><img src="{assets.Url("mark.svg")}" alt="" width="26" height="26"><span>{Texts.Brand}</span></a>
            <nav aria-label="{Texts.Boards.Menu}">{Sections()}</nav>
            <div class="side">{live}{Who()}{Language()}</div>
            </div></header>
            <main id="content">
            {body}
            </main>
            </body>
            </html>
            """);
        return Results.Text(page.Text, "text/html; charset=utf-8", statusCode: status);
    }

    /// <summary>What this viewer may see, each under the division that is theirs.</summary>
    private IEnumerable<Markup> Sections() =>
    [
        Item("/", Texts.Overview, Right.SeeHouseholds, About.Division), Item("/usage", Texts.Boards.Usage, Right.SeeHouseholds, About.Division),
        Item("/caps", Texts.Boards.Caps, Right.SeeHouseholds, About.Division), Item("/holds", Texts.Boards.Holds, Right.SeeHouseholds, About.Division),
        Item("/reports", Texts.Reports.Reports, Right.SeeHouseholds, About.Division),
        Item("/registry", Registry.RegistryTexts.For(Texts).Title, Right.SeeHouseholds, About.Own),
        Item("/settlements", Settlements.SettlementTexts.For(Texts).Title, Right.SeeHouseholds, About.Own),
        Item("/companies", Texts.Boards.Companies, Right.SeeHouseholds), Viewer.Company is null ? Markup.Empty : Item("/coverage", Texts.Access.Coverage, Right.SeeCoverage),
        Item("/quarantine", Texts.Quarantine, Right.SeeQuarantine), Item("/users", Texts.Access.Users, Right.ManageUsers), Item("/access", Texts.Access.Log, Right.SeeAudit),
    ];

    /// <summary>Whether the viewer may do this about everything: what they may not, they are not offered.</summary>
    public bool MayReach(Right right) => Viewer.May(right) && Viewer.MaySee("");

    /// <summary>A link, for those who may follow it.</summary>
    private Markup Item(string path, string text, Right right, About about = About.Everything)
    {
        if (!Viewer.May(right) || (about == About.Everything && !MayReach(right))) return Markup.Empty;
        var division = about == About.Division && Viewer.Divisions.Count > 0 ? $"?division={Boards.DivisionCode.Full(Viewer.Divisions[0])}" : "";
        return Markup.Of($"<a href=\"{path}{division}\"{Current(path)}>{text}</a>");
    }

    private Markup Who()
    {
        if (Viewer.IsGuest) return Markup.Of($"<strong class=\"guest\" title=\"{Texts.Access.GuestHint}\">{Texts.Access.Guest}</strong>");
        return Viewer.Session is null ? Markup.Empty : Markup.Of($"""
            <a href="/password">{Viewer.Name} · {Texts.Access.Roles[Viewer.Role!.Value]}</a><form method="post" action="/sign-out">{Token}<button>{Texts.Access.SignOut}</button></form>
            """);
    }

    private Markup Current(string path) => context.Request.Path == path || (path == "/reports" && context.Request.Path.StartsWithSegments(path)) ? new Markup(" aria-current=\"page\"") : Markup.Empty;

    /// <summary>None where the page answers a form: following it would lose what was typed.</summary>
    private Markup Language() =>
        HttpMethods.IsGet(context.Request.Method) ? Markup.Of($"<a href=\"{LanguageSwitch()}\" lang=\"{Texts.Other.HtmlLang}\">{Texts.Switch}</a>") : Markup.Empty;

    /// <summary>This page in the other language, other parameters kept.</summary>
    private string LanguageSwitch()
    {
        var query = context.Request.Query.Where(pair => pair.Key != "lang").SelectMany(pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value)))
            .Append(KeyValuePair.Create("lang", (string?)Texts.Other.Code));
        return context.Request.PathBase + context.Request.Path + QueryString.Create(query);
    }
}
