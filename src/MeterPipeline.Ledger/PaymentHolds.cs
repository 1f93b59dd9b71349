using MeterPipeline.Domain.Policies;

namespace MeterPipeline.Ledger;

/// <summary>
/// Households of a run that wait for a person now, whatever was so when their lines were frozen: no bank is told to pay them. What they are owed stays
/// owed, and the next payment of the run, or of a later one that has them, pays it.
/// </summary>
public static class PaymentHolds
{
    /// <summary>Reasons by household, from every reading acknowledged and everything said before.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Of(ILedger ledger, PolicyBook policies, int runId, int autumn)
    {
        var waiting = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        using var reading = LedgerReading.Open(ledger, policies);
        var households = reading.Books.Registry.Households;
        for (var chunk = 0; ledger.Settlements.Index(runId, chunk) is { Count: > 0 } lines; chunk++)
        {
            foreach (var line in lines)
            {
                if (!households.TryGetValue(line.HouseholdId, out var household)) continue;
                if (reading.Statements.HoldsOf(household, autumn) is { Count: > 0 } holds) waiting[household.Id] = holds;
                reading.Release(household);
            }
        }
        return waiting;
    }
}
