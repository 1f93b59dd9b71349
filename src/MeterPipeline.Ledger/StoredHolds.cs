using MeterPipeline.Domain.Holds;

namespace MeterPipeline.Ledger;

/// <summary>Hold entries of one moment of the ledger, a season at a time: what persons wrote is little beside what meters sent. Owned by one thread.</summary>
internal sealed class StoredHolds(ILedgerView view)
{
    private readonly Dictionary<int, SeasonHolds> seasons = [];

    /// <summary>For <see cref="HoldEntries"/>.</summary>
    public IReadOnlyList<HoldEntry> Of(string householdId, int autumn)
    {
        if (!seasons.TryGetValue(autumn, out var entries)) seasons[autumn] = entries = new SeasonHolds(view, autumn);
        return entries.Of(householdId, autumn);
    }
}

/// <summary>All hold entries of a season in one moment of the ledger, read at once. Any thread.</summary>
internal sealed class SeasonHolds(ILedgerView view, int autumn)
{
    private readonly ILookup<string, HoldEntry> entries = view.HoldEntries(autumn).ToLookup(entry => entry.HouseholdId, StringComparer.Ordinal);

    /// <summary>For <see cref="HoldEntries"/>, of this season.</summary>
    public IReadOnlyList<HoldEntry> Of(string householdId, int asked) => asked == autumn
        ? [.. entries[householdId]]
        : throw new ArgumentOutOfRangeException(nameof(asked), asked, $"Entries of {autumn} only are here.");
}
