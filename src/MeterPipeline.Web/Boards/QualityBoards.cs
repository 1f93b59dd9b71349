using MeterPipeline.Domain;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Ledger;

namespace MeterPipeline.Web.Boards;

/// <summary>Reconciliation of one company and day of receipt: received = accepted + duplicate + conflict + quarantined + pending.</summary>
internal sealed record CompanyDay(string Company, LocalDay Day, long Received, long Accepted, long Duplicate, long Conflict, long Quarantined, long Pending)
{
    public bool Reconciles => Received == Accepted + Duplicate + Conflict + Quarantined + Pending;
}

/// <param name="Days">Newest day first, then company.</param>
/// <param name="QuarantineOpen">Messages not replayed yet.</param>
internal sealed record QualityBoard(IReadOnlyList<CompanyDay> Days, long QuarantineOpen, long JournalHead, long FoldedSeq)
{
    public long Lag => Math.Max(0, JournalHead - FoldedSeq);
}

/// <summary>Data quality counters of the last days. Any thread.</summary>
internal sealed class QualityBoards
{
    /// <summary>Days of receipt shown: a week and today.</summary>
    private const int DaysBack = 7;

    private readonly ILedger ledger;
    private readonly TimeProvider time;
    private readonly Held<QualityBoard> held;

    public QualityBoards(ILedger ledger, TimeProvider time)
    {
        (this.ledger, this.time) = (ledger, time);
        held = new Held<QualityBoard>(time, Read);
    }

    public QualityBoard Board() => held.Get();

    /// <summary>Newest first, older than an id.</summary>
    public IReadOnlyList<QuarantineRow> Quarantine(long beforeId, int max)
    {
        using var view = ledger.OpenView();
        return view.Quarantine(beforeId, max);
    }

    private QualityBoard Read()
    {
        var today = LocalDay.Of(time.GetUtcNow().ToUnixTimeMilliseconds());
        var first = today.Number - DaysBack;
        var days = new Dictionary<(string Company, int Day), CompanyDay>();
        using var view = ledger.OpenView();
        foreach (var row in view.Counters(first, int.MaxValue))
        {
            days[(row.Company, row.Day)] = new CompanyDay(
                row.Company, new LocalDay(row.Day), row.Received, row.Accepted, row.Duplicate, row.Conflict, row.Quarantined, 0);
        }
        var head = view.FoldedSeq;
        var readings = new List<Reading>();
        var counts = new List<CompanyCount>();
        foreach (var row in view.JournalTail())
        {
            head = row.Seq;
            if (row.Blob.Length == 0) continue;
            var day = LocalDay.Of(JournalBlob.Read(row.Blob, readings, counts));
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
        return new QualityBoard(
            [.. days.Values.OrderByDescending(d => d.Day.Number).ThenBy(d => d.Company, StringComparer.Ordinal)], view.QuarantineCount(), head, view.FoldedSeq);
    }
}
