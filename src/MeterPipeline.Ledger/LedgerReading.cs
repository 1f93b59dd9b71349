using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Domain.Validation;

namespace MeterPipeline.Ledger;

/// <summary>
/// One moment of the ledger with every reading acknowledged before it: the flushed books plus the journal's tail. What exports, pages and
/// <c>explain</c> read, in whichever process they run. Owned by one thread; dispose soon.
/// </summary>
public sealed class LedgerReading : IDisposable
{
    private readonly StoredBooks stored;

    private LedgerReading(ILedgerView view, PolicyBook policies)
    {
        View = view;
        stored = new StoredBooks(() => view);
        Books = new Books(view.Registry(), stored.Days, stored.Years);
        Statements = new Statements(Books, policies, new StoredHolds(view).Of);
        var readings = new List<Reading>();
        var counts = new List<CompanyCount>();
        JournalSeq = view.FoldedSeq;
        foreach (var row in view.JournalTail())
        {
            JournalSeq++;
            JournalBlob.Read(row.Blob, readings, counts);
            foreach (var reading in readings) Books.Apply(reading);
            PendingReadings += readings.Count;
            PendingReceived.AddRange(counts);
        }
    }

    public ILedgerView View { get; }

    /// <summary>How many journal rows are in it: where there is one partition, the newest row.</summary>
    public long JournalSeq { get; }

    public Books Books { get; }

    public Statements Statements { get; }

    /// <summary>Readings in the journal's tail: acknowledged, not flushed as folded yet.</summary>
    public long PendingReadings { get; private set; }

    /// <summary>What companies sent in the journal's tail.</summary>
    public List<CompanyCount> PendingReceived { get; } = [];

    /// <summary>Draws quality certificates from these books and from what this moment of the ledger knows of arrivals.</summary>
    /// <param name="today">Days from it on are not over.</param>
    public Certificates Certificates(RuleSettings settings, LocalDay today) =>
        new(Books, settings, today, new StoredReceipts(View).Of, (meter, first, last) => View.RefusedOf(meter, first.Number, last.Number));

    public static LedgerReading Open(ILedger ledger, PolicyBook policies)
    {
        var view = ledger.OpenView();
        try
        {
            return new LedgerReading(view, policies);
        }
        catch
        {
            view.Dispose();
            throw;
        }
    }

    public void Dispose() => View.Dispose();
}
