using MeterPipeline.Web.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MeterPipeline.Web.Health;

internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", () => Results.Text("ok\n", "text/plain; charset=utf-8")).ExcludeFromDescription().OpenToAll();
        routes.MapGet("/readyz", async (HttpContext context, PipelineHealth health, Visitors visitors) =>
        {
            var report = await health.ReadinessAsync().ConfigureAwait(false);
            return report.IsReady
                ? Results.Text("ready\n", "text/plain; charset=utf-8")
                : Results.Text(MayHear(context, visitors) ? string.Join('\n', report.Reasons) + "\n" : "not ready\n", "text/plain; charset=utf-8", statusCode: StatusCodes.Status503ServiceUnavailable);
        }).ExcludeFromDescription().OpenToAll();
        routes.MapGet("/metrics", async (PipelineHealth health) => Results.Text(MetricsText.Write(await health.MetricsAsync().ConfigureAwait(false)), MetricsText.ContentType))
            .ExcludeFromDescription().Needs(Right.ReadMetrics).OpenHere();
    }

    /// <summary>Reasons name files and rows of this machine.</summary>
    private static bool MayHear(HttpContext context, Visitors visitors) => visitors.IsAtThisMachine(context) || Viewer.Of(context).May(Right.ReadMetrics);
}
