using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Settlements;

/// <summary>A run: how far it is and through whom, its sums, what it rests on, what may be done with it, and its lines.</summary>
/// <param name="note">What could not be done, and why; null: nothing was tried.</param>
/// <param name="tried">The form of it.</param>
internal sealed class RunPage(PageFrame frame, SettlementDesk desk, RunProgress progress, RunLinesSection lines, string? note, TriedForm? tried)
{
    private readonly Texts texts = frame.Texts;
    private readonly SettlementTexts words = SettlementTexts.For(frame.Texts);
    private readonly SettlementRun run = progress.Run;
    private readonly RunMoney money = desk.Lines.Money(progress.Run);

    /// <summary>How the style sheet knows a stage.</summary>
    public static string Word(RunProgress progress) =>
        progress.Run.Provisional && progress.Stage != RunStage.Withdrawn ? "provisional" : progress.Stage.ToString().ToLowerInvariant();

    public static Markup Note(string? note) => note is null ? Markup.Empty : Markup.Of($"<p class=\"note\" role=\"alert\">{note}</p>");

    public Markup Body() => Markup.Of($"""
        <div class="head"><div><nav class="crumbs" aria-label="{words.Title}"><a href="/settlements">{words.Title}</a></nav>
        <h1>{Figures.Fill(words.Run, run.Id)} <small>{(run.Division.Length == 0 ? texts.Territory : desk.PlaceOf(run.Division))} · {HeatingSeason.NameOf(run.Autumn)}</small></h1></div></div>
        {Note(note)}
        <div data-region="state">{Stages()}{Tiles()}</div>
        {new RunActions(frame, desk, progress, money, tried).Section()}
        <div class="pair">{Sums()}{Input()}</div>
        <div data-region="objections">{Objections()}{Moved()}</div>
        {lines.Section()}
        """);

    /// <summary>From left to right, each with who did it and when.</summary>
    private Markup Stages()
    {
        if (progress.Stage == RunStage.Withdrawn)
            return Markup.Of($"<ol class=\"stages\">{Stage(RunStepKind.Drafted, progress.Steps[0], false)}{Stage(RunStepKind.Withdrawn, progress.Steps[^1], true)}</ol>");
        if (run.Provisional) return Markup.Of($"<ol class=\"stages\">{Stage(RunStepKind.Drafted, progress.Steps[0], true)}</ol><p class=\"hint\"><span class=\"flag\">{words.Provisional}</span> {words.ProvisionalBox}</p>");
        var shown = new[] { RunStepKind.Drafted, RunStepKind.Noticed, RunStepKind.Confirmed, RunStepKind.Paid };
        var newest = shown.Select(kind => progress.Steps.LastOrDefault(step => step.Kind == kind)).ToList();
        var now = newest.FindLastIndex(step => step is not null);
        return Markup.Of($"<ol class=\"stages\">{shown.Select((kind, i) => Stage(kind, newest[i], i == now))}</ol>");
    }

