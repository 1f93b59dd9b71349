using MeterPipeline.Domain.Holds;

namespace MeterPipeline.Ledger;

/// <summary>Hold entries of one moment of the ledger, a season at a time: what persons wrote is little beside what meters sent. Owned by one thread.</summary>
internal sealed class StoredHolds(ILedgerView view)
{
    private readonly Dictionary<int, ILookup<string, HoldEntry>> seasons = [];

    /// <summary>For <see cref="HoldEntries"/>.</summary>
    public IReadOnlyList<HoldEntry> Of(string householdId, int autumn)
    {
        if (!seasons.TryGetValue(autumn, out var entries))
            seasons[autumn] = entries = view.HoldEntries(autumn).ToLookup(entry => entry.HouseholdId, StringComparer.Ordinal);
        return entries.Contains(householdId) ? [.. entries[householdId]] : [];
    }
}
