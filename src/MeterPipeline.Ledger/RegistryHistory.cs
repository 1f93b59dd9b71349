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

    /// <summary>Edits of the household, of every meter that has served it, of its account numbers and counts, oldest first.</summary>
    public static IReadOnlyList<RegistryEdit> Of(ILedgerView view, RegistrySnapshot registry, string householdId)
    {
        var accounts = view.Aliases(householdId).Select(alias => alias.Account).Distinct(StringComparer.Ordinal);
        var rows = view.Audit("household", householdId)
            .Concat(registry.MetersOf(householdId).SelectMany(m => view.Audit("meter", m.Id)))
            .Concat(accounts.SelectMany(account => view.Audit("alias", account)).Where(row => IsOf(row, householdId)))
            .Concat(view.Audit("heated-count", householdId));
        return [.. rows.OrderBy(r => r.AtMs).SelectMany(Edits)];
    }

    /// <summary>What an audited change says, value by value in the order of the CSV; of a new row all its values. Not masked.</summary>
    public static IEnumerable<(string Field, string? Before, string? After)> Differences(AuditRow row)
    {
        var (before, after) = (Values(row.Before), Values(row.After));
        foreach (var field in before.Keys.Union(after.Keys))
        {
            var (was, now) = (before.GetValueOrDefault(field), after.GetValueOrDefault(field));
            if (was != now) yield return (field, was, now);
        }
    }

    /// <summary>An account number as it may be shown: its last four characters.</summary>
    public static string MaskedAccount(string account) => account.Length <= 4 ? account : "****" + account[^4..];

    private static bool IsOf(AuditRow row, string householdId) =>
        Values(row.After).GetValueOrDefault("household_id") == householdId || Values(row.Before).GetValueOrDefault("household_id") == householdId;

    private static IEnumerable<RegistryEdit> Edits(AuditRow row)
    {
        var id = row.Kind == "alias" ? MaskedAccount(row.Id) : row.Id;
        return row.Before is null
            ? [new RegistryEdit(row.AtMs, row.Actor, row.Kind, id, "", null, null)]
            : Differences(row).Select(d => new RegistryEdit(row.AtMs, row.Actor, row.Kind, id, d.Field, Shown(d.Field, d.Before), Shown(d.Field, d.After)));
    }

    private static string? Shown(string field, string? value) => value is null || field != Personal ? value : "…";

    private static Dictionary<string, string> Values(string? json)
    {
        if (json is null) return [];
        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString(), StringComparer.Ordinal);
    }
}
