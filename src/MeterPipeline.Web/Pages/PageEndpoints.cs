using MeterPipeline.Domain;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Assets;
using MeterPipeline.Web.Boards;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MeterPipeline.Web.Pages;

internal static class PageEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup("").ExcludeFromDescription().Needs(Right.SeeHouseholds);
        pages.MapGet("/", Overview).Needs(Right.SeeHouseholds, About.Division);
        pages.MapGet("/households/{id}", Household).Needs(Right.SeeHouseholds, About.Household);
        pages.MapGet("/quarantine", (HttpContext context, AssetFiles assets, QualityBoards quality) =>
        {
            var frame = new PageFrame(context, assets);
            return frame.Page(frame.Texts.Quarantine, new QuarantinePage(frame, quality.Quarantine(long.MaxValue, QuarantinePage.Newest)).Body(), "/api/v1/quarantine");
        }).Needs(Right.SeeQuarantine);
        pages.MapGet("/coverage", (HttpContext context, AssetFiles assets, QualityBoards quality) =>
        {
            var frame = new PageFrame(context, assets);
            return frame.Page(frame.Texts.Access.Coverage, new CoveragePage(frame, quality.Board(), frame.Viewer.Company).Body(), "/api/v1/counters");
        }).Needs(Right.SeeCoverage);
    }

    private static IResult Overview(
        HttpContext context, AssetFiles assets, SeasonBoards seasons, QualityBoards quality, HouseholdDesk desk, string? season, string? division, int page = 1)
    {
        var frame = new PageFrame(context, assets);
        if (!seasons.TryReadSeason(season, out var autumn) || !DivisionCode.TryReadPrefix(division, out var prefix)) return ErrorPages.NotFound(frame);
        var sheet = seasons.Sheet(autumn);
        if (sheet.Board(prefix) is not { } board) return ErrorPages.NotFound(frame);
        var households = prefix.Length == DivisionCode.VillageLength ? desk.In(prefix, autumn, page) : null;
        var body = new OverviewPage(frame, board, quality.Board(), households, seasons.Autumns(), sheet).Body();
        var query = $"season={HeatingSeason.NameOf(autumn)}{(prefix.Length == 0 ? "" : "&division=" + DivisionCode.Full(prefix))}";
        return frame.Page(board.Prefix.Length == 0 ? frame.Texts.Overview : board.Name, body, "/api/v1/overview?" + query);
    }

    private static IResult Household(HttpContext context, AssetFiles assets, SeasonBoards seasons, HouseholdDesk desk, Unmasking unmasking, string id, string? season)
    {
        var frame = new PageFrame(context, assets);
        if (!seasons.TryReadSeason(season, out var autumn)) return ErrorPages.NotFound(frame);
        var found = desk.Of(id, autumn);
        if (found.Line is not { } line) return ErrorPages.NotFound(frame);
        var body = new HouseholdSheet(frame, line, found, autumn, seasons.Autumns()) { Personal = PersonalSection.Of(frame.Viewer, unmasking, line.Household) }.Body();
        var api = $"/api/v1/households/{Uri.EscapeDataString(id)}?season={HeatingSeason.NameOf(autumn)}";
        return frame.Page($"{frame.Texts.Household} {id}", body, api);
    }
}
