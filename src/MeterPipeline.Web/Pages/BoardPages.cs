using MeterPipeline.Web.Access;
using MeterPipeline.Web.Api;
using MeterPipeline.Web.Assets;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Replays;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MeterPipeline.Web.Pages;

/// <summary>Pages of the boards of households, of companies and of quarantine; each shows what its API address answers.</summary>
internal static class BoardPages
{
    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet("/usage", (HttpContext context, AssetFiles assets, SeasonBoards seasons, UseBoards boards, string? season, string? division, string? list, int page = 1) =>
            List(context, assets, seasons, boards, season, division, list, page, ("/usage", "/api/v1/use/households", UseLists.OfUse))).Needs(Right.SeeHouseholds, About.Division);
        pages.MapGet("/caps", (HttpContext context, AssetFiles assets, SeasonBoards seasons, UseBoards boards, string? season, string? division, string? list, int page = 1) =>
            List(context, assets, seasons, boards, season, division, list, page, ("/caps", "/api/v1/caps", UseLists.OfCaps))).Needs(Right.SeeHouseholds, About.Division);
        pages.MapGet("/holds", Holds).Needs(Right.SeeHouseholds, About.Division);
        pages.MapPost("/holds", HoldActionEndpoint.Say).Needs(Right.LiftHolds, About.Division);
        pages.MapGet("/companies", Companies).Needs(Right.SeeHouseholds);
        pages.MapGet("/quarantine", Quarantine).Needs(Right.SeeQuarantine);
        pages.MapGet("/quarantine/{id:long}", Message).Needs(Right.SeeQuarantine);
    }

    private static IResult List(
        HttpContext context, AssetFiles assets, SeasonBoards seasons, UseBoards boards, string? season, string? division, string? list, int page,
        (string Path, string Api, IReadOnlyList<UseList> Lists) of)
    {
        var frame = new PageFrame(context, assets);
        var place = Place.Of(context, seasons, season, division);
        if (!Exists(seasons, place) || !BoardAnswers.TryReadList(list, of.Lists, out var asked)) return ErrorPages.NotFound(frame);
        var board = boards.Of(place.Autumn);
        var rows = boards.Page(board, place, asked, page);
        var head = Head(frame, seasons, place, of.Path);
        var body = new UseListPage(frame, head, place, board, asked, of.Lists, rows, boards.Progress(place.Autumn)).Body();
        return frame.Page(
            of.Path == "/caps" ? frame.Texts.Boards.Caps : frame.Texts.Boards.Usage, body,
            head.To(of.Api, place.Prefix, ("list", BoardAnswers.ListName(asked)), ("page", $"{rows.Page}")));
    }

    private static IResult Holds(
        HttpContext context, AssetFiles assets, SeasonBoards seasons, UseBoards boards, string? season, string? division, string? reason, string? sort, int page = 1) =>
        HoldsOf(context, assets, seasons, boards, new HoldsAsked(season, division, reason, sort, page), null);

    /// <param name="refused">The form that nothing was done with; null: none was sent.</param>
    public static IResult HoldsOf(HttpContext context, AssetFiles assets, SeasonBoards seasons, UseBoards boards, HoldsAsked which, IFormCollection? refused)
    {
        var (season, division, reason, sort, page) = which;
        var frame = new PageFrame(context, assets);
        var place = Place.Of(context, seasons, season, division);
        if (!Exists(seasons, place) || !BoardEndpoints.TryReadOrder(sort, out var order)) return ErrorPages.NotFound(frame);
        var asked = string.IsNullOrEmpty(reason) ? null : reason;
        var board = boards.Of(place.Autumn);
        var lines = boards.Holds(board, place, asked, order, page);
        var head = Head(frame, seasons, place, "/holds");
        var body = new HoldsPage(frame, head, place, board, asked, order, lines, boards.Today, boards.Progress(place.Autumn)) { Refused = refused }.Body();
        return frame.Page(
            frame.Texts.Boards.Holds, body, head.Api("/api/v1/holds", place.Prefix, ("reason", asked ?? ""), ("sort", order.ToString().ToLowerInvariant()), ("page", $"{lines.Page}")),
            refused is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
    }

    private static IResult Companies(
        HttpContext context, AssetFiles assets, SeasonBoards seasons, UseBoards boards, QualityBoards quality, string? season, string? division)
    {
        var frame = new PageFrame(context, assets);
        var place = Place.Of(context, seasons, season, division);
        if (!Exists(seasons, place)) return ErrorPages.NotFound(frame);
        var head = Head(frame, seasons, place, "/companies");
        var body = new CompaniesPage(frame, head, place, boards.Of(place.Autumn), quality.Board(), boards.Progress(place.Autumn)).Body();
        return frame.Page(frame.Texts.Boards.Companies, body, head.Api("/api/v1/companies", place.Prefix));
    }

    private static IResult Quarantine(
        HttpContext context, AssetFiles assets, SeasonBoards seasons, QuarantineSearch search, QuarantineReplays replays, string? company, string? reason, string? open, long? before)
    {
        var frame = new PageFrame(context, assets);
        var filter = QuarantineSearch.Filter(company, reason, open switch { "true" => true, "false" => false, _ => null });
        var part = search.Page(filter, before ?? long.MaxValue);
        var body = new QuarantinePage(frame, filter, part, before is not null, seasons.Newest.Registry, Replayable(frame, replays)).Body();
        return frame.Page(frame.Texts.Quarantine, body, "/api/v1/quarantine/search?" + QuarantinePage.Query(filter, before));
    }

    private static bool Replayable(PageFrame frame, QuarantineReplays replays) => replays.Offered && frame.MayReach(Right.ReplayQuarantine);

    private static IResult Message(HttpContext context, AssetFiles assets, SeasonBoards seasons, QuarantineSearch search, QuarantineReplays replays, long id)
    {
        var frame = new PageFrame(context, assets);
        return search.Find(id) is { } found
            ? frame.Page($"{frame.Texts.Boards.Message} {id}", new QuarantineMessagePage(frame, found, seasons.Newest.Registry, Replayable(frame, replays)).Body()) : ErrorPages.NotFound(frame);
    }

    public static PlaceHead Head(PageFrame frame, SeasonBoards seasons, Place place, string path) =>
        new(frame, place, seasons.Sheet(place.Autumn).Registry, seasons.Autumns(), path);

    private static bool Exists(SeasonBoards seasons, Place place) => place.Problem == PlaceProblem.None && seasons.Sheet(place.Autumn).Board(place.Prefix) is not null;
}
