using System.Text;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Replays;

namespace MeterPipeline.Web.Pages;

/// <summary>Quarantined messages, newest first, by company, reason and state.</summary>
/// <param name="replayable">Whether this viewer may replay, here.</param>
internal sealed class QuarantinePage(PageFrame frame, QuarantineFilter filter, QuarantinePart part, bool continued, RegistrySnapshot registry, bool replayable)
{
    /// <summary>Messages of the API's plain list.</summary>
    public const int Newest = 100;

    /// <summary>Bytes of a payload that a list shows: enough to see what is wrong.</summary>
    public const int ExcerptBytes = 200;

    private readonly Texts texts = frame.Texts;
    private readonly BoardTexts words = frame.Texts.Boards;
    private readonly ReplayTexts replays = ReplayTexts.For(frame.Texts);
    private readonly bool offered = replayable && filter.Open != false && part.Rows.Any(row => row.ReplayedAtMs is null);

    public Markup Body()
    {
        var table = part.Rows.Count == 0 ? Markup.Of($"<p class=\"empty\">{texts.QuarantineEmpty}</p>") : Markup.Of($"""
            <div class="scroll"><table class="cards">
            <thead><tr><th scope="col">{texts.ReceivedAt}</th><th scope="col" class="text">{texts.Company}</th><th scope="col" class="text">{texts.Reason}</th><th scope="col" class="text">{texts.Detail}</th><th scope="col" class="text">{texts.Topic}</th><th scope="col" class="text">{texts.Payload}</th></tr></thead>
            <tbody>{part.Rows.Select(Line)}</tbody></table></div>
            """);
        return Markup.Of($"""
            <div class="head"><h1>{texts.Quarantine}</h1>{Form()}</div>
            <section class="card" data-region="quarantine"><p class="hint">{(replayable ? replays.Hint : texts.QuarantineHint)}</p>{Chosen(table)}{Pager()}</section>
            """);
    }

    private Markup Form()
    {
        var companies = registry.Companies.Keys.Order(StringComparer.Ordinal).Select(id => PlaceHead.Option(id, $"{registry.Companies[id].Name} ({id})", id == filter.Company));
        var reasons = texts.QuarantineReasons.Select(reason => PlaceHead.Option(reason.Key, reason.Value, reason.Key == filter.Reason));
        return Markup.Of($"""
            <form method="get" action="/quarantine"><label for="company">{texts.Company}</label><select id="company" name="company">{PlaceHead.Option("", words.AnyCompany, filter.Company is null)}{companies}</select>
            <label for="reason">{texts.Reason}</label><select id="reason" name="reason">{PlaceHead.Option("", words.AnyReason, filter.Reason is null)}{reasons}</select>
            <label for="open">{words.State}</label><select id="open" name="open">{PlaceHead.Option("", words.AnyState, filter.Open is null)}{PlaceHead.Option("true", words.Open, filter.Open is true)}{PlaceHead.Option("false", texts.Replayed, filter.Open is false)}</select>
            <button>{words.Filter}</button></form>
            """);
    }

    /// <summary>The table as a form, for those who may replay.</summary>
    private Markup Chosen(Markup table) => !offered ? table : Markup.Of($"""
        <form class="worklist" method="post" action="/quarantine/replays">{frame.Token}<input type="hidden" name="company" value="{filter.Company}"><input type="hidden" name="reason" value="{filter.Reason}">{table}
        <p class="acts"><label class="tick"><input type="checkbox" data-all="message"> {replays.Choose}</label><button name="act" value="chosen" class="main">{replays.PreviewChosen}</button><button name="act" value="all">{replays.PreviewAll}</button></p></form>
        """);

    private Markup Tick(QuarantineRow row) => offered && row.ReplayedAtMs is null
        ? Markup.Of($"<input type=\"checkbox\" name=\"message\" value=\"{row.Id}\" aria-label=\"{Figures.Fill(replays.ChooseOne, row.Id)}\"> ") : Markup.Empty;

    private Markup Line(QuarantineRow row) => Markup.Of($"""
        <tr><th scope="row">{Tick(row)}<a href="/quarantine/{row.Id}">{Figures.Time(row.Message.ReceivedAtMs)}</a></th><td class="text" data-label="{texts.Company}">{PlaceHead.Company(registry, row.Message.Company)}</td><td class="text" data-label="{texts.Reason}"><span class="flag" title="{row.Message.Reason}">{Texts.Word(texts.QuarantineReasons, row.Message.Reason)}</span>{(row.ReplayedAtMs is null ? Markup.Empty : Markup.Of($" <span class=\"ok\">{texts.Replayed}</span>"))}</td><td class="text prose" data-label="{texts.Detail}">{FaultWords.Of(texts, row.Message.Detail)}</td><td class="text mono" data-label="{texts.Topic}">{row.Message.Topic}</td><td class="text mono" data-label="{texts.Payload}">{Excerpt(row.Message.Payload)}</td></tr>

        """);

    private Markup Pager()
    {
        var newest = continued ? Markup.Of($"<a href=\"{Link(null)}\">{words.Newest}</a>") : Markup.Empty;
        var older = part.Next is { } next ? Markup.Of($"<a rel=\"next\" href=\"{Link(next)}\">{words.Older}</a>") : Markup.Empty;
        return Markup.Of($"<p class=\"pager\">{newest}<span>{Figures.Fill(words.Searched, Figures.Count(part.Looked))}</span>{older}</p>");
    }

    private string Link(long? before) => "/quarantine?" + Query(filter, before);

    /// <summary>The same search from another place on.</summary>
    public static string Query(QuarantineFilter filter, long? before) => string.Join('&', Terms(filter, before));

    private static IEnumerable<string> Terms(QuarantineFilter filter, long? before)
    {
        if (filter.Company is { } company) yield return "company=" + Uri.EscapeDataString(company);
        if (filter.Reason is { } reason) yield return "reason=" + Uri.EscapeDataString(reason);
        if (filter.Open is { } open) yield return open ? "open=true" : "open=false";
        if (before is { } id) yield return $"before={id}";
    }

    /// <summary>The first bytes as UTF-8, with a mark for what cannot be shown and for what was cut.</summary>
    public static string Excerpt(byte[] payload) => Excerpt(payload, ExcerptBytes);

    public static string Excerpt(byte[] payload, int most)
    {
        var text = new StringBuilder(Encoding.UTF8.GetString(payload, 0, Math.Min(payload.Length, most)));
        for (var i = 0; i < text.Length; i++)
            if (char.IsControl(text[i]) && text[i] != '\n') text[i] = '\uFFFD';
        return payload.Length > most ? text.Append('…').ToString() : text.ToString();
    }
}
