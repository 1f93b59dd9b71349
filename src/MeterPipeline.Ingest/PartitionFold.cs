using System.Threading.Channels;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Ledger;
using MeterPipeline.Sinks;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Ingest;

/// <summary>Everything that folding one partition takes: its accruer, its villages, and where there is a sink its projector.</summary>
public sealed class PartitionFold : IAsyncDisposable
{
    private readonly FoldKit kit;

    /// <exception cref="LedgerException">Another process folds the partition.</exception>
    internal PartitionFold(FoldKit kit, int partition)
    {
        this.kit = kit;
        var villages = new VillageBoard(kit.Policies, kit.Time, kit.Ledger.Partitions > 1 ? partition : null);
        Accruer = new Accruer(
            kit.Ledger, kit.Registry, kit.Recorder?.Follow(partition) ?? Nothing(), villages, kit.Time, kit.Logs.CreateLogger<Accruer>(), partition, kit.Journal)
        {
            Projected = Projected(partition),
            Folded = kit.Folded,
        };
        try
        {
            if (kit.Sink is { } sink) Projector = Projecting(sink, villages, partition);
        }
        catch
        {
            DisposeAsync().AsTask().GetAwaiter().GetResult(); // nothing runs yet
            throw;
        }
        Accruer.Start();
        Projector?.Start();
    }

    public Accruer Accruer { get; }

    /// <summary>Null where nothing is projected.</summary>
    public Projector? Projector { get; }

    public int Partition => Accruer.Partition;

    /// <summary>Folds what the journal holds, flushes, and lets go of the partition.</summary>
    public async ValueTask DisposeAsync()
    {
        kit.Recorder?.Unfollow(Partition);
        // It moves its cursor by the right of the fold.
        if (Projector is not null) await Projector.DisposeAsync().ConfigureAwait(false);
        await Accruer.DisposeAsync().ConfigureAwait(false);
    }

    private Projector Projecting(ISink sink, VillageBoard villages, int partition) =>
        new(kit.Ledger, kit.Registry, sink, villages, kit.Time, kit.Logs.CreateLogger<Projector>(), partition, kit.Journal)
        {
            Written = kit.Written,
            Refused = kit.Refused,
        };

    /// <summary>Where somebody else projects, rows behind its cursor are kept for it.</summary>
    private Func<long>? Projected(int partition)
    {
        if (kit.Sink is not null) return () => Projector?.Cursor ?? 0;
        var cursor = Projector.CursorName(partition);
        return kit.KeepsProjected && kit.Ledger.Cursor(cursor) > 0 ? () => kit.Ledger.Cursor(cursor) : null;
    }

    private static ChannelReader<Recorded> Nothing()
    {
        var none = Channel.CreateBounded<Recorded>(1);
        none.Writer.Complete();
        return none.Reader;
    }
}

/// <summary>What the folds of one process share.</summary>
public sealed class FoldKit(ILedger ledger, RegistryWatch registry, PolicyBook policies, TimeProvider time, ILoggerFactory logs)
{
    /// <summary>Whose commits are folded; null: only what the journal holds.</summary>
    public Recorder? Recorder { get; init; }

    /// <summary>Null: nothing is projected.</summary>
    public ISink? Sink { get; init; }

    /// <summary>Another process projects, where anything was ever projected: what it has not seen yet is kept.</summary>
    public bool KeepsProjected { get; init; }

    /// <summary>Readings folded by this process.</summary>
    public Counter Folded { get; } = new();

    /// <summary>Lines that the sink has stored.</summary>
    public Counter Written { get; } = new();

    /// <summary>Lines that the sink refused for good.</summary>
    public Counter Refused { get; } = new();

    internal ILedger Ledger => ledger;

    internal RegistryWatch Registry => registry;

    internal PolicyBook Policies => policies;

    internal TimeProvider Time => time;

    internal ILoggerFactory Logs => logs;

    internal JournalWatch Journal { get; } = new(ledger, time);

    /// <exception cref="LedgerException">Another process folds the partition.</exception>
    public PartitionFold Begin(int partition) => new(this, partition);
}
