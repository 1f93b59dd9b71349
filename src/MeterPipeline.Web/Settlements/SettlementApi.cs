using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Exports.Bank;
using MeterPipeline.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MeterPipeline.Web.Settlements;

/// <param name="Division">Code prefix; absent: everything.</param>
/// <param name="Stage"><c>drafted</c>, <c>noticed</c>, <c>confirmed</c>, <c>paid</c> or <c>withdrawn</c>.</param>
public sealed record SettlementAnswer(
    int Run, string Season, string? Division, RunStage Stage, bool Provisional, string DraftedBy, string DraftedAt, int Lines, int Held, string AccruedYuan, string BeforeYuan, string DueYuan,
    string PayableYuan, string ContentHash);

/// <param name="Households">Of the division.</param>
/// <param name="Run">Absent: not stored yet, or never.</param>
/// <param name="Fault">Absent: nothing wrong.</param>
public sealed record DraftAnswer(string Season, string? Division, int Lines, int Households, int? Run, string? Fault);

/// <param name="Draft">The one asked for last; absent: none since the start.</param>
public sealed record SettlementsAnswer(int Page, int Pages, int Count, IReadOnlyList<SettlementAnswer> Runs, DraftAnswer? Draft);

public sealed record SettledShareAnswer(string Level, string Yuan);

public sealed record SettledPolicyAnswer(string Id, int Version, string Fingerprint);

/// <param name="HouseholdId">Of an objection and its answer.</param>
/// <param name="From">First day of a notice.</param>
public sealed record RunStepAnswer(RunStepKind Kind, string At, string Actor, string Note, string? HouseholdId, string? From, string? Until);

/// <param name="JournalSeq">Every reading up to this journal row is in it.</param>
/// <param name="PreviousHash">Absent: it is the first run.</param>
/// <param name="OpenObjections">Households whose objection waits for an answer.</param>
/// <param name="ReturnedYuan">What the bank sent back.</param>
public sealed record RunAnswer(
    SettlementAnswer Run, long JournalSeq, long RegistryVersion, string? PreviousHash, IReadOnlyList<SettledPolicyAnswer> Policies, IReadOnlyList<SettledShareAnswer> DueShares,
    IReadOnlyList<RunStepAnswer> Steps, IReadOnlyList<string> OpenObjections, string PaidYuan, string ReturnedYuan);

/// <param name="Name">Masked.</param>
/// <param name="Eligible">In the unit beside it; absent: nothing is metered.</param>
/// <param name="Holds">Why nothing is due yet; empty: nothing in the way.</param>
/// <param name="HasPayee">Whether a bank could pay it as it was frozen.</param>
public sealed record RunLineAnswer(
    string HouseholdId, string Name, string Division, string? Eligible, string? Unit, string AccruedYuan, string BeforeYuan, string DueYuan, string AdvancedYuan, string PayableYuan,
    AdjustmentKind Adjustment, IReadOnlyList<string> Holds, bool HasPayee);

public sealed record RunLinesAnswer(int Run, int Page, int Pages, int Count, IReadOnlyList<RunLineAnswer> Lines);

