using System.Globalization;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Reports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MeterPipeline.Web.Api;

/// <summary>What the pages of reports show, as JSON.</summary>
internal static class ReportEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/reports", List).Produces<ReportsAnswer>().Produces(StatusCodes.Status304NotModified)
            .WithSummary("Periods of a season that can be reported: weeks, months and the season, with their sums. ETag.").Needs(Right.SeeHouseholds, About.Division);
        api.MapGet("/reports/{kind}/{period}", One).Produces<ReportAnswer>().Produces(StatusCodes.Status304NotModified)
            .WithSummary("The report of a division and period: sums, comparison, budget, what needs attention, per part and day. ETag.").Needs(Right.SeeHouseholds, About.Division);
    }

    private static IResult List(HttpContext context, SeasonBoards seasons, ReportDesk desk, string? season, string? division)
    {
        var place = Place.Of(context, seasons, season, division);
        if (BoardEndpoints.Problem(place, division) is { } problem) return problem;
        if (seasons.Sheet(place.Autumn).Board(place.Prefix) is not { } board) return BoardEndpoints.NoDivision(division);
        return Tagged.Ok(context, new ReportsAnswer(
            HeatingSeason.NameOf(place.Autumn), BoardAnswers.Division(place.Prefix), board.Newest?.ToString(),
            [.. desk.List(place).Select(listed => new PeriodAnswer(
                listed.Period.KindName, listed.Period.Name, listed.Period.First.ToString(), listed.Period.Last.ToString(), listed.Period.Days,
                System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(listed.State.ToString()), listed.Newest, ApiAnswers.Sum(listed.Sum)))]));
    }

    private static IResult One(HttpContext context, SeasonBoards seasons, ReportDesk desk, string kind, string period, string? division)
    {
        if (ReportPages.Asked(context, seasons, kind, period, division) is not var (place, known))
            return BoardEndpoints.Bad("Unknown period", "Periods are weekly/2026-W03, monthly/2026-01 and season/2025-2026; /api/v1/reports lists those of a season.");
        if (BoardEndpoints.Problem(place, division) is { } problem) return problem;
        if (seasons.Sheet(place.Autumn).Board(place.Prefix) is null) return BoardEndpoints.NoDivision(division);
        return desk.Of(place, known, period) is { } report ? Tagged.Ok(context, Answer(report))
            : TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, title: "Not in season", detail: $"No day of {period} is in a heating season of this division; /api/v1/reports lists its periods.");
    }

    private static ReportAnswer Answer(Report report) => new(
        report.Period.KindName, report.Period.Name, report.Season.Name, report.Period.First.ToString(), report.Period.Last.ToString(), report.Period.Days, report.KnownDays,
        report.Before?.Name, report.PerDay, report.Newest?.ToString(), report.FoldedSeq, BoardAnswers.Age(report.Uses), Line(report.Total), [.. report.Parts.Select(Line)],
        [.. report.Days.Select(ApiAnswers.Day)],
        report.Receipts is { } receipts ? [.. receipts.Companies.Select(c => new ReceiptAnswer(c.Company, c.Received, c.Accepted, c.Duplicate, c.Conflict, c.Quarantined, c.Pending, c.Differences))] : null,
        report.Receipts?.QuarantineOpen,
        report.Settlement is { } settlement ? new ReportSettlementAnswer(report.Deadline.ToString(), [.. settlement.Inside.Select(Run)], [.. settlement.Above.Select(run => run.Run.Id)]) : null);

    private static ReportLineAnswer Line(ReportLine line) => new(
        BoardAnswers.Division(line.Prefix), line.Name.Length == 0 ? null : line.Name, ApiAnswers.Sum(line.Now), ApiAnswers.Sum(line.SinceStart), Changed(line.Electricity),
        Changed(line.Gas), Changed(line.Accrued), line.Budget is { } budget ? Money.Format(budget) : null, line.BudgetPercent, line.Use is { } use ? BoardAnswers.Counts(use) : null);

    private static ChangeAnswer? Changed(Change? change) =>
        change is { } known ? new ChangeAnswer(known.Difference.ToString("0.00##", CultureInfo.InvariantCulture), known.Percent) : null;

    private static RunAnswer Run(RunProgress run) => new(
        run.Run.Id, BoardAnswers.Division(run.Run.Division), run.Stage, run.Run.Lines, run.Run.Totals.Held, Money.Format(run.Run.Totals.Accrued.Total),
        Money.Format(run.Run.Totals.Due.Total), Money.Format(run.Run.Totals.Payable));
}
