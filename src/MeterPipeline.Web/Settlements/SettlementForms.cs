using System.Globalization;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MeterPipeline.Web.Settlements;

/// <summary>The steps of a run as forms. The gate asks for the right, <see cref="RunProgress"/> decides, the ledger stores nothing that was overtaken.</summary>
internal static class SettlementForms
{
    private const int NoteMax = 500;
    private const int ReferenceMax = 64;

    public static void Map(RouteGroupBuilder pages)
    {
        Post(pages, "notice", Right.GiveNotice, RunStepKind.Noticed);
        Post(pages, "object", Right.Object, RunStepKind.Objected, About.RunOrPart);
        Post(pages, "answer", Right.AnswerObjections, RunStepKind.Answered);
        Post(pages, "confirm", Right.ConfirmSettlements, RunStepKind.Confirmed);
        Post(pages, "withdraw", Right.DraftSettlements, RunStepKind.Withdrawn);
        pages.MapPost("/{run:int}/pay", Pay).Needs(Right.PaySettlements, About.Run);
        pages.MapPost("/{run:int}/returned", Returned).Needs(Right.PaySettlements, About.Run);
    }

    private static void Post(RouteGroupBuilder pages, string path, Right right, RunStepKind kind, About about = About.Run) =>
        pages.MapPost($"/{{run:int}}/{path}", (HttpContext context, SettlementDesk desk, int run) => Step(context, desk, run, path, kind)).Needs(right, about);

    private static IResult Step(HttpContext context, SettlementDesk desk, int run, string path, RunStepKind kind) => With(context, desk, run, path, (progress, who, form, frame) =>
    {
        var words = SettlementTexts.For(frame.Texts);
        if (Text(form, "note", kind is RunStepKind.Objected or RunStepKind.Answered ? 1 : 0, NoteMax) is not { } note) return words.BadForm;
        var (step, about) = (new RunStep(run, kind, desk.NowMs, who.Name, note), (string?)null);
        if (kind == RunStepKind.Noticed)
        {
            if (!LocalDay.TryParse(form["from"].ToString(), out var from) || !LocalDay.TryParse(form["until"].ToString(), out var until)) return words.BadForm;
            step = step with { From = from, Until = until };
        }
        if (kind is RunStepKind.Objected or RunStepKind.Answered)
        {
            var household = form["household"].ToString().Trim();
            // A household elsewhere is none to somebody who sees a part of the run only.
            if (desk.Ledger.Settlements.Line(run, household)?.Household.Division is not { } division || !frame.Viewer.MaySee(division)) return Figures.Fill(words.NoSuchLine, household);
            (step, about) = (step with { HouseholdId = household }, division);
        }
        if (progress.Refusal(step, who, desk.Today, about) is { } refusal) return RefusalTexts.Say(frame.Texts, refusal);
        return desk.Ledger.Settlements.AddStep(step, progress.Steps.Count) ? null : words.Overtaken;
    });

    private static IResult Pay(HttpContext context, SettlementDesk desk, int run) => With(context, desk, run, "pay", (progress, who, form, frame) =>
    {
        var words = SettlementTexts.For(frame.Texts);
        var step = new RunStep(run, RunStepKind.Paid, desk.NowMs, who.Name, Text(form, "note", 0, NoteMax) ?? "");
        if (progress.Refusal(step, who, desk.Today) is { } refusal) return RefusalTexts.Say(frame.Texts, refusal);
        if (Text(form, "reference", 1, ReferenceMax) is not { } reference || !LocalDay.TryParse(form["on"].ToString(), out var on)) return words.BadForm;
        return desk.Ledger.Settlements.Pay(step, progress.Steps.Count, on, reference, desk.Waiting(progress.Run)) switch
        {
            null => words.Overtaken,
            { Households: 0, Deferred: > 0 } list => Figures.Fill(words.AllWait, Figures.Count(list.Deferred)),
            { Households: 0 } => words.NothingOwed,
            _ => null,
        };
    });

    private static IResult Returned(HttpContext context, SettlementDesk desk, int run) => With(context, desk, run, "returned", (progress, who, form, frame) =>
    {
        var words = SettlementTexts.For(frame.Texts);
        if (progress.ReturnRefusal(who) is { } early) return RefusalTexts.Say(frame.Texts, early);
        if (Text(form, "reference", 1, ReferenceMax) is not { } reference || !LocalDay.TryParse(form["on"].ToString(), out var on)) return words.BadForm;
        var (household, typed, settlements) = (form["household"].ToString().Trim(), form["yuan"].ToString().Trim(), desk.Ledger.Settlements);
        var given = 0m;
        if (typed.Length > 0 && !decimal.TryParse(typed, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out given)) return words.BadForm;
        if (settlements.Line(run, household) is null) return Figures.Fill(words.NoSuchLine, household);
        var yuan = typed.Length > 0 ? given : settlements.Disbursements(progress.Run.Autumn, run).Where(row => row.HouseholdId == household)
            .Aggregate(HouseholdBalance.Zero, (balance, row) => balance.After(row.Kind, row.Yuan)).Net;
        var returned = new Disbursement(0, progress.Run.Autumn, run, household, DisbursementKind.Returned, yuan, on, reference, who.Name, desk.NowMs);
        return settlements.Disburse([returned])[0] is { } refusal ? $"{household}{frame.Texts.Colon}{RefusalTexts.Say(frame.Texts, refusal)}" : null;
    });

    /// <param name="act">Returns why it did nothing; null: it is done.</param>
    private static IResult With(
        HttpContext context, SettlementDesk desk, int run, string path, Func<RunProgress, Signatory, IFormCollection, PageFrame, string?> act)
    {
        var (frame, viewer) = (ErrorPages.Frame(context), Viewer.Of(context));
        // Four eyes are two persons: a program's key is nobody's signature.
        if (viewer.Session is null) return Refusals.Forbidden(context, SettlementDesk.PersonsOnly);
        if (desk.Ledger.Settlements.Run(run) is not { } progress) return ErrorPages.NotFound(frame);
        var (form, whole) = (context.Request.Form, viewer.MaySee(progress.Run.Division));
        if (act(progress, SettlementDesk.Signatory(viewer), form, frame) is not { } refusal) return Results.Redirect(whole ? $"/settlements/{run}" : $"/settlements/{run}/objections");
        var tried = new TriedForm(path, form);
        return whole ? SettlementEndpoints.RunPageOf(context, desk, run, null, 1, refusal, tried) : SettlementEndpoints.ObjectionsOf(context, desk, run, refusal, tried);
    }

    /// <summary>Null: too short, too long, or more than a line.</summary>
    private static string? Text(IFormCollection form, string name, int min, int max) =>
        form[name].ToString().Trim() is var text && text.Length >= min && text.Length <= max && !text.Any(char.IsControl) ? text : null;
}
