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
/// One loop that drains everything submitted, commits it as one journal row, and only then lets the acknowledgements go. A commit that fails
/// is tried again until it succeeds: meanwhile nothing is acknowledged and, once the channel is full, no socket is read.
/// </summary>
public sealed class Recorder : IAsyncDisposable
{
    /// <summary>Batches waiting for a commit. One batch is one socket read, at most about a megabyte.</summary>
    private const int WaitingBatchesMax = 256;

    /// <summary>Readings in one commit: about 2 MB of journal, a few milliseconds.</summary>
    private const int CommitReadingsMax = 128 * 1024;

    /// <summary>Commits handed on but not folded yet, at most 4 MB each. When the accruer is behind by more, it reads the rest from the journal.</summary>
    private const int UnfoldedCommitsMax = 16;

    private static readonly TimeSpan FoldLook = TimeSpan.FromMilliseconds(2);

    private readonly ILedger ledger;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Channel<IntakeBatch> waiting;
    private readonly Channel<Recorded> recorded;
    private readonly CancellationTokenSource giveUp = new();
    private readonly Task loop;

    // Owned by the loop.
    private readonly JournalBlob.Writer writer = new();
    private readonly List<IntakeBatch> drained = [];
    private readonly List<QuarantinedMessage> quarantined = [];
    private readonly IntakeBatch tally = new();
    private readonly Queue<(long Seq, int Readings)> unfolded = [];
    private long unfoldedReadings;

    public Recorder(ILedger ledger, TimeProvider time, ILogger<Recorder> log)
    {
        (this.ledger, this.time, this.log) = (ledger, time, log);
        waiting = Channel.CreateBounded<IntakeBatch>(new BoundedChannelOptions(WaitingBatchesMax) { SingleReader = true });
        recorded = Channel.CreateBounded<Recorded>(new BoundedChannelOptions(UnfoldedCommitsMax) { SingleReader = true, SingleWriter = true });
        loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Told when a batch is no longer needed.</summary>
    public Action<IntakeBatch> Done { private get; set; } = _ => { };

    /// <summary>
    /// Readings recorded here and not folded yet, default 10,000,000. Beyond them commits wait for the fold: publishers who are faster than it are slowed
    /// down, and neither the journal nor the time to catch up after a crash grows without bound.
    /// </summary>
    public long UnfoldedReadingsMax { private get; init; } = 10_000_000;

    /// <summary>The newest journal row that is folded; where nobody folds, no row is waited for.</summary>
    public Func<long> FoldedSeq { private get; set; } = () => long.MaxValue;

    /// <summary>Commits in order, for the accruer. It may miss some: then the journal has them.</summary>
    public ChannelReader<Recorded> Recorded => recorded.Reader;

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
        recorded.Writer.TryComplete();
        giveUp.Dispose();
    }

    private void Run()
    {
        while (waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (FarAhead() && !giveUp.Token.WaitHandle.WaitOne(FoldLook))
            {
            }
            var readings = 0;
            while (readings < CommitReadingsMax && waiting.Reader.TryRead(out var batch))
            {
                drained.Add(batch);
                readings += batch.Count;
            }
            if (!Commit(readings)) return;
        }
    }

    private bool FarAhead()
    {
        var folded = FoldedSeq();
        while (unfolded.TryPeek(out var row) && row.Seq <= folded) unfoldedReadings -= unfolded.Dequeue().Readings;
        return unfoldedReadings > UnfoldedReadingsMax;
    }

    private bool Commit(int readings)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var batch in drained)
        {
            // The row's own time: a replay takes them off the day that they were counted on.
            foreach (var message in batch.Quarantined) quarantined.Add(message with { ReceivedAtMs = now });
            foreach (var count in batch.Counts) tally.Tally(count.Company, count.Received, count.Quarantined);
        }
        if (tally.Counts.Count > 0)
        {
            writer.Begin(now, tally.Counts, readings);
            foreach (var batch in drained) writer.Add(batch.Readings);
            if (Append(writer.Finish()) is not { } seq) return false;
            unfolded.Enqueue((seq, readings));
            unfoldedReadings += readings;
            HandOn(seq, now, readings);
        }
        foreach (var batch in drained)
        {
            batch.Owed?.Committed();
            Done(batch);
        }
        drained.Clear();
        quarantined.Clear();
        tally.Clear();
        Commits.Increment();
        Readings.Add(readings);
        return true;
    }

    /// <summary>Tries until the ledger takes the row; null when shut down before it did.</summary>
    private long? Append(ReadOnlySpan<byte> blob)
    {
        for (var pauseMs = 50; ; pauseMs = Math.Min(pauseMs * 2, 2_000))
        {
            try
            {
                var seq = ledger.Append(blob, quarantined);
                Waiting = null;
                return seq;
            }
            catch (LedgerException error)
            {
                if (Healthy) log.LogError("Recording waits, nothing is acknowledged meanwhile: {Message}", error.Message);
                Waiting = error.Message;
            }
            if (giveUp.Token.WaitHandle.WaitOne(pauseMs)) return null;
        }
    }

    private void HandOn(long seq, long now, int readings)
    {
        var all = ArrayPool<Reading>.Shared.Rent(readings);
        var at = 0;
        foreach (var batch in drained)
        {
            batch.Readings.CopyTo(all.AsSpan(at));
            at += batch.Count;
        }
        var commit = new Recorded(seq, now, all, readings, [.. tally.Counts]);
        if (!recorded.Writer.TryWrite(commit)) commit.Return();
    }
}
