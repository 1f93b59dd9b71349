using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Assets;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MeterPipeline.Web.Reports;

/// <summary>Pages and files of reports.</summary>
internal static class ReportPages
{
    private const string Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup("").ExcludeFromDescription();
        pages.MapGet("/reports", List).Needs(Right.SeeHouseholds, About.Division);
        pages.MapGet("/reports/{kind}/{period}", One).Needs(Right.SeeHouseholds, About.Division);
        pages.MapGet("/exports/report.xlsx", (HttpContext context, ILedger ledger, SeasonBoards seasons, ReportDesk desk, string? kind, string? period, string? division) =>
            File(context, ledger, seasons, desk, (kind, period, division), ".xlsx", Workbook, ReportWorkbook.Write)).Needs(Right.Export, About.Division);
        pages.MapGet("/exports/report.zip", (HttpContext context, ILedger ledger, SeasonBoards seasons, ReportDesk desk, string? kind, string? period, string? division) =>
            File(context, ledger, seasons, desk, (kind, period, division), ".zip", "application/zip", ReportWorkbook.WriteCsv)).Needs(Right.Export, About.Division);
    }

    /// <summary>The place and kind of a report that is asked for; null: nothing is called so.</summary>
    public static (Place Place, ReportKind Kind)? Asked(HttpContext context, SeasonBoards seasons, string? kind, string? period, string? division)
    {
        if (!ReportPeriod.TryReadKind(kind ?? "", out var known) || !ReportPeriod.TryReadAutumn(known, period ?? "", out var autumn)) return null;
        return (Place.Of(context, seasons, Domain.HeatingSeason.NameOf(autumn), division), known);
    }

    private static IResult List(HttpContext context, AssetFiles assets, SeasonBoards seasons, ReportDesk desk, string? season, string? division)
    {
        var frame = new PageFrame(context, assets);
        var place = Place.Of(context, seasons, season, division);
        if (place.Problem != PlaceProblem.None || seasons.Sheet(place.Autumn).Board(place.Prefix) is not { } board) return ErrorPages.NotFound(frame);
        var head = BoardPages.Head(frame, seasons, place, "/reports");
        return frame.Page(frame.Texts.Reports.Reports, new ReportListPage(frame, head, board, desk.List(place)).Body());
    }

    private static IResult One(HttpContext context, AssetFiles assets, SeasonBoards seasons, ReportDesk desk, string kind, string period, string? division)
    {
        var frame = new PageFrame(context, assets);
        if (Asked(context, seasons, kind, period, division) is not ({ Problem: PlaceProblem.None } place, var known) || desk.Of(place, known, period) is not { } report)
            return ErrorPages.NotFound(frame);
        var (earlier, later) = desk.Beside(place, report.Period);
        var head = BoardPages.Head(frame, seasons, place, $"/reports/{kind}/{period}");
        return frame.Page($"{frame.Texts.Reports.Kinds[known]} {period}", new ReportPage(frame, head, report, earlier, later, desk.NowMs).Body());
    }

    /// <summary>In the access log before its first byte leaves.</summary>
    private static IResult File(
        HttpContext context, ILedger ledger, SeasonBoards seasons, ReportDesk desk, (string? Kind, string? Period, string? Division) asked, string ending, string type,
        Action<Report, Stream, string> write)
    {
        if (Asked(context, seasons, asked.Kind, asked.Period, asked.Division) is not ({ Problem: PlaceProblem.None } place, var kind) || desk.Of(place, kind, asked.Period!) is not { } report)
            return Results.NotFound();
        var name = $"report-{report.Period.KindName}-{report.Period.Name}-{(place.Prefix.Length == 0 ? "all" : place.Prefix)}{ending}";
        var viewer = Viewer.Of(context);
        ledger.Access.Record(new AccessEntry(0, desk.NowMs, viewer.Actor, viewer.Session ?? "", AccessAct.Export, name, ""));
        var folder = Directory.CreateTempSubdirectory("meterpipeline-report-");
        try
        {
            var file = new MemoryStream();
            write(report, file, folder.FullName);
            return Results.Bytes(file.ToArray(), type, name);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
