using System.Buffers;
using System.Threading.Channels;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ledger;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Ingest;

/// <summary>What one commit made durable, for the accruer.</summary>
/// <param name="seq">The journal row.</param>
public sealed class Recorded(long seq, long recordedAtMs, Reading[] rented, int count, CompanyCount[] counts)
{
    public long Seq { get; } = seq;

    public long RecordedAtMs { get; } = recordedAtMs;

    public CompanyCount[] Counts { get; } = counts;

    /// <summary>In the order of the row; not to be touched after <see cref="Return"/>.</summary>
    public ReadOnlySpan<Reading> Readings => rented.AsSpan(0, count);

    /// <summary>Gives the memory back.</summary>
    public void Return() => ArrayPool<Reading>.Shared.Return(rented);
}

/// <summary>
/// One loop that drains everything submitted, commits it as one journal row per partition, and only then lets the acknowledgements go. A commit that fails
/// is tried again until it succeeds: meanwhile nothing is acknowledged and, once the channel is full, no socket is read.
/// </summary>
public sealed class Recorder : IAsyncDisposable
{
    /// <summary>Default of <see cref="UnfoldedReadingsMax"/>.</summary>
    public const long UnfoldedReadingsDefault = 10_000_000;

    /// <summary>Batches waiting for a commit. One batch is one socket read, at most about a megabyte.</summary>
    private const int WaitingBatchesMax = 256;

    /// <summary>Readings in one commit: about 2 MB of journal, a few milliseconds.</summary>
    private const int CommitReadingsMax = 128 * 1024;

    /// <summary>Commits handed on but not folded yet, at most 4 MB each. When the accruer is behind by more, it reads the rest from the journal.</summary>
    private const int UnfoldedCommitsMax = 16;

    private static readonly TimeSpan FoldLook = TimeSpan.FromMilliseconds(2);

    /// <summary>How slowly commits go at last when they are ahead of the fold: a million readings a second, which it folds beside a flush.</summary>
    private const int EasedReadingsPerMs = 1_000;

    private readonly ILedger ledger;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Channel<IntakeBatch> waiting;
    private readonly Channel<Recorded>?[] followers;
    private readonly CancellationTokenSource giveUp = new();
    private readonly Task loop;

    // Owned by the loop.
    private readonly CommitRows rows;
    private readonly List<IntakeBatch> drained = [];
    private readonly List<QuarantinedMessage> quarantined = [];
    private readonly Queue<(long Seq, int Readings)>[] unfolded;
    private long unfoldedReadings;

    /// <param name="registry">Tells the partitions of meters; may be missing only where the ledger has one.</param>
    public Recorder(ILedger ledger, TimeProvider time, ILogger<Recorder> log, RegistryWatch? registry = null)
    {
        (this.ledger, this.time, this.log) = (ledger, time, log);
        rows = new CommitRows(ledger.Partitions, registry);
        followers = new Channel<Recorded>?[ledger.Partitions];
        unfolded = [.. followers.Select(_ => new Queue<(long Seq, int Readings)>())];
        waiting = Channel.CreateBounded<IntakeBatch>(new BoundedChannelOptions(WaitingBatchesMax) { SingleReader = true });
        loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Told when a batch is no longer needed.</summary>
    public Action<IntakeBatch> Done { private get; set; } = _ => { };

    /// <summary>
    /// Readings recorded here and not folded yet, default 10,000,000. Beyond them commits wait for the fold, and from half of them on they are put off a
    /// little: publishers who are faster than it are slowed down, and neither the journal nor the time to catch up after a crash grows without bound.
    /// </summary>
    public long UnfoldedReadingsMax { private get; init; } = UnfoldedReadingsDefault;

    /// <summary>The newest journal row of a partition that is folded; where nobody folds it, no row is waited for.</summary>
    public Func<int, long> FoldedSeq { private get; set; } = _ => long.MaxValue;

    /// <summary>Commits to a partition in order, from now on, for its accruer. It may miss some: then the journal has them.</summary>
    public ChannelReader<Recorded> Follow(int partition)
    {
        var channel = Channel.CreateBounded<Recorded>(new BoundedChannelOptions(UnfoldedCommitsMax) { SingleReader = true, SingleWriter = true });
        Volatile.Write(ref followers[partition], channel);
        return channel.Reader;
    }

    /// <summary>Nobody follows the partition any more.</summary>
    public void Unfollow(int partition) => Volatile.Write(ref followers[partition], null);

    /// <summary>False while commits fail.</summary>
    public bool Healthy => Waiting is null;

    /// <summary>Why the ledger takes no commits at this moment; null: it does.</summary>
    public string? Waiting { get; private set; }

    public Counter Commits { get; } = new();

    public Counter Readings { get; } = new();

    /// <summary>Completes when the batch is queued; waits while the queue is full.</summary>
    public ValueTask SubmitAsync(IntakeBatch batch, CancellationToken cancel) => waiting.Writer.WriteAsync(batch, cancel);

    /// <summary>Commits what was submitted and ends. Afterwards nothing can be submitted.</summary>
    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        giveUp.CancelAfter(TimeSpan.FromSeconds(30));
        await loop.ConfigureAwait(false);
        foreach (var follower in followers) follower?.Writer.TryComplete();
        giveUp.Dispose();
    }