    private Markup Stage(RunStepKind kind, RunStep? step, bool current)
    {
        var when = step is null ? "–" : step is { From: { } from, Until: { } until } ? $"{from} – {until}" : Figures.Time(step.AtMs);
        return Markup.Of($"<li class=\"{(step is null ? "ahead" : "done")}\"{(current ? new Markup(" aria-current=\"step\"") : Markup.Empty)}><b>{words.StepNames[kind]}</b><span>{step?.Actor}</span><span>{when}</span></li>");
    }

    private Markup Tiles()
    {
        Markup Tile(string label, string figure, string unit, string hint, string parts) => Markup.Of(
            $"<a class=\"tile\" href=\"{parts}\"><span class=\"label\">{label}</span><span class=\"figure\">{figure}<small>{unit}</small></span><span class=\"hint\">{hint}</span></a>");
        var all = $"/settlements/{run.Id}?list=all#lines";
        var (totals, objections) = (run.Totals, progress.OpenObjections.Count);
        return Markup.Of($"""
            <section class="tiles">{Tile(words.Due, Figures.Yuan(totals.Due.Total), texts.Yuan, $"{words.Accrued} {Figures.Yuan(totals.Accrued.Total)} {texts.Yuan}", all)}{Tile(words.Payable, Figures.Yuan(totals.Payable), texts.Yuan, $"{words.Before} {Figures.Yuan(totals.Before.Total)} {texts.Yuan}", all)}{Tile(words.Lines, Figures.Count(run.Lines), "", "", all)}{Tile(words.Held, Figures.Count(totals.Held), "", "", $"/settlements/{run.Id}?list=held#lines")}{Tile(words.Objections, Figures.Count(objections), "", objections == 0 ? "" : words.Waiting, "#objections")}</section>
            """);
    }

    private Markup Sums()
    {
        Markup Row(string name, SettledAmount amount) =>
            Markup.Of($"<tr><th scope=\"row\">{name}</th><td>{Figures.Yuan(amount.Operating)}</td><td>{Figures.Yuan(amount.Hardship)}</td><td>{Figures.Yuan(amount.Total)}</td></tr>");
        var (totals, shares) = (run.Totals, run.Totals.Due.Shares);
        var levels = shares.Count == 0 ? Markup.Empty : Markup.Of($"""
            <h2 class="second">{words.Shares}</h2><table><tbody>{shares.Select(share => Markup.Of($"<tr><th scope=\"row\">{Texts.Word(texts.Payers, share.Level)}</th><td>{Figures.Yuan(share.Yuan)} {texts.Yuan}</td></tr>"))}</tbody></table>
            """);
        return Markup.Of($"""
            <section class="card"><h2>{words.Money}<small>{texts.Yuan}</small></h2><div class="scroll"><table>
            <thead><tr><th scope="col"></th><th scope="col">{words.Operating}</th><th scope="col">{words.Hardship}</th><th scope="col">{words.Total}</th></tr></thead>
            <tbody>{Row(words.Accrued, totals.Accrued)}{Row(words.Before, totals.Before)}{Row(words.Due, totals.Due)}</tbody></table></div>{levels}</section>
            """);
    }

    private Markup Input() => Markup.Of($"""
        <section class="card"><h2>{words.Input}</h2><dl class="registry input"><div><dt>{words.Journal}</dt><dd>{Figures.Count(run.JournalSeq)}</dd></div><div><dt>{words.Registry}</dt><dd>{Figures.Count(run.RegistryVersion)}</dd></div>
        {run.Policies.Select(policy => Markup.Of($"<div class=\"wide-fact\"><dt>{words.Policies}</dt><dd>{policy.Id} v{policy.Version}</dd><dd class=\"mono\">{policy.Fingerprint}</dd></div>"))}
        <div class="wide-fact"><dt>{words.ContentHash}</dt><dd class="mono">{run.ContentHash}</dd></div><div class="wide-fact"><dt>{words.PreviousHash}</dt><dd class="mono">{(run.PreviousHash.Length == 0 ? words.First : run.PreviousHash)}</dd></div></dl></section>
        """);

    private Markup Objections()
    {
        var said = progress.Steps.Where(step => step.Kind is RunStepKind.Objected or RunStepKind.Answered).ToList();
        var table = said.Count == 0 ? Markup.Of($"<p class=\"empty\">{words.NoObjections}</p>") : Table(said);
        var others = progress.Steps.Where(step => step.Kind is not (RunStepKind.Objected or RunStepKind.Answered)).ToList();
        return Markup.Of($"""
            <section class="card" id="objections"><h2>{words.Objections}</h2>{table}<details data-keep="steps"><summary>{words.Steps} ({others.Count})</summary>{Table(others)}</details></section>
            """);
    }

    private Markup Table(IEnumerable<RunStep> steps) => Markup.Of($"""
        <div class="scroll"><table class="cards"><thead><tr><th scope="col">{words.When}</th><th scope="col" class="text">{words.Step}</th><th scope="col" class="text">{words.Household}</th><th scope="col" class="text">{words.Who}</th><th scope="col" class="text">{words.Remark}</th></tr></thead><tbody>{steps.Select(Step)}</tbody></table></div>
        """);

    private Markup Step(RunStep step)
    {
        var open = step.Kind == RunStepKind.Objected && progress.OpenObjections.Contains(step.HouseholdId!)
            && step == progress.Steps.Last(other => other.HouseholdId == step.HouseholdId) ? Markup.Of($" <span class=\"flag\">{words.Waiting}</span>") : Markup.Empty;
        var days = step is { From: { } from, Until: { } until } ? $"{from} – {until} " : "";
        return Markup.Of($"""
            <tr><th scope="row">{Figures.Time(step.AtMs)}</th><td class="text" data-label="{words.Step}">{words.StepNames[step.Kind]}{open}</td><td class="text" data-label="{words.Household}">{(step.HouseholdId is { } household ? RunLinesSection.Link(run.Id, household) : new Markup("–"))}</td><td class="text" data-label="{words.Who}">{step.Actor}</td><td class="text prose" data-label="{words.Remark}">{(days + step.Note is { Length: > 0 } said ? said : "–")}</td></tr>

            """);
    }

    /// <summary>Payments that were entered, what the bank sent back, and who waited.</summary>
    private Markup Moved()
    {
        const int RowsMax = 200;
        if (money.Paid.Count == 0) return Markup.Empty;
        Markup List(string title, string hint, IReadOnlyList<Disbursement> rows) => rows.Count == 0 ? Markup.Empty : Markup.Of($"""
            <h2 class="second">{title} ({rows.Count})</h2>{(hint.Length == 0 ? Markup.Empty : Markup.Of($"<p class=\"hint\">{hint}</p>"))}<div class="scroll"><table class="cards"><thead><tr><th scope="col">{words.Household}</th><th scope="col">{words.Money} ({texts.Yuan})</th><th scope="col">{words.On}</th><th scope="col" class="text">{words.Reference}</th><th scope="col" class="text">{words.Who}</th></tr></thead>
            <tbody>{rows.Take(RowsMax).Select(row => Markup.Of($"<tr><th scope=\"row\">{RunLinesSection.Link(run.Id, row.HouseholdId)}</th><td data-label=\"{words.Money} ({texts.Yuan})\">{Figures.Yuan(row.Yuan)}</td><td data-label=\"{words.On}\">{row.On.ToString()}</td><td class=\"text\" data-label=\"{words.Reference}\">{row.Reference}</td><td class=\"text\" data-label=\"{words.Who}\">{row.Actor}</td></tr>"))}</tbody></table></div>
            """);
        return Markup.Of($"""
            <section class="card"><h2>{words.Payments}</h2><div class="scroll"><table class="cards"><thead><tr><th scope="col">{words.Reference}</th><th scope="col">{words.On}</th><th scope="col">{words.Households}</th><th scope="col">{words.Money} ({texts.Yuan})</th><th scope="col" class="text">{words.Who}</th></tr></thead>
            <tbody>{money.Paid.Select(paid => Markup.Of($"<tr><th scope=\"row\">{paid.Reference}</th><td data-label=\"{words.On}\">{paid.On.ToString()}</td><td data-label=\"{words.Households}\">{Figures.Count(paid.Households)}</td><td data-label=\"{words.Money} ({texts.Yuan})\">{Figures.Yuan(paid.Yuan)}</td><td class=\"text\" data-label=\"{words.Who}\">{paid.Actor}</td></tr>"))}</tbody></table></div>{List(words.Returns, "", money.Returned)}{List(words.Deferred, words.DeferredHint, money.Deferred)}</section>
            """);
    }
}
