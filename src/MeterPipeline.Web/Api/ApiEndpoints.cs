using MeterPipeline.Domain;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Pages;
using MeterPipeline.Web.Replays;
using MeterPipeline.Web.Settlements;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MeterPipeline.Web.Api;

internal static class ApiEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1").WithTags("meterpipeline").ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status403Forbidden).Needs(Right.SeeHouseholds);
        api.MapGet("/seasons", (SeasonBoards seasons) => TypedResults.Ok(
            new SeasonsAnswer(HeatingSeason.NameOf(seasons.DefaultAutumn()), [.. seasons.Autumns().Select(HeatingSeason.NameOf)])))
            .WithSummary("Seasons that can be asked for, newest first.").Needs(Right.SeeHouseholds, About.Own);
        api.MapGet("/overview", Overview).Produces<OverviewAnswer>().Produces(StatusCodes.Status304NotModified)
            .WithSummary("Sums per division and day; a division is a 12-digit code or a prefix of one. ETag.").Needs(Right.SeeHouseholds, About.Division);
        api.MapGet("/households", Households).WithSummary("Households of a division with their amounts, in pages of 50.").Needs(Right.SeeHouseholds, About.Division);
        api.MapGet("/households/{id}", Household).WithSummary("One household with every reading acknowledged so far.").Needs(Right.SeeHouseholds, About.Household);
        api.MapGet("/counters", (HttpContext context, QualityBoards quality) => Tagged.Ok(context, ApiAnswers.Counters(quality.Board(), Viewer.Of(context).Company)))
            .Produces<CountersAnswer>().Produces(StatusCodes.Status304NotModified)
            .WithSummary("received = accepted + duplicate + conflict + quarantined + pending, per company and day of receipt. ETag.").Needs(Right.SeeCoverage);
        api.MapGet("/quarantine", (QualityBoards quality, long? before) =>
            TypedResults.Ok(quality.Quarantine(before ?? long.MaxValue, QuarantinePage.Newest).Select(ApiAnswers.Quarantined).ToList()))
            .WithSummary("The newest 100 quarantined messages, or those before an id.").Needs(Right.SeeQuarantine);
        BoardEndpoints.Map(api);
        ReportEndpoints.Map(api);
        SettlementApi.Map(api);
        ReplayApi.Map(api);
        api.MapFallback(() => Results.Problem(statusCode: StatusCodes.Status404NotFound, detail: "There is no such resource; see /openapi/v1.json.")).ExcludeFromDescription().OpenToAll();
    }

    private static IResult Overview(
        HttpContext context, SeasonBoards seasons, QualityBoards quality, string? season, string? division)
    {
        var place = Place.Of(context, seasons, season, division);
        if (BoardEndpoints.Problem(place, division) is { } problem) return problem;
        return seasons.Sheet(place.Autumn).Board(place.Prefix) is { } board
            ? Tagged.Ok(context, ApiAnswers.Overview(board, quality.Board())) : BoardEndpoints.NoDivision(division);
    }

    private static Results<Ok<HouseholdsAnswer>, ProblemHttpResult> Households(
        HttpContext context, SeasonBoards seasons, HouseholdDesk desk, string division, string? season, int page = 1)
    {
        var place = Place.Of(context, seasons, season, division);
        if (BoardEndpoints.Problem(place, division) is { } problem) return problem;
        var (autumn, prefix) = (place.Autumn, place.Prefix);
        if (seasons.Sheet(autumn).Board(prefix) is null) return BoardEndpoints.NoDivision(division);
        var found = desk.In(prefix, autumn, page);
        return TypedResults.Ok(new HouseholdsAnswer(
            HeatingSeason.NameOf(autumn), DivisionCode.Full(prefix), found.Page, found.Pages, found.Count, [.. found.Lines.Select(ApiAnswers.Summary)]));
    }

    private static Results<Ok<HouseholdAnswer>, ProblemHttpResult> Household(
        HttpContext context, SeasonBoards seasons, HouseholdDesk desk, UseBoards boards, string id, string? season)
    {
        var place = Place.Of(context, seasons, season, null);
        if (BoardEndpoints.Problem(place, null) is { } problem) return problem;
        if (desk.Visible(context, id, place.Autumn) is not { Line: { } line } found)
            return TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, title: "Unknown household", detail: "The registry has no household of this id.");
        var answer = ApiAnswers.Household(line, place.Autumn, found.Edits);
        return TypedResults.Ok(boards.Of(place.Autumn) is { } board && board.Of(line.Household) is { } row ? answer with { Use = BoardAnswers.Row(board, row) } : answer);
    }
}
