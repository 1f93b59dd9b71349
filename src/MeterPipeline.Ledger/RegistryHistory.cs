using System.Text.Json;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Ledger;

/// <summary>One changed value of a household or of one of its meters.</summary>
/// <param name="Kind"><c>household</c>, <c>meter</c>…, as in the audit.</param>
/// <param name="Field">CSV name of the value; empty: the row is new.</param>
/// <param name="Before">Null: there was none.</param>
/// <param name="After">Null: there is none any more.</param>
public sealed record RegistryEdit(long AtMs, string Actor, string Kind, string Id, string Field, string? Before, string? After);

/// <summary>Who changed what in the registry about one household, from the audit.</summary>
public static class RegistryHistory
{
    /// <summary>Values that name a person: that they changed is told, not what they are.</summary>
    private const string Personal = "name";

    /// <summary>Edits of the household and of every meter that has served it, oldest first.</summary>
    public static IReadOnlyList<RegistryEdit> Of(ILedgerView view, RegistrySnapshot registry, string householdId)
    {
        var rows = view.Audit("household", householdId).Concat(registry.MetersOf(householdId).SelectMany(m => view.Audit("meter", m.Id)));
        return [.. rows.OrderBy(r => r.AtMs).SelectMany(Edits)];
    }

    private static IEnumerable<RegistryEdit> Edits(AuditRow row)
    {
        var (before, after) = (Values(row.Before), Values(row.After));
        if (before.Count == 0)
        {
            yield return new RegistryEdit(row.AtMs, row.Actor, row.Kind, row.Id, "", null, null);
            yield break;
        }
        foreach (var field in before.Keys.Union(after.Keys))
        {
            var (was, now) = (before.GetValueOrDefault(field), after.GetValueOrDefault(field));
            if (was == now) continue;
            yield return new RegistryEdit(row.AtMs, row.Actor, row.Kind, row.Id, field, Shown(field, was), Shown(field, now));
        }
    }

    private static string? Shown(string field, string? value) => value is null || field != Personal ? value : "…";

    private static Dictionary<string, string> Values(string? json)
    {
        if (json is null) return [];
        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString(), StringComparer.Ordinal);
    }
}