/// <summary>Settlements for programs, read only: the steps of a run are a person's.</summary>
internal static class SettlementApi
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/settlements", Runs).WithSummary("Frozen runs, newest first, in pages of 50, and how far a draft is; by season and division.").Needs(Right.SeeHouseholds, About.Own);
        api.MapGet("/settlements/{run:int}", Run).WithSummary("One run: sums, shares, steps, what it rests on, and its hash.").Needs(Right.SeeHouseholds, About.Run);
        api.MapGet("/settlements/{run:int}/lines", Lines).WithSummary("Lines of a run in pages of 50: list=all, held, adjusted or unpayable. They never change.").Needs(Right.SeeHouseholds, About.Run);
    }

    private static Results<Ok<SettlementsAnswer>, ProblemHttpResult> Runs(HttpContext context, SettlementDesk desk, string? season, string? division, int page = 1)
    {
        if (!SettlementDesk.TryReadFilter(season, division, out var filter))
            return TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: "Unknown season or division", detail: "A season is written 2025-2026, a division is a 12-digit code or a prefix of one.");
        var viewer = Viewer.Of(context);
        var runs = Paged<SettlementAnswer>.Of(desk.Runs(viewer, filter), page, Of);
        var draft = desk.Draft(viewer) is { } job ? new DraftAnswer(HeatingSeason.NameOf(job.Autumn), Place(job.Division), job.Lines, job.Of, job.Run, job.Why(Texts.English)) : null;
        return TypedResults.Ok(new SettlementsAnswer(runs.Page, runs.Pages, runs.Count, runs.Items, draft));
    }

    private static Results<Ok<RunAnswer>, ProblemHttpResult> Run(SettlementDesk desk, int run)
    {
        if (desk.Ledger.Settlements.Run(run) is not { } progress) return NoRun(run);
        var (frozen, money) = (progress.Run, desk.Lines.Money(progress.Run));
        return TypedResults.Ok(new RunAnswer(
            Of(progress), frozen.JournalSeq, frozen.RegistryVersion, frozen.PreviousHash.Length == 0 ? null : frozen.PreviousHash,
            [.. frozen.Policies.Select(policy => new SettledPolicyAnswer(policy.Id, policy.Version, policy.Fingerprint))],
            [.. frozen.Totals.Due.Shares.Select(share => new SettledShareAnswer(share.Level, Money.Format(share.Yuan)))],
            [.. progress.Steps.Select(step => new RunStepAnswer(step.Kind, LocalTime.Format(step.AtMs), step.Actor, step.Note, step.HouseholdId, step.From?.ToString(), step.Until?.ToString()))],
            progress.OpenObjections, Money.Format(money.Paid.Sum(paid => paid.Yuan)), Money.Format(money.Returned.Sum(row => row.Yuan))));
    }

    private static Results<Ok<RunLinesAnswer>, ProblemHttpResult> Lines(SettlementDesk desk, int run, string? list, int page = 1)
    {
        if (desk.Ledger.Settlements.Run(run) is null) return NoRun(run);
        if (!SettlementEndpoints.TryReadList(list, out var asked))
            return TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: "Unknown list", detail: "A list is one of all, held, adjusted, unpayable.");
        var lines = desk.Lines.Page(run, asked, page);
        return TypedResults.Ok(new RunLinesAnswer(run, lines.Page, lines.Pages, lines.Count, [.. lines.Items.Select(Of)]));
    }

    private static SettlementAnswer Of(RunProgress progress)
    {
        var (run, totals) = (progress.Run, progress.Run.Totals);
        return new SettlementAnswer(
            run.Id, HeatingSeason.NameOf(run.Autumn), Place(run.Division), progress.Stage, run.Provisional, run.Actor, LocalTime.Format(run.AtMs), run.Lines, totals.Held,
            Money.Format(totals.Accrued.Total), Money.Format(totals.Before.Total), Money.Format(totals.Due.Total), Money.Format(totals.Payable), run.ContentHash);
    }

    private static RunLineAnswer Of(SettlementLine line) => new(
        line.Household.Id, Figures.Masked(line.Household.Name), line.Household.Division, line.Use.Energy is null ? null : Quantity.Format(line.Use.Eligible), line.Use.Energy is null ? null : line.Use.Unit,
        Money.Format(line.Accrued.Total), Money.Format(line.Before.Total), Money.Format(line.Due.Total), Money.Format(line.Advanced), Money.Format(line.Payable), line.Adjustment, line.Holds,
        BankFile.PayeeFault(line) is null);

    private static string? Place(string division) => division.Length == 0 ? null : division;

    private static ProblemHttpResult NoRun(int run) => TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, title: "Unknown run", detail: $"There is no settlement run {run}.");
}
