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
        pages.MapGet("/coverage", (HttpContext context, AssetFiles assets, SeasonBoards seasons, QualityBoards quality) =>
        {
            var frame = new PageFrame(context, assets);
            return frame.Page(frame.Texts.Access.Coverage, new CoveragePage(frame, quality.Board(), seasons.Newest.Registry, frame.Viewer.Company).Body(), "/api/v1/counters");
        }).Needs(Right.SeeCoverage);
        BoardPages.Map(pages);
    }

    private static IResult Overview(
        HttpContext context, AssetFiles assets, SeasonBoards seasons, QualityBoards quality, HouseholdDesk desk, UseBoards boards, string? season, string? division, int page = 1)
    {
        var frame = new PageFrame(context, assets);
        var place = Place.Of(context, seasons, season, division);
        if (place.Problem != PlaceProblem.None) return ErrorPages.NotFound(frame);
        var (autumn, prefix) = (place.Autumn, place.Prefix);
        if (seasons.Sheet(autumn).Board(prefix) is not { } board) return ErrorPages.NotFound(frame);
        var households = prefix.Length == DivisionCode.VillageLength ? desk.In(prefix, autumn, page) : null;
        var head = BoardPages.Head(frame, seasons, place, "/");
        var uses = boards.Of(autumn);
        var sections = new UseSections(frame, head, prefix, uses, boards.Progress(autumn), boards.Settings.Budgets.In(autumn, prefix));
        var body = new OverviewPage(frame, head, board, quality.Board(), households, sections, uses, boards.Settings.Budgets).Body();
        return frame.Page(prefix.Length == 0 ? frame.Texts.Overview : board.Name, body, head.Api("/api/v1/overview", prefix));
    }

    private static IResult Household(
        HttpContext context, AssetFiles assets, SeasonBoards seasons, HouseholdDesk desk, CurveDesk curves, UseBoards boards, Unmasking unmasking, string id, string? season, string? day, int days = 1)
    {
        var frame = new PageFrame(context, assets);
        var place = Place.Of(context, seasons, season, null);
        if (place.Problem != PlaceProblem.None || desk.Visible(context, id, place.Autumn) is not { Line: { } line } found) return ErrorPages.NotFound(frame);
        var use = boards.Of(place.Autumn) is { } board && board.Of(line.Household) is { } row ? new UseSection(frame.Texts, board, row).Section() : Markup.Empty;
        var body = new HouseholdSheet(frame, line, found, place.Autumn, seasons.Autumns(), use, Curve(frame, curves, line, day, days))
        {
            Personal = PersonalSection.Of(frame.Viewer, unmasking, line.Household),
        }.Body();
        var named = place.NamesSeason ? $"?season={HeatingSeason.NameOf(place.Autumn)}" : ""; // as PlaceHead.Api
        return frame.Page($"{frame.Texts.Household} {id}", body, $"/api/v1/households/{Uri.EscapeDataString(id)}{named}");
    }

    /// <summary>The curve of the day asked for, else of the newest day with a reading.</summary>
    private static Markup Curve(PageFrame frame, CurveDesk curves, HouseholdLine line, string? day, int days)
    {
        if (line.Statement is not { Energy: not null } statement) return Markup.Empty;
        var asked = LocalDay.TryParse(day, out var first);
        if (!asked) first = new LocalDay(statement.Season.First.Number + Math.Max(0, HouseholdDays.LastKnown(statement)));
        var curve = curves.Of(line.Household.Id, first, Math.Clamp(days, 1, LoadCurve.MostDays));
        return curve is null ? Markup.Empty : new CurveSection(frame, line.Household.Id, statement.Season.Name, curve, asked).Section();
    }
}
