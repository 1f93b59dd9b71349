using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ledger;

/// <summary>
/// The journal's tail by meter, kept in memory between questions about few meters, so that each costs what was appended since the one before, or since the
/// last <see cref="ReadOn()"/>, and not the whole tail: millions of readings while publishers are at full speed. Any thread.
/// </summary>
public sealed class JournalTail(ILedger ledger)
{
    /// <summary>Of longer tails together no more is kept: 200 MB. Whoever asks then reads them through.</summary>
    private const int ReadingsMax = 8 << 20;

    private readonly Turn turn = new();
    private long questions;

    private readonly PartitionTail[] parts = [.. Enumerable.Range(0, ledger.Partitions).Select(partition => new PartitionTail(ledger, partition, ReadingsMax / ledger.Partitions))];

    /// <summary>A view of the ledger, and what its fold does not hold yet of some meters.</summary>
    /// <param name="View">The caller's to dispose.</param>
    /// <param name="Readings">In the journal's order; all that was acknowledged before the question, perhaps more than the view's own tail. Null: the tail is too long to be kept.</param>
    /// <param name="Seq">How many journal rows are in them and in the fold.</param>
    public sealed record Moment(ILedgerView View, IReadOnlyList<Reading>? Readings, long Seq);

    /// <summary>How many there were.</summary>
    public long Questions => Interlocked.Read(ref questions);

    /// <param name="meters">Numbers of the meters asked about; told the registry of the moment.</param>
    public Moment Open(Func<ILedgerView, IEnumerable<int>> meters)
    {
        Interlocked.Increment(ref questions);
        return turn.Take(() => OpenNow(meters));
    }

    /// <summary>Reads what was appended since the last question. Whoever calls it often while questions come spares them from reading it, one waiting for the other.</summary>
    public void ReadOn() => turn.Take(() =>
    {
        using var view = ledger.OpenView();
        return ReadOn(view); // where rows were pruned meanwhile, the next call goes on
    });

    /// <summary>Views are opened one after the other, so that none stands for an earlier fold than what is kept.</summary>
    private Moment OpenNow(Func<ILedgerView, IEnumerable<int>> meters)
    {
        while (true)
        {
            var view = ledger.OpenView();
            try
            {
                if (ReadOn(view)) return Answer(view, meters);
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

    private Moment Answer(ILedgerView view, Func<ILedgerView, IEnumerable<int>> meters)
    {
        // What is kept stays: the next fold lets go of the first of it.
        if (parts.Any(part => part.TooLong)) return new Moment(view, null, 0);
        var readings = new List<Reading>();
        foreach (var meter in meters(view))
            foreach (var part in parts) part.Gather(meter, readings);
        return new Moment(view, readings, parts.Sum(part => part.NewestSeq));
    }
}
