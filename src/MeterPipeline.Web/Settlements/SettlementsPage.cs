using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Settlements;

/// <summary>Runs with their state and sums, and the form that drafts one.</summary>
/// <param name="note">Why nothing was drafted; null: nothing was tried.</param>
/// <param name="tried">The form of it.</param>
internal sealed class SettlementsPage(PageFrame frame, SettlementDesk desk, RunFilter filter, Paged<RunProgress> runs, string? note, TriedForm? tried)
{
    private const int MarkChars = 12;

    private readonly Texts texts = frame.Texts;
    private readonly SettlementTexts words = SettlementTexts.For(frame.Texts);

    public Markup Body() => Markup.Of($"""
        <div class="head"><h1>{words.Title}</h1>{Filter()}</div>
        {RunPage.Note(note)}
        <div data-region="drafting">{Drafting()}</div>
        <section class="card"><p class="hint">{words.Hint}</p><div data-region="runs">{Table()}
        {PlaceHead.Pager(texts, runs, page => $"/settlements?{Query()}page={page}")}</div></section>
        {WiderNotices()}{DraftForm()}
        """);

    private Markup Filter() => Markup.Of($"""
        <form method="get" action="/settlements"><label for="season">{texts.Season}</label><select id="season" name="season">{PlaceHead.Option("", words.All, filter.Autumn is null)}{Seasons(filter.Autumn)}</select>
        <label for="of">{words.DraftDivision}</label><input id="of" class="code" name="division" value="{(filter.Prefix.Length == 0 ? "" : DivisionCode.Full(filter.Prefix))}" maxlength="12" inputmode="numeric"><button>{texts.Show}</button></form>
        """);

    private Markup Drafting()
    {
        if (desk.Draft(frame.Viewer) is not { } job) return Markup.Empty;
        var (season, place) = (HeatingSeason.NameOf(job.Autumn), desk.PlaceOf(job.Division) is { Length: > 0 } named ? named : texts.Territory);
        if (job.Run is { } run) return Markup.Of($"<p class=\"note\" role=\"status\">{Figures.Fill(words.Drafted, place, season)} <a href=\"/settlements/{run}\">{Figures.Fill(words.Run, run)}</a></p>");
        if (job.Why(texts) is { } why) return Markup.Of($"<p class=\"note\" role=\"alert\">{Figures.Fill(words.DraftFailed, place, season)} {why}</p>");
        return Markup.Of($"""
            <div class="note" role="status"><p>{Figures.Fill(words.Drawing, place, season, Figures.Count(job.Lines), Figures.Count(job.Of))} · <a href="/settlements">{words.Refresh}</a></p>
            <progress value="{job.Lines}" max="{Math.Max(1, job.Of)}" aria-label="{words.DraftTitle}"></progress></div>
            """);
    }

    private Markup Table()
    {
        if (runs.Count == 0) return Markup.Of($"<p class=\"empty\">{words.None}</p>");
        return Markup.Of($"""
            <div class="scroll"><table class="cards">
            <thead><tr><th scope="col">{words.Runs}</th><th scope="col" class="text">{words.State}</th><th scope="col" class="text">{texts.Season}</th><th scope="col" class="text">{texts.Division}</th><th scope="col">{words.Lines}</th><th scope="col">{words.Held}</th><th scope="col">{words.Due} ({texts.Yuan})</th><th scope="col">{words.Payable} ({texts.Yuan})</th><th scope="col" class="text">{words.DraftedBy}</th><th scope="col" class="text">{words.Hash}</th></tr></thead>
            <tbody>{runs.Items.Select(Row)}</tbody></table></div>
            """);
    }

