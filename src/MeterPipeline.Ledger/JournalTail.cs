using System.Runtime.InteropServices;
using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ledger;

/// <summary>
/// The journal's tail by meter, kept in memory between questions about few meters, so that each costs what was appended since the one before and not the
/// whole tail: millions of readings while publishers are at full speed. 24 bytes a reading. Any thread.
/// </summary>
public sealed class JournalTail(ILedger ledger)
{
    /// <summary>A tail longer than this is not kept: 200 MB. Whoever asks then reads it through.</summary>
    private const int ReadingsMax = 8 << 20;

    private const int RowsAtOnce = 64;
    private const int ChunkBits = 16;
    private const int ChunkReadings = 1 << ChunkBits;
    private const int RegisterBits = 3;

    private readonly Lock gate = new();
    private readonly List<Reading> decoded = [];
    private readonly List<CompanyCount> counts = [];

    // Readings in the journal's order, each with the distance to the one before of its meter; the first chunk begins at firstKept.
    private readonly List<Entry[]> chunks = [];
    private readonly Queue<(long Seq, long End)> rows = [];
    private long firstKept;
    private long first;
    private long end;
    private long newestSeq;

    // By meter number: one more than the place of its newest reading.
    private long[] newest = [];

    /// <summary>A view of the ledger, and what its fold does not hold yet of some meters.</summary>
    /// <param name="View">The caller's to dispose.</param>
    /// <param name="Readings">In the journal's order; all that was acknowledged before the question, perhaps more than the view's own tail. Null: the tail is too long to be kept.</param>
    /// <param name="Seq">The newest journal row that is in them.</param>
    public sealed record Moment(ILedgerView View, IReadOnlyList<Reading>? Readings, long Seq);

    /// <param name="meters">Numbers of the meters asked about; told the registry of the moment.</param>
    public Moment Open(Func<ILedgerView, IEnumerable<int>> meters)
    {
        lock (gate)
        {
            // Views are opened one after the other, so that none stands for an earlier fold than what is kept.
            while (true)
            {
                var view = ledger.OpenView();
                try
                {
                    Forget(view.FoldedSeq);
                    if (ReadOn()) return Answer(view, meters);
                }
                catch
                {
                    view.Dispose();
                    throw;
                }
                view.Dispose();
            }
        }
    }

    private Moment Answer(ILedgerView view, Func<ILedgerView, IEnumerable<int>> meters)
    {
        if (TooLong)
        {
            Begin(view.FoldedSeq);
            return new Moment(view, null, 0);
        }
        var readings = new List<Reading>();
        foreach (var meter in meters(view)) Gather(meter, readings);
        return new Moment(view, readings, newestSeq);
    }

    private bool TooLong => end - first > ReadingsMax;

    private void Forget(long foldedSeq)
    {
        if (newestSeq < foldedSeq) Begin(foldedSeq);
        while (rows.TryPeek(out var row) && row.Seq <= foldedSeq) first = rows.Dequeue().End;
        for (; firstKept + ChunkReadings <= first; firstKept += ChunkReadings) chunks.RemoveAt(0);
    }

    /// <summary>Reads what was appended; false: rows of it were folded and pruned since the view was opened, so that a newer one stands for them.</summary>
    private bool ReadOn()
    {
        for (var read = RowsAtOnce; read == RowsAtOnce && !TooLong;)
        {
            var appended = ledger.ReadJournal(newestSeq, RowsAtOnce);
            if (appended.Count > 0 && appended[0].Seq != newestSeq + 1) return false;
            foreach (var row in appended) Add(row);
            read = appended.Count;
        }
        return true;
    }

    /// <summary>Nothing is kept; the next row is the one after the fold.</summary>
    private void Begin(long foldedSeq)
    {
        chunks.Clear();
        rows.Clear();
        (first, firstKept, newestSeq) = (end, end, foldedSeq);
    }

    private void Add(JournalRow row)
    {
        JournalBlob.Read(row.Blob, decoded, counts);
        foreach (ref readonly var reading in CollectionsMarshal.AsSpan(decoded))
        {
            if (reading.MeterNo >= newest.Length) Array.Resize(ref newest, Math.Max(reading.MeterNo + 1, newest.Length * 2));
            var at = end - firstKept;
            if (at >> ChunkBits == chunks.Count) chunks.Add(new Entry[ChunkReadings]);
            ref var before = ref newest[reading.MeterNo];
            var back = before > first ? (int)(end + 1 - before) : 0;
            chunks[(int)(at >> ChunkBits)][at & (ChunkReadings - 1)] = new Entry(reading.TimeMs, reading.Value, reading.Revision, back << RegisterBits | (int)reading.Register);
            before = ++end;
        }
        newestSeq = row.Seq;
        rows.Enqueue((row.Seq, end));
    }

    private void Gather(int meterNo, List<Reading> into)
    {
        if (meterNo >= newest.Length) return;
        var start = into.Count;
        for (var place = newest[meterNo] - 1; place >= first;)
        {
            var at = place - firstKept;
            ref readonly var entry = ref chunks[(int)(at >> ChunkBits)][at & (ChunkReadings - 1)];
            into.Add(new Reading(meterNo, (Register)(entry.BackAndRegister & ((1 << RegisterBits) - 1)), entry.TimeMs, entry.Value, entry.Revision));
            if (entry.BackAndRegister >> RegisterBits is var back && back == 0) break;
            place -= back;
        }
        into.Reverse(start, into.Count - start);
    }

    private readonly record struct Entry(long TimeMs, long Value, int Revision, int BackAndRegister);
}
