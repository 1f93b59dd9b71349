using System.Runtime.InteropServices;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ledger;

/// <summary>
/// The journal's tail by meter, kept in memory between questions about few meters, so that each costs what was appended since the one before, or since the
/// last <see cref="ReadOn()"/>, and not the whole tail: millions of readings while publishers are at full speed. Any thread.
/// </summary>
/// <param name="readingsMax">Of longer tails together no more is kept. Whoever asks then reads them through.</param>
public sealed class JournalTail(ILedger ledger, int readingsMax = JournalTail.ReadingsDefault)
{
    /// <summary>
    /// 400 MB: six million readings of a city that wait for a flush, as many that come while it is stored, and some that are not folded yet. Beyond them
    /// every question takes as long as reading all of them.
    /// </summary>
    private const int ReadingsDefault = 16 << 20;

    private readonly Turn turn = new();
    private long questions;

    private readonly PartitionTail[] parts = [.. Enumerable.Range(0, ledger.Partitions).Select(partition => new PartitionTail(ledger, partition, readingsMax / ledger.Partitions))];

    /// <summary>A view of the ledger, and what its fold does not hold yet of some meters.</summary>
    /// <param name="View">The caller's to dispose.</param>
    /// <param name="Readings">Each meter's in the journal's order; all that was acknowledged before the question, perhaps more than the view's own tail.</param>
    /// <param name="Received">What companies sent in the rows of this tail; of a company and day there may be several.</param>
    /// <param name="Seq">How many journal rows are in them and in the fold.</param>
    public sealed record Moment(ILedgerView View, IReadOnlyList<Reading> Readings, IReadOnlyList<PendingSum> Received, long Seq);

    /// <summary>How many there were.</summary>
    public long Questions => Interlocked.Read(ref questions);

    /// <param name="meters">Numbers of the meters asked about; told the registry of the moment.</param>
    public Moment Open(Func<ILedgerView, IEnumerable<int>> meters)
    {
        Interlocked.Increment(ref questions);
        var (view, moment) = turn.Take(() => OpenNow(meters));
        try
        {
            return moment ?? Through(view, [.. meters(view)]);
        }
        catch
        {
            view.Dispose();
            throw;
        }
    }

    /// <summary>Reads what was appended since the last question. Whoever calls it often while questions come spares them from reading it, one waiting for the other.</summary>
    public void ReadOn() => turn.Take(() =>
    {
        using var view = ledger.OpenView();
        return ReadOn(view); // where rows were pruned meanwhile, the next call goes on
    });

    /// <summary>Views are opened one after the other, so that none stands for an earlier fold than what is kept.</summary>
    /// <returns>No moment: the tail is too long to be kept.</returns>
    private (ILedgerView View, Moment? Moment) OpenNow(Func<ILedgerView, IEnumerable<int>> meters)
    {
        while (true)
        {
            var view = ledger.OpenView();
            try
            {
                if (ReadOn(view)) return (view, Answer(view, meters));
            }
            catch
            {
                view.Dispose();
                throw;
            }
            view.Dispose();
        }
    }

    private bool ReadOn(ILedgerView view)
    {
        for (var partition = 0; partition < parts.Length; partition++)
        {
            parts[partition].Forget(view.FoldedOf(partition));
            if (!parts[partition].ReadOn()) return false;
        }
        return true;
    }

    private Moment? Answer(ILedgerView view, Func<ILedgerView, IEnumerable<int>> meters)
    {
        // What is kept stays: the next fold lets go of the first of it.
        if (parts.Any(part => part.TooLong)) return null;
        var readings = new List<Reading>();
        foreach (var meter in meters(view))
            foreach (var part in parts) part.Gather(meter, readings);
        return new Moment(view, readings, [.. parts.SelectMany(part => part.Received)], parts.Sum(part => part.NewestSeq));
    }

    /// <summary>Reads the view's tail, and keeps what is asked for alone: books of everything in it, for each who asks, were gigabytes.</summary>
    private static Moment Through(ILedgerView view, int[] meters)
    {
        var (found, readings, counts, received, seq) = (new List<Reading>(), new List<Reading>(), new List<CompanyCount>(), new List<PendingSum>(), view.FoldedSeq);
        var asked = meters.ToHashSet();
        foreach (var row in view.JournalTail())
        {
            var day = LocalDay.Of(asked.Count == 0 ? JournalBlob.ReadCounts(row.Blob, counts) : JournalBlob.Read(row.Blob, readings, counts));
            received.AddRange(PendingSum.Of(counts, day));
            foreach (ref readonly var reading in CollectionsMarshal.AsSpan(readings))
                if (asked.Contains(reading.MeterNo)) found.Add(reading);
            seq++;
        }
        return new Moment(view, [.. meters.SelectMany(meter => found.Where(reading => reading.MeterNo == meter))], received, seq);
    }
}