    private Markup Row(RunProgress progress)
    {
        var (run, totals) = (progress.Run, progress.Run.Totals);
        return Markup.Of($"""
            <tr><th scope="row"><a href="/settlements/{run.Id}">{Figures.Fill(words.Run, run.Id)}</a></th><td class="text" data-label="{words.State}"><span class="stage stage-{RunPage.Word(progress)}">{words.StageOf(progress)}</span></td><td class="text" data-label="{texts.Season}">{HeatingSeason.NameOf(run.Autumn)}</td><td class="text" data-label="{texts.Division}">{(run.Division.Length == 0 ? texts.Territory : desk.PlaceOf(run.Division))}</td><td data-label="{words.Lines}">{Figures.Count(run.Lines)}</td><td data-label="{words.Held}">{Figures.Count(totals.Held)}</td><td data-label="{words.Due} ({texts.Yuan})">{Figures.Yuan(totals.Due.Total)}</td><td data-label="{words.Payable} ({texts.Yuan})">{Figures.Yuan(totals.Payable)}</td><td class="text" data-label="{words.DraftedBy}">{run.Actor} · {LocalDay.Of(run.AtMs).ToString()}</td><td class="text mark" data-label="{words.Hash}">{run.ContentHash[..MarkChars]}</td></tr>

            """);
    }

    /// <summary>Runs of which the viewer sees their own households only, and may object for them.</summary>
    private Markup WiderNotices()
    {
        if (!frame.Viewer.May(Right.Object) || desk.WiderNotices(frame.Viewer) is not { Count: > 0 } posted) return Markup.Empty;
        return Markup.Of($"""
            <section class="card"><h2>{words.WiderNotices}</h2><ul class="facts">{posted.Select(progress => Markup.Of($"<li><a href=\"/settlements/{progress.Run.Id}/objections\">{Figures.Fill(words.Run, progress.Run.Id)}</a> · {HeatingSeason.NameOf(progress.Run.Autumn)} · {progress.Notice!.From.ToString()} – {progress.Notice.Until.ToString()}</li>"))}</ul></section>
            """);
    }

    private Markup DraftForm()
    {
        if (frame.Viewer.Session is null || !frame.Viewer.May(Right.DraftSettlements)) return Markup.Empty;
        var typed = tried?.Fields;
        var place = typed is not null ? typed["division"].ToString() : filter.Prefix.Length > 0 ? DivisionCode.Full(filter.Prefix) : frame.Viewer.Divisions.Count > 0 ? DivisionCode.Full(frame.Viewer.Divisions[0]) : "";
        return Markup.Of($"""
            <section class="card access"><h2>{words.DraftTitle}</h2><p class="hint">{words.DraftHint}</p><form class="fields" method="post" action="/settlements/draft">{frame.Token}
            <label for="draft-season">{texts.Season}</label><select id="draft-season" name="season">{Seasons(HeatingSeason.TryParseName(typed?["season"].ToString() ?? "", out var chosen) ? chosen : filter.Autumn ?? desk.DefaultAutumn)}</select>
            <label for="draft-division">{words.DraftDivision}</label><input id="draft-division" name="division" value="{place}" maxlength="12" inputmode="numeric" required list="places">
            <datalist id="places">{desk.Offered(frame.Viewer).Select(division => PlaceHead.Option(division.Code, division.Name, false))}</datalist>
            <label class="tick"><input type="checkbox" name="provisional" value="true"{(typed is not null && typed["provisional"] == "true" ? new Markup(" checked") : Markup.Empty)}> {words.ProvisionalBox}</label>
            <button class="main">{words.DraftButton}</button></form></section>
            """);
    }

    private IEnumerable<Markup> Seasons(int? chosen) => desk.Autumns.Select(autumn => PlaceHead.Option(HeatingSeason.NameOf(autumn), HeatingSeason.NameOf(autumn), autumn == chosen));

    private string Query() => (filter.Autumn is { } autumn ? $"season={HeatingSeason.NameOf(autumn)}&" : "") + (filter.Prefix.Length > 0 ? $"division={DivisionCode.Full(filter.Prefix)}&" : "");
}
