using System.Text.Json;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Api;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Web.Exports;

/// <summary>Everything about one household and season as JSON: what <c>/api/v1/households/{id}</c> answers.</summary>
public static class ExplanationJson
{
    private static readonly JsonSerializerOptions Options = Configured();

    /// <param name="statement">Null: the household has no metered route and no rule.</param>
    public static string Of(Household household, HouseholdStatement? statement, int autumn, IReadOnlyList<RegistryEdit> edits) =>
        JsonSerializer.Serialize(ApiAnswers.Household(new HouseholdLine(household, statement), autumn, edits), Options);

    private static JsonSerializerOptions Configured()
    {
        var options = new JsonSerializerOptions { WriteIndented = true };
        ApiJson.Configure(options);
        return options;
    }
}
