using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MeterPipeline.Web.Health;

internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", () => Results.Text("ok\n", "text/plain; charset=utf-8")).ExcludeFromDescription();
        routes.MapGet("/readyz", (PipelineHealth health) =>
        {
            var report = health.Readiness();
            return report.IsReady
                ? Results.Text("ready\n", "text/plain; charset=utf-8")
                : Results.Text(string.Join('\n', report.Reasons) + "\n", "text/plain; charset=utf-8", statusCode: StatusCodes.Status503ServiceUnavailable);
        }).ExcludeFromDescription();
        routes.MapGet("/metrics", (PipelineHealth health) => Results.Text(MetricsText.Write(health.Metrics()), MetricsText.ContentType))
            .ExcludeFromDescription();
    }
}
