using MeterPipeline.Domain;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Boards;
using Microsoft.AspNetCore.Http;

namespace MeterPipeline.Web.Pages;

/// <summary>Which part of the work list is asked for, as addresses say it.</summary>
internal readonly record struct HoldsAsked(string? Season, string? Division, string? Reason, string? Sort, int Page);

/// <summary>The work list of holds: what waits, for what reason, since when, and for whom.</summary>
internal sealed class HoldsPage(
    PageFrame frame, PlaceHead head, Place place, UseBoard? board, string? reason, HoldOrder order, Paged<HoldLine> lines, LocalDay today, (int Done, int Of) progress)
{
    /// <summary>The form that nothing was done with, shown again as it was filled in; null: none was sent.</summary>
    public IFormCollection? Refused { get; init; }

    private readonly Texts texts = frame.Texts;
    private readonly BoardTexts words = frame.Texts.Boards;
    private readonly ValidationTexts rules = frame.Texts.Validation;

    public Markup Body() => Markup.Of($"""
        {head.Head(words.Holds, ("reason", reason ?? ""), ("sort", Name(order)))}
        {(Refused is null ? Markup.Empty : Markup.Of($"<p class=\"note\" role=\"alert\">{HoldActionTexts.For(texts).Fault}</p>"))}
        <div data-region="list"><nav class="tabs" aria-label="{texts.Reason}">{Tabs()}</nav>
        <section class="card"><p class="hint">{words.HoldsHint}</p><p class="sorts">{words.Sort}{Enum.GetValues<HoldOrder>().Select(Sort)}</p>{Chosen(Table())}
        {PlaceHead.Pager(texts, lines, Link)}
        {PlaceHead.Age(texts, board, progress)}</section></div>
        """);

    private IEnumerable<Markup> Tabs()
    {
        var reasons = board is null ? [] : HoldLists.Reasons(board, place.Prefix);
        yield return Tab(null, words.All, reasons.Sum(r => r.Count));
        foreach (var (of, count) in reasons) yield return Tab(of.Name, Texts.Word(texts.HoldReasons, of.Name), count);
    }

    private Markup Tab(string? name, string text, int count) => Markup.Of(
        $"<a href=\"{head.Link(place.Prefix, ("reason", name ?? ""), ("sort", Name(order)))}\"{(name == reason ? new Markup(" aria-current=\"page\"") : Markup.Empty)}>{text} <b>{Figures.Count(count)}</b></a>\n");

    private Markup Sort(HoldOrder by)
    {
        var text = by switch { HoldOrder.Age => words.ByAge, HoldOrder.Division => words.ByPlace, HoldOrder.Reason => words.ByReason, _ => words.ByAmount };
        return Markup.Of(
            $" <a href=\"{head.Link(place.Prefix, ("reason", reason ?? ""), ("sort", Name(by)))}\"{(by == order ? new Markup(" aria-current=\"true\"") : Markup.Empty)}>{text}</a>");
    }

    /// <summary>Another page of this list.</summary>
    private string Link(int page) => head.Link(place.Prefix, ("reason", reason ?? ""), ("sort", Name(order)), ("page", $"{page}"));

    private bool MayAct => frame.Viewer.May(Right.LiftHolds) && lines.Count > 0;

    /// <summary>The table as a form, for those who may decide.</summary>
    private Markup Chosen(Markup table)
    {
        if (!MayAct) return table;
        var acts = HoldActionTexts.For(texts);
        var reasons = HoldReason.All.Where(r => r.ByHand).Select(r => PlaceHead.Option(r.Name, Texts.Word(texts.HoldReasons, r.Name), r.Name == Refused?["reason"].ToString()));
        return Markup.Of($"""
            <form class="worklist" method="post" action="{Link(lines.Page)}">{frame.Token}{table}
            <p class="acts"><label class="tick"><input type="checkbox" data-all="hold"> {acts.Choose}</label></p>
            <p class="say"><label for="note">{acts.Note}</label><input id="note" name="note" value="{Refused?["note"].ToString()}" required maxlength="{HoldActions.NoteChars}" placeholder="{acts.NoteHint}" autocomplete="off"></p>
            <p class="acts"><button name="act" value="lift" class="main">{acts.Lift}</button> <select name="reason" aria-label="{texts.Reason}">{reasons}</select> <button name="act" value="place">{acts.Place}</button></p></form>
            """);
    }

    private Markup Tick(HoldLine line)
    {
        if (!MayAct) return Markup.Empty;
        var mark = HoldMark.Of(line).ToString();
        var ticked = Refused?["hold"].Contains(mark) == true ? new Markup(" checked") : Markup.Empty;
        return Markup.Of($"<input type=\"checkbox\" name=\"hold\" value=\"{mark}\" aria-label=\"{line.Household.Id}\"{ticked}> ");
    }

    private Markup Table()
    {
        if (board is null) return Markup.Empty;
        if (lines.Count == 0) return Markup.Of($"<p class=\"empty\">{words.Nobody}</p>");
        return Markup.Of($"""
            <div class="scroll"><table class="cards">
            <thead><tr><th scope="col">{texts.HouseholdId}</th><th scope="col" class="text">{texts.Name}</th><th scope="col" class="text">{words.Village}</th><th scope="col" class="text">{texts.Reason}</th><th scope="col">{words.Since}</th><th scope="col">{words.Waiting} ({words.DaysUnit})</th><th scope="col">{texts.Amount} ({texts.Yuan})</th><th scope="col" class="text">{rules.Keeper}</th><th scope="col" class="text">{rules.Evidence}</th><th scope="col" class="text">{rules.LastSaid}</th></tr></thead>
            <tbody>{lines.Items.Select(Line)}</tbody></table></div>
            """);
    }

    private Markup Line(HoldLine line)
    {
        var said = line.Hold.Entry is { } entry ? $"{Figures.Time(entry.AtMs)} {entry.Actor}{texts.Colon}{entry.Note}" : "–";
        var returned = line.Hold.State == HoldState.Returned ? Markup.Of($" <span class=\"flag\">{rules.States[HoldState.Returned]}</span>") : Markup.Empty;
        return Markup.Of($"""
            <tr><th scope="row">{Tick(line)}<a href="{head.Household(line.Household.Id)}">{line.Household.Id}</a></th><td class="text" data-label="{texts.Name}">{Figures.Masked(line.Household.Name)}</td><td class="text" data-label="{words.Village}">{head.Village(line.Household)}</td><td class="text why" data-label="{texts.Reason}">{Texts.Word(texts.HoldReasons, line.Hold.Reason.Name)}{returned}</td><td data-label="{words.Since}">{line.Since.ToString()}</td><td data-label="{words.Waiting} ({words.DaysUnit})">{Figures.Count(HoldLines.Days(line, today))}</td><td data-label="{texts.Amount} ({texts.Yuan})">{Figures.Yuan(line.TotalYuan)}</td><td class="text" data-label="{rules.Keeper}">{rules.Keepers[line.Hold.Reason.Keeper]}</td><td class="text evidence" data-label="{rules.Evidence}">{EvidenceWords.Of(texts, line.Hold.Evidence, line.Household.Route)}</td><td class="text evidence" data-label="{rules.LastSaid}">{said}</td></tr>

            """);
    }

    private static string Name(HoldOrder order) => order.ToString().ToLowerInvariant();
}
