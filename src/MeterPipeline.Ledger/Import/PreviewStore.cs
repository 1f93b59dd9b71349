using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger.Registry;

namespace MeterPipeline.Ledger.Import;

/// <summary>
/// Takes an import's changes in the ledger's place: compares each row with what is stored, and with what rows before it would have stored, by the
/// same texts as the ledger does, and writes nothing. One object per preview, one thread.
/// </summary>
internal sealed class PreviewStore(RegistrySnapshot registry, ILedgerView view)
{
    private readonly RegistryJson json = new();
    private readonly Dictionary<string, Household> households = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<Installation>> lives = new(StringComparer.Ordinal);
    private int added, changed, unchanged;

    /// <summary>What the audit would say, in order; at most <see cref="ImportLimits.ChangesShown"/>, without actor and time.</summary>
    public List<AuditRow> Changes { get; } = [];

    /// <summary>Counts of this change alone, as <see cref="ILedger.ChangeRegistry"/> gives them.</summary>
    public RegistryChangeResult Put(RegistryChange change)
    {
        (added, changed, unchanged) = (0, 0, 0);
        foreach (var division in change.Divisions) Compare("division", division.Code, Render(registry.Divisions.GetValueOrDefault(division.Code), json.Render), json.Render(division));
        foreach (var company in change.Companies) Compare("company", company.Id, Render(registry.Companies.GetValueOrDefault(company.Id), json.Render), json.Render(company));
        foreach (var household in change.Households) Put(household);
        foreach (var installation in change.Installations) Put(installation);
        foreach (var alias in change.Aliases)
            Compare("alias", alias.Account, Render(view.AccountAliases(alias.Account).FirstOrDefault(a => a.From == alias.From), json.Render), json.Render(alias));
        foreach (var count in change.HeatedCounts)
            Compare("heated-count", count.HouseholdId, Render(registry.HeatedOf(count.HouseholdId).FirstOrDefault(c => c.From == count.From), json.Render), json.Render(count));
        return new RegistryChangeResult(added, changed, unchanged, registry.Version);
    }

    private void Put(Household household)
    {
        var before = households.GetValueOrDefault(household.Id) ?? registry.Households.GetValueOrDefault(household.Id);
        households[household.Id] = household;
        Compare("household", household.Id, Render(before, json.Render), json.Render(household));
    }

    /// <summary>The reader has placed the row already, so it fits.</summary>
    private void Put(Installation installation)
    {
        if (!lives.TryGetValue(installation.MeterId, out var known)) known = registry.Meters.GetValueOrDefault(installation.MeterId)?.Installations ?? [];
        _ = MeterLives.Place(known, installation, out var placed);
        var replaced = known.FirstOrDefault(life => !placed.Any(kept => ReferenceEquals(kept, life)));
        lives[installation.MeterId] = placed;
        Compare("meter", installation.MeterId, Render(replaced, json.Render), json.Render(installation));
    }

    private static string? Render<T>(T? row, Func<T, string> render) where T : class => row is null ? null : render(row);

    private void Compare(string kind, string id, string? before, string after)
    {
        if (before == after)
        {
            unchanged++;
            return;
        }
        if (before is null) added++;
        else changed++;
        if (Changes.Count < ImportLimits.ChangesShown) Changes.Add(new AuditRow(0, "", kind, id, before, after));
    }
}
