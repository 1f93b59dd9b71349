using System.Runtime.InteropServices;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
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

    /// <summary>Meters with readings in the journal's tail: their books exist here only.</summary>
    private readonly HashSet<int> unflushed = [];

    private LedgerReading(ILedgerView view, PolicyBook policies, bool few = false)
    {
        View = view;
        stored = new StoredBooks(() => view);
        Books = new Books(view.Registry(), stored.Days, stored.Years, few);
        Statements = new Statements(Books, policies, new StoredHolds(view).Of);
    }

    public ILedgerView View { get; }

    /// <summary>How many journal rows are in it: where there is one partition, the newest row.</summary>
    public long JournalSeq { get; private set; }

    public Books Books { get; }

    public Statements Statements { get; }

    /// <summary>Readings in the journal's tail: acknowledged, not flushed as folded yet.</summary>
    public long PendingReadings { get; private set; }

    /// <summary>What companies sent in the journal's tail.</summary>
    public List<CompanyCount> PendingReceived { get; } = [];

    /// <summary>
    /// Statements of all households whose village code starts with a prefix, ordered by division, then household id. What was restored for one is let go
    /// before the next: memory does not grow with the division.
    /// </summary>
    public IEnumerable<HouseholdStatement> StatementsOf(string divisionPrefix, int autumn)
    {
        foreach (var household in Statements.HouseholdsOf(divisionPrefix))
        {
            if (Statements.Of(household, autumn) is { } statement) yield return statement;
            Release(household);
        }
    }

    /// <summary>Whether readings of the household's meters are in the journal's tail: then <see cref="Books"/> alone know all of them.</summary>
    public bool HasTail(Household household)
    {
        foreach (var meter in Books.Registry.MetersOf(household.Id))
            if (unflushed.Contains(meter.No)) return true;
        return false;
    }

    /// <summary>Lets go of what was restored for a household; it is read again when somebody asks.</summary>
    public void Release(Household household)
    {
        foreach (var meter in Books.Registry.MetersOf(household.Id))
            if (!unflushed.Contains(meter.No)) Books.Release(meter.No);
        // Looking at a book may fold it again; nobody here writes it.
        Books.ClearDirty();
    }

    /// <summary>Draws quality certificates from these books and from what this moment of the ledger knows of arrivals.</summary>
    /// <param name="today">Days from it on are not over.</param>
    public Certificates Certificates(RuleSettings settings, LocalDay today) =>
        new(Books, settings, today, new StoredReceipts(View).Of, (meter, first, last) => View.RefusedOf(meter, first.Number, last.Number));

    public static LedgerReading Open(ILedger ledger, PolicyBook policies)
    {
        var view = ledger.OpenView();
        try
        {
            return new LedgerReading(view, policies).WithTail();
        }
        catch
        {
            view.Dispose();
            throw;
        }
    }

    /// <summary>The same for some meters only, for many questions in a row: what others have sent since the last flush is not in it.</summary>
    /// <param name="meters">Numbers of those that will be asked about, by the registry of the moment.</param>
    public static LedgerReading Open(JournalTail tail, PolicyBook policies, Func<RegistrySnapshot, IEnumerable<int>> meters)
    {
        var moment = tail.Open(view => meters(view.Registry()));
        try
        {
            return new LedgerReading(moment.View, policies, few: true).With(moment.Readings, moment.Seq);
        }
        catch
        {
            moment.View.Dispose();
            throw;
        }
    }

    public void Dispose() => View.Dispose();

    private LedgerReading WithTail()
    {
        var readings = new List<Reading>();
        var counts = new List<CompanyCount>();
        JournalSeq = View.FoldedSeq;
        foreach (var row in View.JournalTail())
        {
            JournalSeq++;
            JournalBlob.Read(row.Blob, readings, counts);
            Apply(CollectionsMarshal.AsSpan(readings));
            PendingReceived.AddRange(counts);
        }
        return this;
    }

    private LedgerReading With(IReadOnlyList<Reading> readings, long seq)
    {
        Apply([.. readings]);
        JournalSeq = seq;
        return this;
    }

    private void Apply(ReadOnlySpan<Reading> readings)
    {
        for (var rest = readings; !rest.IsEmpty;)
        {
            var block = stored.Next(Books, rest);
            rest = rest[block.Length..];
            foreach (ref readonly var reading in block)
            {
                Books.Apply(reading);
                unflushed.Add(reading.MeterNo);
            }
        }
        PendingReadings += readings.Length;
    }
}
