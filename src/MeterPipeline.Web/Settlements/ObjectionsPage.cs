using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Settlements;

/// <summary>
/// A posted run for those who see a part of it only, such as a township in a run of its county: how long it is posted, the line of a household of theirs,
/// what their households objected, and the form to object. Sums and lines of others are not in it.
/// </summary>
/// <param name="note">What could not be done, and why; null: nothing was tried.</param>
/// <param name="tried">The form of it.</param>
internal sealed class ObjectionsPage(PageFrame frame, SettlementDesk desk, RunProgress progress, string? note, TriedForm? tried)
{
    private readonly SettlementTexts words = SettlementTexts.For(frame.Texts);
    private readonly SettlementRun run = progress.Run;

    public Markup Body() => Markup.Of($"""
        <div class="head"><div><nav class="crumbs" aria-label="{words.Title}"><a href="/settlements">{words.Title}</a></nav>
        <h1>{Figures.Fill(words.Run, run.Id)} <small>{HeatingSeason.NameOf(run.Autumn)} · {words.Stages[progress.Stage]}</small></h1></div></div>
        {RunPage.Note(note)}
        <section class="card"><h2>{words.Notice}</h2><p class="sum"><b>{progress.Notice?.From?.ToString()} – {progress.Notice?.Until?.ToString()}</b></p>
        <form class="find" method="get" action="/settlements/{run.Id}/line"><input name="household" aria-label="{words.Household}" placeholder="{words.Household}" maxlength="64" required><button>{words.Find}</button></form></section>
        {Form()}
        <section class="card"><h2>{words.OwnObjections}</h2>{Said()}</section>
        """);

    private Markup Form()
    {
        var who = SettlementDesk.Signatory(frame.Viewer);
        var about = frame.Viewer.Divisions.Count > 0 ? frame.Viewer.Divisions[0] : run.Division;
        var refusal = progress.Refusal(new RunStep(run.Id, RunStepKind.Objected, desk.NowMs, who.Name, ""), who, desk.Today, about);
        if (frame.Viewer.Session is null) return Markup.Empty;
        if (refusal is not null) return Markup.Of($"{(tried is null ? Markup.Empty : tried.Kept(words))}<section class=\"card\"><h2>{words.Object}</h2><p class=\"hint\">{RefusalTexts.Say(frame.Texts, refusal)}</p></section>");
        return Markup.Of($"""
            <section class="card"><div class="actions"><form class="fields action" method="post" action="/settlements/{run.Id}/object"><h3>{words.Object}</h3>{frame.Token}{RunActions.ObjectFields(words).Select(field => field.Input(tried?.Fields))}<button class="main">{words.Object}</button></form></div></section>
            """);
    }

    private Markup Said()
    {
        var households = desk.Registry.Households;
        var said = progress.Steps.Where(step => step.Kind is RunStepKind.Objected or RunStepKind.Answered && households.TryGetValue(step.HouseholdId ?? "", out var found) && frame.Viewer.MaySee(found.Division)).ToList();
        if (said.Count == 0) return Markup.Of($"<p class=\"empty\">{words.NoOwnObjections}</p>");
        return Markup.Of($"""
            <div class="scroll"><table class="cards"><thead><tr><th scope="col">{words.When}</th><th scope="col" class="text">{words.Step}</th><th scope="col" class="text">{words.Household}</th><th scope="col" class="text">{words.Who}</th><th scope="col" class="text">{words.Remark}</th></tr></thead>
            <tbody>{said.Select(step => Markup.Of($"<tr><th scope=\"row\">{Figures.Time(step.AtMs)}</th><td class=\"text\" data-label=\"{words.Step}\">{words.StepNames[step.Kind]}</td><td class=\"text\" data-label=\"{words.Household}\">{RunLinesSection.Link(run.Id, step.HouseholdId!)}</td><td class=\"text\" data-label=\"{words.Who}\">{step.Actor}</td><td class=\"text prose\" data-label=\"{words.Remark}\">{step.Note}</td></tr>"))}</tbody></table></div>
            """);
    }
}
