using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Settlements;

/// <summary>What this viewer may do with a run now, each as a form, or why not yet; and the files that they may take.</summary>
/// <param name="tried">The form that was refused; null: none was sent.</param>
internal sealed class RunActions(PageFrame frame, SettlementDesk desk, RunProgress progress, RunMoney money, TriedForm? tried)
{
    /// <summary>Days after its first that a notice's last day is offered as: a person may choose another.</summary>
    private const int NoticeDays = 7;

    private readonly SettlementTexts words = SettlementTexts.For(frame.Texts);
    private readonly SettlementRun run = progress.Run;
    private readonly Signatory who = SettlementDesk.Signatory(frame.Viewer);
    private bool triedIsShown;

    public Markup Section()
    {
        Markup[] actions = frame.Viewer.Session is null ? [] : [.. Actions().Where(action => action.ToString().Length > 0)];
        var shown = actions.Length == 0 ? Markup.Empty
            : Markup.Of($"<section class=\"card\" data-region=\"actions\"><h2>{words.Actions}</h2><div class=\"actions\">{actions}</div></section>");
        var kept = tried is null || triedIsShown ? Markup.Empty : tried.Kept(words);
        return Markup.Of($"{kept}{shown}{Files()}");
    }

    private IEnumerable<Markup> Actions()
    {
        var open = progress.Stage is RunStage.Drafted or RunStage.Noticed;
        var remark = StepField.Line("note", words.Note, false);
        if (open && !run.Provisional)
        {
            yield return Action(RunStepKind.Noticed, Right.GiveNotice, "notice", words.Notice, words.NoticeHint,
                [StepField.Day("from", words.From, desk.Today), StepField.Day("until", words.Until, new LocalDay(desk.Today.Number + NoticeDays)), remark]);
            if (progress.Stage == RunStage.Noticed) yield return Action(RunStepKind.Objected, Right.Object, "object", words.Object, "", ObjectFields(words));
            foreach (var household in progress.OpenObjections)
                yield return Action(RunStepKind.Answered, Right.AnswerObjections, "answer", $"{words.Answer} {household}", ObjectionOf(household),
                    [StepField.Line("note", words.AnswerNote, true)], household);
            yield return Action(RunStepKind.Confirmed, Right.ConfirmSettlements, "confirm", words.Confirm, words.ConfirmHint, [remark]);
        }
        if (progress.Counts)
        {
            var reference = $"run-{run.Id}-{progress.Steps.Count(step => step.Kind == RunStepKind.Paid) + 1}";
            yield return Action(RunStepKind.Paid, Right.PaySettlements, "pay", words.Pay, words.PayHint,
                [StepField.Day("on", words.On, desk.Today), StepField.Line("reference", words.Reference, true, reference), remark]);
            if (money.Paid.Count > 0 && frame.Viewer.May(Right.PaySettlements))
                yield return Form("returned", words.Returned, words.ReturnedHint, progress.ReturnRefusal(who),
                [
                    StepField.Line("household", words.Household, true), StepField.Line("reference", words.Reference, true), StepField.Day("on", words.On, desk.Today),
                    StepField.Line("yuan", words.Amount, false),
                ], null);
        }
        if (open) yield return Action(RunStepKind.Withdrawn, Right.DraftSettlements, "withdraw", words.Withdraw, words.WithdrawHint, [remark]);
    }

    public static StepField[] ObjectFields(SettlementTexts words) => [StepField.Line("household", words.Household, true), StepField.Line("note", words.ObjectNote, true)];

    private string ObjectionOf(string household) => progress.Steps.Last(step => step.Kind == RunStepKind.Objected && step.HouseholdId == household).Note;

    private Markup Action(RunStepKind kind, Right right, string path, string title, string hint, StepField[] fields, string? household = null)
    {
        if (!frame.Viewer.May(right)) return Markup.Empty;
        var step = new RunStep(run.Id, kind, desk.NowMs, who.Name, "", household, desk.Today, desk.Today);
        return Form(path, title, hint, progress.Refusal(step, who, desk.Today), fields, household);
    }

    /// <summary>The form, or why it cannot be sent; one that was just refused stays with what was typed.</summary>
    private Markup Form(string path, string title, string hint, RunRefusal? refusal, StepField[] fields, string? household)
    {
        var typed = tried is not null && tried.Is(path, household) ? tried.Fields : null;
        if (typed is not null) triedIsShown = true;
        var named = household is null ? Markup.Empty : Markup.Of($"<input type=\"hidden\" name=\"household\" value=\"{household}\">");
        if (refusal is null || typed is not null)
            return Markup.Of($"<form class=\"fields action\" method=\"post\" action=\"/settlements/{run.Id}/{path}\"><h3>{title}</h3><p class=\"hint\">{hint}</p>{frame.Token}{named}{fields.Select(field => field.Input(typed))}<button{(path == "withdraw" ? Markup.Empty : new Markup(" class=\"main\""))}>{title}</button></form>");
        return Markup.Of($"<div class=\"action refused\"><h3>{title}</h3><p class=\"hint\">{RefusalTexts.Say(frame.Texts, refusal)}</p></div>");
    }

    private Markup Files()
    {
        if (!frame.Viewer.May(Right.Export)) return Markup.Empty;
        var banks = progress.Counts ? desk.Files.Settings.Layouts.Select(layout =>
            Markup.Of($"<a href=\"/settlements/{run.Id}/bank?layout={Uri.EscapeDataString(layout.Id)}\">{Figures.Fill(words.BankFile, layout.Id)}</a>")) : [];
        return Markup.Of($"""
            <section class="card downloads"><h2>{words.Files}</h2><p class="hint">{words.FilesHint}</p><p class="facts files"><a href="/settlements/{run.Id}/workbook.xlsx">{words.Workbook}</a><a href="/settlements/{run.Id}/sheets.zip">{words.Sheets}</a>{banks}</p></section>
            """);
    }
}
