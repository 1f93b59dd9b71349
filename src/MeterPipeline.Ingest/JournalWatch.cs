using MeterPipeline.Ledger;

namespace MeterPipeline.Ingest;

/// <summary>How long each partition's journal is, asked for once for all who follow one. Thread-safe.</summary>
public sealed class JournalWatch(ILedger ledger, TimeProvider time)
{
    /// <summary>One question so often, however many partitions are folded and projected here.</summary>
    private static readonly TimeSpan LooksApart = TimeSpan.FromMilliseconds(90);

    private readonly Lock gate = new();
    private long[] heads = [];
    private long? looked;

    /// <summary>The newest row of a partition, at most 90 ms ago.</summary>
    public long Head(int partition)
    {
        lock (gate)
        {
            if (looked is { } at && time.GetElapsedTime(at) < LooksApart) return heads[partition];
            heads = ledger.JournalHeads();
            looked = time.GetTimestamp();
            return heads[partition];
        }
    }
}
