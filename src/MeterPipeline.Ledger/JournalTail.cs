using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ledger;

/// <summary>
/// The journal's tail by meter, kept in memory between questions about few meters, so that each costs what was appended since the one before and not the
/// whole tail: millions of readings while publishers are at full speed. Any thread.
/// </summary>
public sealed class JournalTail(ILedger ledger)
{
    /// <summary>Tails longer than this together are not kept: 200 MB. Whoever asks then reads them through.</summary>
    private const int ReadingsMax = 8 << 20;

    private readonly Lock gate = new();
    private readonly PartitionTail[] parts = [.. Enumerable.Range(0, ledger.Partitions).Select(partition => new PartitionTail(ledger, partition, ReadingsMax / ledger.Partitions))];

    /// <summary>A view of the ledger, and what its fold does not hold yet of some meters.</summary>
    /// <param name="View">The caller's to dispose.</param>
    /// <param name="Readings">In the journal's order; all that was acknowledged before the question, perhaps more than the view's own tail. Null: the tail is too long to be kept.</param>
    /// <param name="Seq">How many journal rows are in them and in the fold.</param>
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
        if (parts.Any(part => part.TooLong))
        {
            for (var partition = 0; partition < parts.Length; partition++) parts[partition].Begin(view.FoldedOf(partition));
            return new Moment(view, null, 0);
        }
        var readings = new List<Reading>();
        foreach (var meter in meters(view))
            foreach (var part in parts) part.Gather(meter, readings);
        return new Moment(view, readings, parts.Sum(part => part.NewestSeq));
    }
}
