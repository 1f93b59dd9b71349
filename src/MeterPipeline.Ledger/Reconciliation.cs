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

/// <summary>What a company sent on a day of receipt, in rows of the journal that are not folded yet.</summary>
/// <param name="Quarantined">Of <paramref name="Received"/>; negative where a replay took messages out.</param>
public readonly record struct PendingSum(string Company, LocalDay Day, long Received, long Quarantined)
{
    internal static IEnumerable<PendingSum> Of(IEnumerable<CompanyCount> row, LocalDay day) =>
        row.Select(count => new PendingSum(count.Company, day, count.Received, count.Quarantined));
}

/// <summary>What became of everything received, as one view sees it: flushed counters and the journal's tail.</summary>
public static class Reconciliation
{
    /// <summary>Every company and day of receipt from <paramref name="first"/> on, newest day first, then company.</summary>
    public static IReadOnlyList<CompanyDay> Of(ILedgerView view, LocalDay? first = null) => Of(view, Pending(view), first);

    /// <param name="pending">What the view's tail holds, known already: reading it costs as much as it is long.</param>
    /// <inheritdoc cref="Of(ILedgerView, LocalDay?)"/>
    public static IReadOnlyList<CompanyDay> Of(ILedgerView view, IEnumerable<PendingSum> pending, LocalDay? first)
    {
        var days = new Dictionary<(string Company, int Day), CompanyDay>();
        foreach (var row in view.Counters(first?.Number ?? int.MinValue, int.MaxValue))
        {
            days[(row.Company, row.Day)] = new CompanyDay(
                row.Company, new LocalDay(row.Day), row.Received, row.Accepted, row.Duplicate, row.Conflict, row.Quarantined, 0);
        }
        foreach (var sum in pending)
        {
            if (first is { } from && sum.Day < from) continue;
            var known = days.GetValueOrDefault((sum.Company, sum.Day.Number)) ?? new CompanyDay(sum.Company, sum.Day, 0, 0, 0, 0, 0, 0);
            days[(sum.Company, sum.Day.Number)] = known with
            {
                Received = known.Received + sum.Received,
                Quarantined = known.Quarantined + sum.Quarantined,
                Pending = known.Pending + sum.Received - sum.Quarantined,
            };
        }
        return [.. days.Values.OrderByDescending(d => d.Day.Number).ThenBy(d => d.Company, StringComparer.Ordinal)];
    }

    private static IEnumerable<PendingSum> Pending(ILedgerView view)
    {
        var counts = new List<CompanyCount>();
        foreach (var row in view.JournalTail())
        {
            var day = LocalDay.Of(JournalBlob.ReadCounts(row.Blob, counts));
            foreach (var sum in PendingSum.Of(counts, day)) yield return sum;
        }
    }
}
