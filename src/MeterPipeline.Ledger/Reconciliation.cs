using MeterPipeline.Domain;

namespace MeterPipeline.Ledger;

/// <summary>One company and day of receipt: received = accepted + duplicate + conflict + quarantined + pending.</summary>
/// <param name="Received">Readings, and messages or items in quarantine.</param>
/// <param name="Quarantined">Of these, in quarantine now: a replay moves a message to what became of it, on its own day.</param>
/// <param name="Pending">Recorded, not folded yet.</param>
public sealed record CompanyDay(string Company, LocalDay Day, long Received, long Accepted, long Duplicate, long Conflict, long Quarantined, long Pending)
{
    public bool Reconciles => Received == Accepted + Duplicate + Conflict + Quarantined + Pending;

    public override string ToString() =>
        $"Company {(Company.Length == 0 ? "(none)" : Company)}, received on {Day}: {Received} received, but {Accepted} accepted + {Duplicate} duplicate"
        + $" + {Conflict} conflict + {Quarantined} quarantined + {Pending} pending";
}

/// <summary>What became of everything received, as one view sees it: flushed counters and the journal's tail.</summary>
public static class Reconciliation
{
    /// <summary>Every company and day of receipt from <paramref name="first"/> on, newest day first, then company.</summary>
    public static IReadOnlyList<CompanyDay> Of(ILedgerView view, LocalDay? first = null)
    {
        var days = new Dictionary<(string Company, int Day), CompanyDay>();
        foreach (var row in view.Counters(first?.Number ?? int.MinValue, int.MaxValue))
        {
            days[(row.Company, row.Day)] = new CompanyDay(
                row.Company, new LocalDay(row.Day), row.Received, row.Accepted, row.Duplicate, row.Conflict, row.Quarantined, 0);
        }
        var counts = new List<CompanyCount>();
        foreach (var row in view.JournalTail())
        {
            var day = LocalDay.Of(JournalBlob.ReadCounts(row.Blob, counts));
            if (first is { } from && day < from) continue;
            foreach (var count in counts)
            {
                var known = days.GetValueOrDefault((count.Company, day.Number)) ?? new CompanyDay(count.Company, day, 0, 0, 0, 0, 0, 0);
                days[(count.Company, day.Number)] = known with
                {
                    Received = known.Received + count.Received,
                    Quarantined = known.Quarantined + count.Quarantined,
                    Pending = known.Pending + count.Received - count.Quarantined,
                };
            }
        }
        return [.. days.Values.OrderByDescending(d => d.Day.Number).ThenBy(d => d.Company, StringComparer.Ordinal)];
    }
}
