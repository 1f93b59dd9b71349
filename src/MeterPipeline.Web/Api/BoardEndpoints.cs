using MeterPipeline.Domain;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Boards;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MeterPipeline.Web.Api;

/// <summary>The boards of households: read from an immutable snapshot, so that an answer costs milliseconds however many households there are.</summary>
internal static class BoardEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/use", Overview).Produces(StatusCodes.Status304NotModified)
            .WithSummary("Use of conversions, caps, holds, budget and forecast of a division and of its parts. ETag.").Needs(Right.SeeHouseholds, About.Division);
        api.MapGet("/use/households", Suspects).Produces(StatusCodes.Status304NotModified)
            .WithSummary("Households by use, with evidence: list=suspects, never-used, stopped, far-below or no-data; pages of 50. ETag.").Needs(Right.SeeHouseholds, About.Division);
        api.MapGet("/caps", Caps).Produces(StatusCodes.Status304NotModified)
            .WithSummary("Households by share of the cap used: list=caps (near or at), near-cap or at-cap; pages of 50. ETag.").Needs(Right.SeeHouseholds, About.Division);
        api.MapGet("/holds", Holds).Produces(StatusCodes.Status304NotModified)
            .WithSummary("Holds that stand: by reason, sort=age, division, reason or amount; pages of 50. ETag.").Needs(Right.SeeHouseholds, About.Division);
        api.MapGet("/companies", Companies).WithSummary("Coverage and lag of the meters in service, per company.").Needs(Right.SeeHouseholds);
        api.MapGet("/households/{id}/curve", Curve).WithSummary("Readings and mean power on 1 to 7 days; readings acknowledged a moment ago are included.").Needs(Right.SeeHouseholds, About.Household);
        api.MapGet("/quarantine/search", Search).WithSummary("Quarantined messages by company, reason and open, newest first, 50 at a time; next is to be asked as before.").Needs(Right.SeeQuarantine);
        api.MapGet("/quarantine/{id:long}", Message).WithSummary("One quarantined message with its bytes as text and hexadecimal, 16 KiB at most.").Needs(Right.SeeQuarantine);
    }

    private static Results<Ok<UseOverviewAnswer>, StatusCodeHttpResult, ProblemHttpResult> Overview(
        HttpContext context, SeasonBoards seasons, UseBoards boards, string? season, string? division)
    {
        var place = Place.Of(context, seasons, season, division);
        if (Problem(place, division) is { } problem) return problem;
        if (seasons.Sheet(place.Autumn).Board(place.Prefix) is not { } inside) return NoDivision(division);
        var board = boards.Of(place.Autumn);
        if (Known(context, board)) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return TypedResults.Ok(BoardAnswers.Overview(board, inside, seasons.Dates(place), boards.Settings.Budgets));
    }

    private static Results<Ok<UseListAnswer>, StatusCodeHttpResult, ProblemHttpResult> Suspects(
        HttpContext context, SeasonBoards seasons, UseBoards boards, string? season, string? division, string? list, int page = 1) =>
        List(context, seasons, boards, season, division, list, page, UseLists.OfUse);

    private static Results<Ok<UseListAnswer>, StatusCodeHttpResult, ProblemHttpResult> Caps(
        HttpContext context, SeasonBoards seasons, UseBoards boards, string? season, string? division, string? list, int page = 1) =>
        List(context, seasons, boards, season, division, list, page, UseLists.OfCaps);

    private static Results<Ok<UseListAnswer>, StatusCodeHttpResult, ProblemHttpResult> List(
        HttpContext context, SeasonBoards seasons, UseBoards boards, string? season, string? division, string? list, int page, IReadOnlyList<UseList> lists)
    {
        var place = Place.Of(context, seasons, season, division);
        if (Problem(place, division) is { } problem) return problem;
        if (!BoardAnswers.TryReadList(list, lists, out var asked)) return Bad("Unknown list", $"A list is one of {string.Join(", ", lists.Select(BoardAnswers.ListName))}.");
        var board = boards.Of(place.Autumn);
        if (Known(context, board)) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return TypedResults.Ok(BoardAnswers.List(board, place, asked, boards.Page(board, place, asked, page)));
    }

    private static Results<Ok<HoldsAnswer>, StatusCodeHttpResult, ProblemHttpResult> Holds(
        HttpContext context, SeasonBoards seasons, UseBoards boards, string? season, string? division, string? reason, string? sort, int page = 1)
    {
        var place = Place.Of(context, seasons, season, division);
        if (Problem(place, division) is { } problem) return problem;
        if (!TryReadOrder(sort, out var order)) return Bad("Unknown order", "Holds are sorted by age, division, reason or amount.");
        var board = boards.Of(place.Autumn);
        if (Known(context, board)) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return TypedResults.Ok(BoardAnswers.Holds(board, place, boards.Holds(board, place, string.IsNullOrEmpty(reason) ? null : reason, order, page), boards.Today));
    }

    private static Results<Ok<CompaniesAnswer>, ProblemHttpResult> Companies(
        HttpContext context, SeasonBoards seasons, UseBoards boards, QualityBoards quality, string? season, string? division)
    {
        var place = Place.Of(context, seasons, season, division);
        return Problem(place, division) is { } problem ? problem : TypedResults.Ok(BoardAnswers.Companies(boards.Of(place.Autumn), place, quality.Board()));
    }

    private static Results<Ok<CurveAnswer>, ProblemHttpResult> Curve(
        HttpContext context, SeasonBoards seasons, HouseholdDesk desk, CurveDesk curves, string id, string day, int days = 1)
    {
        if (!LocalDay.TryParse(day, out var first) || days is < 1 or > LoadCurve.MostDays)
            return Bad("Not a day", $"A day is written 2026-01-05, and days is 1 to {LoadCurve.MostDays}.");
        var autumn = HeatingSeason.AutumnOf(first);
        if (!seasons.Autumns().Contains(autumn) || desk.Visible(context, id, autumn) is null || curves.Of(id, first, days) is not { } curve)
            return TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, title: "No curve", detail: "There is no household of this id with a meter, or no season around this day.");
        return TypedResults.Ok(BoardAnswers.Curve(id, curve));
    }

    private static Results<Ok<QuarantinePageAnswer>, ProblemHttpResult> Search(QuarantineSearch search, string? company, string? reason, bool? open, long? before) =>
        TypedResults.Ok(BoardAnswers.Quarantine(search.Page(QuarantineSearch.Filter(company, reason, open), before ?? long.MaxValue)));

    private static Results<Ok<QuarantinedAnswer>, ProblemHttpResult> Message(QuarantineSearch search, long id) =>
        search.Find(id) is { } found ? TypedResults.Ok(BoardAnswers.Quarantined(found))
            : TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, title: "Unknown message", detail: "Quarantine keeps no message of this id.");

    public static bool TryReadOrder(string? text, out HoldOrder order)
    {
        order = HoldOrder.Age;
        return string.IsNullOrEmpty(text) || (Enum.TryParse(text, ignoreCase: true, out order) && Enum.IsDefined(order) && !char.IsAsciiDigit(text[0]));
    }

    /// <summary>Says which board the answer is from; whether the asker has that one already. The address tells what is asked of it, so the board alone is the tag.</summary>
    private static bool Known(HttpContext context, UseBoard? board)
    {
        if (board is null) return false;
        var tag = $"\"{board.Autumn}-{board.Age.Drawn:x}-{board.Age.FoldedSeq:x}\"";
        context.Response.Headers.ETag = tag;
        return context.Request.Headers.IfNoneMatch.Contains(tag);
    }

    public static ProblemHttpResult? Problem(Place place, string? division) => place.Problem switch
    {
        PlaceProblem.None => null,
        PlaceProblem.Season => Bad("Unknown season", "A season is written 2025-2026; /api/v1/seasons lists those that can be asked for."),
        PlaceProblem.Division => Bad("Not a division code", "A division is a 12-digit code or a prefix of one."),
        _ => NoDivision(division),
    };

    /// <summary>The same words for what is not there and for what this viewer may not see.</summary>
    public static ProblemHttpResult NoDivision(string? division) => TypedResults.Problem(
        statusCode: StatusCodes.Status404NotFound, title: "Unknown division", detail: $"The registry has no household in division {division}.");

    public static ProblemHttpResult Bad(string title, string detail) => TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: title, detail: detail);
}
