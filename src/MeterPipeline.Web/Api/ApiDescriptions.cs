using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace MeterPipeline.Web.Api;

/// <summary>What a parameter of one name means at every address: said once, in the OpenAPI document.</summary>
internal static class ApiDescriptions
{
    private static readonly Dictionary<string, string> OfParameters = new(StringComparer.Ordinal)
    {
        ["season"] = "Heating season, written 2025-2026; /api/v1/seasons lists those that can be asked for. Default: the newest with data.",
        ["division"] = "12-digit division code or a prefix of one. Default: everything, which only those may see who are not limited to divisions.",
        ["run"] = "Number of a settlement run.",
        ["key"] = "Of the upload, as the page of its preview has it.",
        ["replay"] = "Of the replay, as the answer that began it has it.",
        ["q"] = "Household, meter, last four or more characters of an account number, village name or division code.",
        ["id"] = "Of the household, or of the quarantined message.",
        ["list"] = "Which list; the summary names those there are. Default: the first of them.",
        ["page"] = "Page of 50, from 1; beyond the last one the last is answered.",
        ["reason"] = "Only what has this reason, spelled as in the answers.",
        ["sort"] = "age, division, reason or amount. Default: age.",
        ["day"] = "First local day (UTC+8), written 2026-01-05.",
        ["days"] = "Number of days, 1 to 7. Default: 1.",
        ["company"] = "Only messages of this company.",
        ["open"] = "true: only messages that are not replayed yet; false: only replayed ones. Default: all.",
        ["before"] = "Only messages with a lower id than this.",
        ["kind"] = "weekly, monthly or season.",
        ["period"] = "An ISO week 2026-W03, a month 2026-01 or a season 2025-2026; as the kind says.",
    };

    public static Task Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken stop)
    {
        foreach (var parameter in operation.Parameters ?? [])
            if (parameter is OpenApiParameter { Name: { } name } known && OfParameters.TryGetValue(name, out var text)) known.Description = text;
        return Task.CompletedTask;
    }
}
