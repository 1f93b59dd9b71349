using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Boards;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MeterPipeline.Web.Exports;

/// <summary>Files to take away. Each is in the access log before its first byte leaves.</summary>
internal static class ExportEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/exports/accruals.csv", Accruals).ExcludeFromDescription().Needs(Right.Export, About.Division);

    private static IResult Accruals(HttpContext context, ILedger ledger, SeasonBoards seasons, TimeProvider time, string? season, string? division)
    {
        if (!seasons.TryReadSeason(season, out var autumn) || !DivisionCode.TryReadPrefix(division, out var prefix)) return Results.NotFound();
        var name = $"accruals-{HeatingSeason.NameOf(autumn)}-{(prefix.Length == 0 ? "all" : prefix)}.csv";
        var viewer = Viewer.Of(context);
        ledger.Access.Record(new AccessEntry(0, time.GetUtcNow().ToUnixTimeMilliseconds(), viewer.Actor, viewer.Session ?? "", AccessAct.Export, name, ""));
        return Results.Stream(body => WriteAsync(body, ledger, seasons.Policies, prefix, autumn), "text/csv; charset=utf-8", name);
    }

    /// <summary>Line by line: the answer is not held in memory, however many households there are.</summary>
    private static async Task WriteAsync(Stream body, ILedger ledger, PolicyBook policies, string prefix, int autumn)
    {
        using var reading = LedgerReading.Open(ledger, policies);
        await using var writer = new StreamWriter(body, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        await writer.WriteLineAsync(AccrualCsv.Header).ConfigureAwait(false);
        foreach (var statement in reading.StatementsOf(prefix, autumn)) await writer.WriteLineAsync(AccrualCsv.Line(statement)).ConfigureAwait(false);
    }
}
