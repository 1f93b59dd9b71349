using System.Runtime.InteropServices;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ledger;

/// <summary>The tail of one partition's journal by meter: 24 bytes a reading. Not thread-safe.</summary>
internal sealed class PartitionTail(ILedger ledger, int partition, int readingsMax)
{
    private const int RowsAtOnce = 16; // of 2 MB each at full speed
    private const int ChunkBits = 16;
    private const int ChunkReadings = 1 << ChunkBits;
    private const int RegisterBits = 3;

    private readonly List<Reading> decoded = [];
    private readonly List<CompanyCount> counts = [];

    // Readings in the journal's order, each with the distance to the one before of its meter; the first chunk begins at firstKept.
    private readonly List<Entry[]> chunks = [];

    // A flush lets go of millions of readings at a time, 1.5 MB a chunk: thrown away and made again they are what brings most collections of everything.
    private readonly Stack<Entry[]> spare = [];
    private readonly Queue<(long Seq, long End, LocalDay Day, CompanyCount[] Counts)> rows = [];
    private readonly Dictionary<(string Company, LocalDay Day), (long Received, long Quarantined)> received = [];
    private long firstKept;
    private long first;
    private long end;

    // By meter number: one more than the place of its newest reading.
    private long[] newest = [];

    /// <summary>The newest journal row that is kept, or the fold's where none is.</summary>
    public long NewestSeq { get; private set; }

    /// <summary>Too many readings to be kept.</summary>
    public bool TooLong => end - first > readingsMax;

    /// <summary>What companies sent in the rows that are kept.</summary>
    public IEnumerable<PendingSum> Received => received.Select(sum => new PendingSum(sum.Key.Company, sum.Key.Day, sum.Value.Received, sum.Value.Quarantined));

    /// <summary>What is folded is stored elsewhere.</summary>
    public void Forget(long foldedSeq)
    {
        if (NewestSeq < foldedSeq) Begin(foldedSeq);
        while (rows.TryPeek(out var row) && row.Seq <= foldedSeq)
        {
            first = rows.Dequeue().End;
            foreach (var count in row.Counts) Count(count, row.Day, -1);
        }
        for (; firstKept + ChunkReadings <= first; firstKept += ChunkReadings)
        {
            spare.Push(chunks[0]);
            chunks.RemoveAt(0);
        }
    }

    /// <summary>Reads what was appended; false: rows of it were folded and pruned since the view was opened, so that a newer one stands for them.</summary>
    public bool ReadOn()
    {
        for (var read = RowsAtOnce; read == RowsAtOnce && !TooLong;)
        {
            var appended = ledger.ReadJournal(NewestSeq, RowsAtOnce, partition);
            if (appended.Count > 0 && appended[0].Seq != NewestSeq + 1) return false;
            foreach (var row in appended) Add(row);
            read = appended.Count;
        }
        return true;
    }

    /// <summary>Nothing is kept; the next row is the one after the fold.</summary>
    private void Begin(long foldedSeq)
    {
        chunks.ForEach(spare.Push);
        chunks.Clear();
        rows.Clear();
        received.Clear();
        (first, firstKept, NewestSeq) = (end, end, foldedSeq);
    }

    private void Add(JournalRow row)
    {
        var day = LocalDay.Of(JournalBlob.Read(row.Blob, decoded, counts));
        foreach (ref readonly var reading in CollectionsMarshal.AsSpan(decoded))
        {
            if (reading.MeterNo >= newest.Length) Array.Resize(ref newest, Math.Max(reading.MeterNo + 1, newest.Length * 2));
            var at = end - firstKept;
            if (at >> ChunkBits == chunks.Count) chunks.Add(spare.TryPop(out var used) ? used : new Entry[ChunkReadings]);
            ref var before = ref newest[reading.MeterNo];
            var back = before > first ? (int)(end + 1 - before) : 0;
            chunks[(int)(at >> ChunkBits)][at & (ChunkReadings - 1)] = new Entry(reading.TimeMs, reading.Value, reading.Revision, back << RegisterBits | (int)reading.Register);
            before = ++end;
        }
        NewestSeq = row.Seq;
        rows.Enqueue((row.Seq, end, day, [.. counts]));
        foreach (var count in counts) Count(count, day, 1);
    }

    private void Count(CompanyCount count, LocalDay day, int times)
    {
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(received, (count.Company, day), out _);
        sum = (sum.Received + times * count.Received, sum.Quarantined + times * count.Quarantined);
        if (sum == default) received.Remove((count.Company, day));
    }

    /// <summary>Adds the readings of a meter, in the journal's order.</summary>
    public void Gather(int meterNo, List<Reading> into)
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
