using System.Collections.Immutable;
using MeterPipeline.Ledger;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Ingest;

/// <summary>
/// Folds this node's share of the partitions: says every second that it lives, takes what nobody folds while it has less than its share, and lets go,
/// in order, of what it has above it. A partition that was lost to another node ends here; the node goes on. Where the ledger has no nodes, it folds all.
/// </summary>
public sealed class PartitionKeeper : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    /// <summary>Longer than a takeover lasts: so long nobody is told of partitions that nobody folds.</summary>
    private static readonly TimeSpan UnownedMax = TimeSpan.FromSeconds(15);

    private readonly ILedger ledger;
    private readonly FoldKit kit;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly CancellationTokenSource stop = new();
    private Task loop = Task.CompletedTask;

    // Owned by the loop; others read.
    private volatile ImmutableSortedDictionary<int, PartitionFold> folds = ImmutableSortedDictionary<int, PartitionFold>.Empty;
    private volatile FoldSpread spread = new(0, 0, []);

    // Owned by the loop.
    private readonly Dictionary<int, Task> ending = [];
    private long? unownedSince;

    public PartitionKeeper(ILedger ledger, FoldKit kit, TimeProvider time, ILogger<PartitionKeeper> log) =>
        (this.ledger, this.kit, this.time, this.log) = (ledger, kit, time, log);

    /// <summary>What is folded here, by partition.</summary>
    public IEnumerable<PartitionFold> Folds => folds.Values;

    /// <summary>As last seen.</summary>
    public FoldSpread Spread => spread;

    /// <summary>Partitions that nobody has folded for longer than a takeover lasts.</summary>
    public IReadOnlyList<int> Unowned => unownedSince is { } since && time.GetElapsedTime(since) > UnownedMax ? Free(spread) : [];

    /// <summary>It stopped on an error that it cannot mend: others take over what is folded here; null while it runs.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Newest row of a partition that is folded, here or as far as known elsewhere; where folding has stopped or waits, no row is waited for.</summary>
    public long FoldedSeq(int partition)
    {
        if (folds.TryGetValue(partition, out var fold)) return fold.Accruer is { Failure: null, Waiting: null } ? fold.Accruer.AppliedSeq : long.MaxValue;
        return spread.Partitions.Count > partition && spread.Partitions[partition] is { Holder: FoldHolder.Other } other ? other.Folded : long.MaxValue;
    }

    /// <summary>Takes what is free; when this returns, it is folded.</summary>
    /// <exception cref="LedgerException">The ledger has no nodes, and another process folds it.</exception>
    public void Start()
    {
        if (!ledger.HasNodes)
        {
            Begin(0);
            return;
        }
        while (Look()) continue;
        loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Folds what the journal holds, flushes, and lets go of everything.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(false);
        await Task.WhenAll([.. ending.Values, .. folds.Values.Select(fold => fold.DisposeAsync().AsTask())]).ConfigureAwait(false);
        ledger.Depart();
        stop.Dispose();
    }

    private void Run()
    {
        var reachable = true;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (!Look()) stop.Token.WaitHandle.WaitOne(Poll);
                reachable = true;
            }
            catch (LedgerException error)
            {
                if (reachable) log.LogWarning("Who folds which partition is not known at this moment: {Message}", error.Message);
                reachable = false;
                stop.Token.WaitHandle.WaitOne(Poll);
            }
            catch (Exception error)
            {
                Failure = error;
                log.LogCritical(error, "This node no longer takes part in folding; readings are still recorded. Restart after mending the cause");
                return;
            }
        }
    }

    /// <returns>True: there is more to take, at once.</returns>
    private bool Look()
    {
        var seen = spread = ledger.Attend();
        var looked = time.GetTimestamp();
        foreach (var done in ending.Where(end => end.Value.IsCompleted).Select(end => end.Key).ToList()) ending.Remove(done);
        foreach (var fold in folds.Values)
            if (fold.Accruer.Lost || seen.Partitions[fold.Partition].Holder != FoldHolder.Me) End(fold);
        foreach (var surplus in folds.Values.Reverse().Take(folds.Count - seen.Target).ToList()) End(surplus);
        foreach (var free in Free(seen).Where(free => !ending.ContainsKey(free)).Take(seen.Target - folds.Count))
        {
            TryBegin(free);
            // Taking over takes time, and others must hear of us.
            if (time.GetElapsedTime(looked) >= Poll) return true;
        }
        if (Free(spread).Count == 0) unownedSince = null;
        else unownedSince ??= time.GetTimestamp();
        return false;
    }

    private static IReadOnlyList<int> Free(FoldSpread seen) =>
        [.. seen.Partitions.Where(state => state.Holder == FoldHolder.Nobody).Select(state => state.Partition)];

    private void TryBegin(int partition)
    {
        try
        {
            Begin(partition);
            log.LogInformation("Partition {Partition} is folded here now", partition);
        }
        catch (LedgerException error)
        {
            log.LogInformation("Partition {Partition} is not taken: {Message}", partition, error.Message);
        }
    }

    private void Begin(int partition) => folds = folds.Add(partition, kit.Begin(partition));

    private void End(PartitionFold fold)
    {
        log.LogInformation("Partition {Partition} is given up here", fold.Partition);
        folds = folds.Remove(fold.Partition);
        ending[fold.Partition] = Task.Run(() => EndAsync(fold));
    }

    private async Task EndAsync(PartitionFold fold)
    {
        try
        {
            await fold.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            log.LogError(error, "Partition {Partition} was not given up in order", fold.Partition);
        }
    }
}
