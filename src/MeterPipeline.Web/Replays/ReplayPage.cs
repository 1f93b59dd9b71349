using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Replays;

/// <summary>One replay: what was chosen, how far it is, what would become of it, what became of it.</summary>
/// <param name="state">One moment of it: whoever asks the job twice may be told two.</param>
/// <param name="badNote">Whether it was confirmed without a note that can be kept.</param>
internal sealed class ReplayPage(PageFrame frame, ReplayJob job, ReplayState state, RegistrySnapshot registry, bool badNote)
{
    private readonly Texts texts = frame.Texts;
    private readonly ReplayTexts words = ReplayTexts.For(frame.Texts);

    public Markup Body() => Markup.Of($"""
        <div class="head"><div><nav class="crumbs" aria-label="{texts.Quarantine}"><a href="/quarantine">{texts.Quarantine}</a></nav><h1>{words.Title}</h1></div></div>
        <div data-region="replay">
        <section class="card"><h2>{words.Stages[state.Stage]}<small>{Choice()}</small></h2>{Verdict()}</section>
        {(state is { IsRunning: false } && (state.Result ?? state.Preview) is { Messages: > 0 } told ? Told(told) : Markup.Empty)}
        </div>
        {(state.IsRunning ? Markup.Of($"<noscript><p><a class=\"button\" href=\"{Address}\">{words.Refresh}</a></p></noscript>") : Markup.Empty)}
        """);

    public string Address => $"/quarantine/replays/{job.Key}";

    private string Choice()
    {
        var (ids, filter) = (job.Choice.Ids, job.Choice.Filter);
        if (ids.Count > 0) return Figures.Fill(words.Chosen, ids.Count);
        return string.Join(" · ", new[]
        {
            words.AllOpen, filter.Company is { } company ? $"{texts.Company} {PlaceHead.Company(registry, company)}" : "", filter.Reason is { } reason ? Texts.Word(texts.QuarantineReasons, reason) : "",
        }.Where(part => part.Length > 0));
    }

    private Markup Verdict() => state.Stage switch
    {
        ReplayStage.Previewing or ReplayStage.Replaying => Markup.Of($"""
            <p><progress max="{Math.Max(1, state.Of)}" value="{Math.Min(state.Looked, state.Of)}" aria-label="{words.Stages[state.Stage]}"></progress> {Figures.Fill(words.ProgressText, Figures.Count(state.Looked), Figures.Count(state.Of))}</p>
            """),
        ReplayStage.Previewed => state.IsReady ? Form() : Markup.Of($"<p class=\"empty\">{words.NothingOpen}</p>{Ways()}"),
        ReplayStage.Replayed => Markup.Of($"<p>{words.Counted}</p><p class=\"hint\">{words.Note}{texts.Colon}{state.Note}</p>{Ways()}"),
        _ => Markup.Of($"<p class=\"note\" role=\"alert\">{words.Faults[state.Fault!.Value]}</p>{Ways()}"),
    };

    private Markup Form() => Markup.Of($"""
        <p>{(state.Preview!.Taken > 0 ? words.ConfirmText : words.NothingTaken)}</p>{(badNote ? Markup.Of($"<p class=\"note\" role=\"alert\">{words.BadNote}</p>") : Markup.Empty)}
        <form class="fields access" method="post" action="{Address}/confirm">{frame.Token}
        <label for="note">{words.Note}</label><input id="note" name="note" required maxlength="{AccessEntry.ReasonMax}" placeholder="{words.NoteHint}" autocomplete="off">
        <button class="main">{words.Confirm}</button></form>
        """);

    private Markup Ways() => Markup.Of($"<p class=\"acts\"><a class=\"button\" href=\"/quarantine?open=true\">{words.BackToOpen}</a> <a class=\"button\" href=\"/#quality\">{words.Reconciliation}</a></p>");

    private Markup Told(ReplayResult told)
    {
        var done = state.Stage == ReplayStage.Replayed;
        return Markup.Of($"""
            <div class="tiles four">{Tile(words.Messages, told.Messages)}{Tile(done ? words.Taken : words.WouldTake, told.Taken)}{Tile(done ? words.Brought : words.WouldBring, told.Readings)}{Tile(done ? words.Stays : words.WouldStay, told.StillBad.Values.Sum(bad => bad.Count))}</div>
            {Stays(told)}{First(told)}
            """);
    }

    private Markup Stays(ReplayResult told)
    {
        if (told.StillBad.Count == 0) return Markup.Empty;
        var rows = told.StillBad.OrderByDescending(bad => bad.Value.Count).ThenBy(bad => bad.Key, StringComparer.Ordinal).Select(bad => Markup.Of($"""
            <tr><th scope="row"><a href="/quarantine?open=true&reason={Uri.EscapeDataString(bad.Key)}">{Texts.Word(texts.QuarantineReasons, bad.Key)}</a></th><td data-label="{words.Count}">{Figures.Count(bad.Value.Count)}</td><td class="text prose" data-label="{texts.Detail}">{FaultWords.Of(texts, bad.Value.Detail)}</td></tr>

            """));
        return Markup.Of($"""
            <section class="card"><h2>{words.StaysTitle}</h2><div class="scroll"><table class="cards">
            <thead><tr><th scope="col">{texts.Reason}</th><th scope="col">{words.Count}</th><th scope="col" class="text">{texts.Detail}</th></tr></thead>
            <tbody>{rows}</tbody></table></div></section>
            """);
    }

    private Markup First(ReplayResult told) => Markup.Of($"""
        <section class="card"><h2>{words.FirstTitle}<small>{Figures.Fill(words.FirstHint, told.First.Count, Figures.Count(told.Messages))}</small></h2><div class="scroll"><table class="cards">
        <thead><tr><th scope="col">{words.Message}</th><th scope="col" class="text">{words.Outcome}</th><th scope="col">{words.Readings}</th><th scope="col" class="text">{texts.Reason}</th><th scope="col" class="text">{texts.Detail}</th></tr></thead>
        <tbody>{told.First.Select(Line)}</tbody></table></div></section>
        """);

    private Markup Line(ReplayedMessage message)
    {
        var (style, outcome) = !message.Taken ? ("flag", words.Not) : message.Reason is null ? ("ok", words.Whole) : ("flag", words.Partly);
        return Markup.Of($"""
            <tr><th scope="row"><a href="/quarantine/{message.Id}">{message.Id}</a></th><td class="text" data-label="{words.Outcome}"><span class="{style}">{outcome}</span></td><td data-label="{words.Readings}">{Figures.Count(message.Readings)}</td><td class="text" data-label="{texts.Reason}">{(message.Reason is { } reason ? Texts.Word(texts.QuarantineReasons, reason) : "–")}</td><td class="text prose" data-label="{texts.Detail}">{(message.Detail is { } detail ? FaultWords.Of(texts, detail) : "–")}</td></tr>

            """);
    }

    private static Markup Tile(string label, long count) =>
        Markup.Of($"<div class=\"tile\"><div class=\"label\">{label}</div><div class=\"figure\">{Figures.Count(count)}</div></div>");
}