    private void Run()
    {
        try
        {
            Record();
        }
        catch (Exception error)
        {
            // Nothing is acknowledged any more, and nobody may take it for quiet.
            Waiting = error.Message;
            log.LogCritical(error, "Recording stopped, nothing is acknowledged any more. Restart after mending the cause");
            throw;
        }
    }

    private void Record()
    {
        var readings = 0;
        while (waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (FarAhead() && !giveUp.Token.WaitHandle.WaitOne(FoldLook))
            {
            }
            if (EaseMs(unfoldedReadings, UnfoldedReadingsMax, readings) is > 0 and var pauseMs) giveUp.Token.WaitHandle.WaitOne(pauseMs);
            readings = 0;
            while (readings < CommitReadingsMax && waiting.Reader.TryRead(out var batch))
            {
                drained.Add(batch);
                readings += batch.Count;
            }
            if (!Commit(readings)) return;
        }
    }

    /// <summary>
    /// How long the next commit is put off, ms: 0 until half of what may be unfolded is, from there more with each reading. Publishers go over to the fold's
    /// pace, where all of them would stand still at the bound for as long as the fold needs: for seconds, while it gathers a flush.
    /// </summary>
    /// <param name="readings">Of the commit before: the larger commits are, the fewer they are.</param>
    public static int EaseMs(long unfolded, long unfoldedMax, int readings)
    {
        var (half, ahead) = (unfoldedMax / 2, Math.Min(unfolded, unfoldedMax) - unfoldedMax / 2);
        return ahead <= 0 ? 0 : (int)(readings * ahead / (unfoldedMax - half) / EasedReadingsPerMs);
    }

    private bool FarAhead()
    {
        for (var partition = 0; partition < unfolded.Length; partition++)
        {
            if (unfolded[partition].Count == 0) continue;
            var folded = FoldedSeq(partition);
            while (unfolded[partition].TryPeek(out var row) && row.Seq <= folded) unfoldedReadings -= unfolded[partition].Dequeue().Readings;
        }
        return unfoldedReadings > UnfoldedReadingsMax;
    }

    private bool Commit(int readings)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        rows.Begin(readings);
        foreach (var batch in drained)
        {
            // The row's own time: a replay takes them off the day that they were counted on.
            foreach (var message in batch.Quarantined) quarantined.Add(message with { ReceivedAtMs = now });
            rows.Add(batch);
        }
        if (rows.Finish(now) is { Count: > 0 } commit)
        {
            if (Append(commit) is not { } seqs) return false;
            for (var i = 0; i < seqs.Length; i++) HandOn(rows.Filled[i], seqs[i], now);
        }
        foreach (var batch in drained)
        {
            batch.Owed?.Committed();
            Done(batch);
        }
        drained.Clear();
        quarantined.Clear();
        Commits.Increment();
        Readings.Add(readings);
        return true;
    }

    /// <summary>Tries until the ledger takes the rows; null when shut down before it did.</summary>
    private long[]? Append(IReadOnlyList<PartitionRow> commit)
    {
        for (var pauseMs = 50; ; pauseMs = Math.Min(pauseMs * 2, 2_000))
        {
            try
            {
                var seqs = ledger.Record(commit, quarantined);
                Waiting = null;
                return seqs;
            }
            catch (LedgerException error)
            {
                if (Healthy) log.LogError("Recording waits, nothing is acknowledged meanwhile: {Message}", error.Message);
                Waiting = error.Message;
            }
            if (giveUp.Token.WaitHandle.WaitOne(pauseMs)) return null;
        }
    }

    private void HandOn(CommitRows.Part part, long seq, long now)
    {
        unfolded[part.Partition].Enqueue((seq, part.Count));
        unfoldedReadings += part.Count;
        if (Volatile.Read(ref followers[part.Partition]) is not { } follower) return;
        var commit = part.Take(seq, now);
        if (!follower.Writer.TryWrite(commit)) commit.Return();
    }
}
