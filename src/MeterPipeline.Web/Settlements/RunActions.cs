using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Settlements;

/// <summary>What this viewer may do with a run now, each as a form, or why not yet; and the files that they may take.</summary>
internal sealed class RunActions(PageFrame frame, SettlementDesk desk, RunProgress progress, RunMoney money)
{
    private readonly SettlementTexts words = SettlementTexts.For(frame.Texts);
    private readonly Texts texts = frame.Texts;
    private readonly SettlementRun run = progress.Run;
    private readonly Signatory who = SettlementDesk.Signatory(frame.Viewer);

    public Markup Section()
    {
        Markup[] actions = frame.Viewer.Session is null ? [] : [.. Actions()];
        var shown = actions.Length == 0 ? Markup.Empty
            : Markup.Of($"<section class=\"card\" data-region=\"actions\"><h2>{words.Actions}</h2><div class=\"actions\">{actions}</div></section>");
        return Markup.Of($"{shown}{Files()}");
    }

    private IEnumerable<Markup> Actions()
    {
        var open = progress.Stage is RunStage.Drafted or RunStage.Noticed;
        if (open && !run.Provisional)
        {
            yield return Action(RunStepKind.Noticed, Right.GiveNotice, "notice", words.Notice, words.NoticeHint, Markup.Of($"""
                {Day("from", words.From)}{Day("until", words.Until)}{Line("note", words.Note, false)}
                """));
            if (progress.Stage == RunStage.Noticed)
                yield return Action(RunStepKind.Objected, Right.Object, "object", words.Object, "", Markup.Of($"{Line("household", words.Household, true)}{Line("note", words.ObjectNote, true)}"));
            foreach (var household in progress.OpenObjections)
                yield return Action(RunStepKind.Answered, Right.AnswerObjections, "answer", $"{words.Answer} {household}", ObjectionOf(household), Markup.Of($"""
                    <input type="hidden" name="household" value="{household}">{Line("note", words.AnswerNote, true)}
                    """), household);
            yield return Action(RunStepKind.Confirmed, Right.ConfirmSettlements, "confirm", words.Confirm, words.ConfirmHint, Line("note", words.Note, false));
        }
        if (progress.Counts)
        {
            var reference = $"run-{run.Id}-{progress.Steps.Count(step => step.Kind == RunStepKind.Paid) + 1}";
            yield return Action(RunStepKind.Paid, Right.PaySettlements, "pay", words.Pay, words.PayHint, Markup.Of($"{Day("on", words.On)}{Line("reference", words.Reference, true, reference)}{Line("note", words.Note, false)}"));
            if (money.Paid.Count > 0 && frame.Viewer.May(Right.PaySettlements))
                yield return Form("returned", words.Returned, words.ReturnedHint, progress.ReturnRefusal(who), Markup.Of($"{Line("household", words.Household, true)}{Line("reference", words.Reference, true)}{Day("on", words.On)}{Line("yuan", words.Amount, false)}"));
        }
        if (open) yield return Action(RunStepKind.Withdrawn, Right.DraftSettlements, "withdraw", words.Withdraw, words.WithdrawHint, Line("note", words.Note, false));
    }

    private string ObjectionOf(string household) => progress.Steps.Last(step => step.Kind == RunStepKind.Objected && step.HouseholdId == household).Note;

    private Markup Action(RunStepKind kind, Right right, string path, string title, string hint, Markup fields, string? household = null)
    {
        if (!frame.Viewer.May(right)) return Markup.Empty;
        var step = new RunStep(run.Id, kind, desk.NowMs, who.Name, "", household, desk.Today, desk.Today);
        return Form(path, title, hint, progress.Refusal(step, who, desk.Today), fields);
    }

    private Markup Form(string path, string title, string hint, string? refusal, Markup fields)
    {
        if (refusal is null)
            return Markup.Of($"<form class=\"fields action\" method=\"post\" action=\"/settlements/{run.Id}/{path}\"><h3>{title}</h3><p class=\"hint\">{hint}</p>{frame.Token}{fields}<button class=\"main\">{title}</button></form>");
        // The decision is given in the words of whoever decides; that another person is needed is said in the reader's own.
        var self = path is "confirm" && progress.Steps[0].Actor == who.Name || path is "pay" && progress.Steps.Last(step => step.Kind == RunStepKind.Confirmed).Actor == who.Name
            ? Figures.Fill(words.BySelf, who.Name) : "";
        return Markup.Of($"<div class=\"action refused\"><h3>{title}</h3><p>{self}</p><p class=\"hint\" lang=\"en\">{refusal}</p></div>");
    }

    private Markup Day(string name, string label) =>
        Markup.Of($"<label>{label}<input type=\"date\" name=\"{name}\" value=\"{desk.Today.ToString()}\" required></label>");

    private static Markup Line(string name, string label, bool required, string value = "") =>
        Markup.Of($"<label>{label}<input name=\"{name}\" value=\"{value}\" maxlength=\"{(name == "note" ? 500 : 64)}\" autocomplete=\"off\"{(required ? new Markup(" required") : Markup.Empty)}></label>");

    private Markup Files()
    {
        if (!frame.Viewer.May(Right.Export)) return Markup.Empty;
        var banks = progress.Counts ? desk.Files.Settings.Layouts.Select(layout =>
            Markup.Of($"<a href=\"/settlements/{run.Id}/bank?layout={Uri.EscapeDataString(layout.Id)}\">{Figures.Fill(words.BankFile, layout.Id)}</a>")) : [];
        return Markup.Of($"""
            <section class="card"><h2>{words.Files}</h2><p class="hint">{words.FilesHint}</p><p class="facts files"><a href="/settlements/{run.Id}/workbook.xlsx">{words.Workbook}</a><a href="/settlements/{run.Id}/sheets.zip">{words.Sheets}</a>{banks}</p></section>
            """);
    }
}
