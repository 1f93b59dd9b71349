using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Ledger;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Ingest;

/// <summary>
/// Follows the journal, folds it into the books, and flushes them with the position they stand for. Commits of this process come through a
/// channel; whatever is missing there (rows of other processes, rows from before a crash) is read from the journal itself. Holds the fold of its
/// partition while it lives.
/// </summary>
public sealed class Accruer : IAsyncDisposable
{
    private const int RowsAtOnce = 32;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(150);

    /// <summary>
    /// Folded readings that force a flush: bounds memory and the time to catch up after a crash, together with as many that come while one is on its way.
    /// So few that a <see cref="JournalTail"/> keeps them for questions.
    /// </summary>
    private const long UnflushedReadingsMax = 5_000_000;

    /// <summary>
    /// With many meters more, for a flush writes two rows of each, some 5 µs: of 47 readings of each that is a tenth of what they cost, of 20 it would be a
    /// quarter. Twice as many are less than a day of quarter hours, so that memory keeps one closed day of a meter at most.
    /// </summary>
    private const long UnflushedPerMeter = 47;
    private const int ManyMeters = 200_000;

    /// <summary>More books than a flush of a city takes: see <see cref="Compact"/>.</summary>
    private const int LaidOutBooks = 500_000;

    /// <summary>A flush waits this many times as long as the one before took, so that flushing costs a tenth at most.</summary>
    private const int RestFactor = 10;

    /// <summary>What each book adds to a flush at least: it tells how long one of many will take that comes after one of few.</summary>
    private static readonly TimeSpan BookTime = TimeSpan.FromMicroseconds(7);

    private static readonly TimeSpan PruneEvery = TimeSpan.FromSeconds(5);

    /// <summary>How long an orderly end goes on drawing villages; what still waits then is drawn after the next start.</summary>
    private static readonly TimeSpan LastVillagesMax = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan RestMin = TimeSpan.FromMilliseconds(500);

    /// <summary>Pauses while the ledger is away: at most this long after it is back, folding goes on.</summary>
    private const int PauseMsMin = 100;
    private const int PauseMsMax = 5_000;

    private readonly ILedger ledger;
    private readonly RegistryWatch registry;
    private readonly ChannelReader<Recorded> commits;
    private readonly VillageBoard villages;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly IDisposable fold;
    private readonly JournalWatch journal;
    private readonly CancellationTokenSource stop = new();
    private Task loop = Task.CompletedTask;

    // Owned by the loop.
    private StoredBooks stored;
    private Books books;
    private Tallies tallies;
    private readonly List<Reading> decoded = [];
    private readonly List<CompanyCount> counts = [];
    private readonly Dictionary<(int MeterNo, Register Register, int Day), long> settled = [];
    private string?[] companies = []; // by meter number, as far as asked for
    private long applied;
    private long unflushedReadings;

    // The flush that is on its way, on a thread of its own.
    private FoldFlush flushing = new() { FoldedSeq = 0 };
    private Task? storing;
    private ChangedBooks? changed;
    private bool compacts;
    private bool compacted;
    private long storingSince;
    private long lastFlush;
    private long lastPrune;
    private TimeSpan rest = RestMin;
    private int pauseMs = PauseMsMin;

    /// <param name="journal">Shared by those who follow partitions of one ledger; null: alone.</param>
    /// <exception cref="LedgerException">Another process holds the fold.</exception>
    public Accruer(
        ILedger ledger, RegistryWatch registry, ChannelReader<Recorded> commits, VillageBoard villages, TimeProvider time, ILogger<Accruer> log,
        int partition = 0, JournalWatch? journal = null)
    {
        (this.ledger, this.registry, this.commits, this.villages, this.time, this.log) = (ledger, registry, commits, villages, time, log);
        (Partition, this.journal) = (partition, journal ?? new JournalWatch(ledger, time));
        fold = ledger.AcquireFold(partition);
        try
        {
            Begin();
        }
        catch
        {
            fold.Dispose();
            throw;
        }
        lastFlush = lastPrune = time.GetTimestamp();
    }

    public int Partition { get; }

    /// <summary>Journal row that the projection has reached; null: nothing is projected. Rows behind it are kept.</summary>
    public Func<long>? Projected { private get; init; }

    public void Start() => loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Newest journal row folded.</summary>
    public long AppliedSeq { get; private set; }

    /// <summary>Newest journal row whose fold is stored.</summary>
    public long FlushedSeq { get; private set; }

    public Counter Folded { get; init; } = new();

    /// <summary>The loop ended on an error that it cannot mend; null while it runs.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Why folding waits for the ledger; null: it does not.</summary>
    public string? Waiting { get; private set; }

    /// <summary>The loop ended because another process folds the partition now.</summary>
    public bool Lost { get; private set; }

    /// <summary>Folds what the journal holds, flushes, and lets go of the fold.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await loop.ConfigureAwait(false);
            stored.Dispose();
        }
        finally
        {
            // Whatever went wrong: a fold that is kept keeps every other node from the partition.
            fold.Dispose();
            stop.Dispose();
        }
    }

    /// <summary>As after a start: from what is flushed, and the journal after it. What was folded and not flushed is folded again.</summary>
    [MemberNotNull(nameof(stored), nameof(books), nameof(tallies))]
    private void Begin()
    {
        AwaitStoring();
        stored?.Dispose();
        stored = new StoredBooks(ledger.OpenView) { Reopens = true };
        books = new Books(registry.Registry, stored.Days, stored.Years);
        tallies = new Tallies(ledger, Partition);
        settled.Clear();
        (companies, changed) = ([], null);
        villages.Adopt(registry.Registry);
        using (var view = ledger.OpenView()) applied = view.FoldedOf(Partition);
        FlushedSeq = AppliedSeq = applied;
        unflushedReadings = 0;
    }

    private void Run()
    {
        try
        {
            KeepFolding();
        }
        finally
        {
            AwaitStoring();
        }
    }

    /// <summary>A question that failed may have left a row half folded, so folding does not go on from there: it begins again, as a new process would.</summary>
    private void KeepFolding()
    {
        for (; ; Pause())
        {
            try
            {
                if (Waiting is not null) Begin();
                Follow();
                return;
            }
            catch (FoldLostException lost)
            {
                Lost = true;
                log.LogWarning("Folding partition {Partition} ended here: {Message}", Partition, lost.Message);
                return;
            }
            catch (LedgerException error) when (!stop.IsCancellationRequested)
            {
                Waits(error);
            }
            catch (Exception error)
            {
                Failure = error;
                log.LogCritical(error, "Folding partition {Partition} stopped at journal row {Seq}; readings are still recorded. Restart after mending the cause", Partition, applied + 1);
                return;
            }
        }
    }

    private void Pause()
    {
        stop.Token.WaitHandle.WaitOne(pauseMs);
        pauseMs = Math.Min(pauseMs * 2, PauseMsMax);
    }

    private void Waits(LedgerException error)
    {
        if (Waiting is null) log.LogError("Folding waits at journal row {Seq}, readings are still recorded: {Message}", applied + 1, error.Message);
        Waiting = error.Message;
    }

    private void Follow()
    {
        CatchUp(ledger.JournalHeads()[Partition]);
        // Only what is stored shows that the ledger is back.
        if (Waiting is not null) Flush();
        while (!stop.IsCancellationRequested)
        {
            if (commits.TryRead(out var commit)) Take(commit);
            else Wait();
            FlushWhenDue();
        }
        while (commits.TryRead(out var last)) Take(last);
        CatchUp(ledger.JournalHeads()[Partition]);
        var ending = time.GetTimestamp();
        do Flush();
        while (villages.Waiting && time.GetElapsedTime(ending) < LastVillagesMax);
    }

    private void GoesOn()
    {
        if (Waiting is not null) log.LogInformation("Folding goes on at journal row {Seq}", applied + 1);
        (Waiting, pauseMs) = (null, PauseMsMin);
    }

    private void Wait()
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
            patience.CancelAfter(Poll);
            if (!commits.WaitToReadAsync(patience.Token).AsTask().GetAwaiter().GetResult()) stop.Token.WaitHandle.WaitOne(Poll);
        }
        catch (OperationCanceledException)
        {
            if (stop.IsCancellationRequested) return;
            registry.LookAgain();
            AdoptRegistry();
            CatchUp(journal.Head(Partition));
            LookBeside();
        }
    }

    private void Take(Recorded commit)
    {
        if (commit.Seq > applied + 1) CatchUp(commit.Seq - 1);
        if (commit.Seq == applied + 1) Apply(commit.Seq, commit.RecordedAtMs, commit.Readings, commit.Counts);
        commit.Return();
    }

    /// <summary>Reads the journal up to and including <paramref name="seq"/>.</summary>
    private void CatchUp(long seq)
    {
        while (applied < seq)
        {
            var rows = ledger.ReadJournal(applied, RowsAtOnce, Partition);
            if (rows.Count == 0 || rows[0].Seq != applied + 1) throw Missing();
            foreach (var row in rows)
            {
                var recordedAtMs = JournalBlob.Read(row.Blob, decoded, counts);
                Apply(row.Seq, recordedAtMs, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(decoded), counts);
            }
            FlushWhenDue();
        }
    }

    /// <summary>The next row is not there. Where more is stored as folded than was folded here, somebody else has taken the partition over, folded it and pruned.</summary>
    private Exception Missing()
    {
        using var view = ledger.OpenView();
        return view.FoldedOf(Partition) > applied
            ? new FoldLostException($"Journal row {applied + 1} of partition {Partition} was folded and pruned by another process.")
            : new InvalidOperationException($"Journal row {applied + 1} of partition {Partition} is missing. Restore the ledger from a backup.");
    }

    private void Apply(long seq, long recordedAtMs, ReadOnlySpan<Reading> readings, IReadOnlyList<CompanyCount> received)
    {
        var day = LocalDay.Of(recordedAtMs).Number;
        foreach (var count in received) tallies.Received(count, day);
        for (var rest = readings; !rest.IsEmpty;)
        {
            var block = stored.Next(books, rest);
            rest = rest[block.Length..];
            foreach (ref readonly var reading in block)
            {
                var company = CompanyOf(reading.MeterNo);
                var outcome = books.Apply(reading);
                tallies.Became(outcome, company, day);
                if (outcome == Outcome.Conflict || reading.Revision > 0)
                    settled[(reading.MeterNo, reading.Register, LocalDay.Of(reading.TimeMs).Number)] = seq;
            }
        }
        stored.Release(); // a view that is kept keeps the journal's WAL from beginning anew
        AppliedSeq = applied = seq;
        unflushedReadings += readings.Length;
        Folded.Add(readings.Length);
    }

    private string CompanyOf(int meterNo)
    {
        if ((uint)meterNo < (uint)companies.Length && companies[meterNo] is { } known) return known;
        var meter = books.Registry.MeterByNo(meterNo) ?? FindMeter(meterNo);
        if (companies.Length <= meterNo) companies = new string?[books.Registry.MeterNoLimit];
        return companies[meterNo] = meter.Current.Company;
    }

    /// <summary>The journal names a meter that was registered after the books last looked.</summary>
    private Domain.Registry.Meter FindMeter(int meterNo)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            registry.LookAgain();
            AdoptRegistry();
            if (books.Registry.MeterByNo(meterNo) is { } meter) return meter;
            stop.Token.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(20));
        }
        throw new InvalidOperationException($"The journal names meter number {meterNo}, the registry does not. Restore the ledger from a backup.");
    }

    private void AdoptRegistry()
    {
        var newest = registry.Registry;
        if (newest.Version == books.Registry.Version) return;
        books.Adopt(newest);
        companies = [];
        villages.Adopt(newest);
    }

    /// <summary>What another partition flushed may change the sums of households here.</summary>
    private void LookBeside()
    {
        if (!villages.HasGuests) return;
        stored.Release();
        villages.LookBeside(stored.FoldedOf);
    }

    /// <summary>Folded readings of so many meters that force a flush; as many more come while it is on its way.</summary>
    public static long UnflushedMax(int meters) => meters < ManyMeters ? UnflushedReadingsMax : UnflushedPerMeter * meters;

    /// <summary>What is unflushed is as much as memory and the time to catch up after a crash allow.</summary>
    private bool Full => unflushedReadings >= UnflushedMax(books.Dirty.Count);

    private bool FlushDue() =>
        (applied > FlushedSeq || books.Dirty.Count > 0 || villages.Waiting) && (Full || Rested(time.GetElapsedTime(lastFlush)));

    private bool Rested(TimeSpan since) => since >= rest && since >= BookTime * RestFactor * books.Dirty.Count;

    private void FlushWhenDue()
    {
        if (storing is not null && (storing.IsCompleted || Full)) EndFlush();
        if (storing is null && FlushDue()) BeginFlush();
    }

    /// <summary>Stores everything folded so far.</summary>
    private void Flush()
    {
        EndFlush();
        BeginFlush();
        EndFlush();
    }

    /// <summary>Takes what changed, and has it stored on another thread: a flush of a million meters takes seconds, in which folding goes on.</summary>
    private void BeginFlush()
    {
        storingSince = time.GetTimestamp();
        LookBeside();
        foreach (var book in books.Dirty)
            if (villages.Folds(book.MeterNo)) villages.Touch(book.MeterNo);
        flushing = new FoldFlush { Partition = Partition, FoldedSeq = applied };
        villages.Collect(books, flushing.VillageDays);
        changed = new ChangedBooks(books, villages.Folds, changed); // others are only read here: their own partition stores them
        (flushing.MeterDays, flushing.MeterYears) = (changed.Days, changed.Years);
        flushing.VillagesPrint = villages.Print(applied) ?? 0;
        tallies.Write(flushing.Counters);
        if (Projected is not null)
            foreach (var (key, seq) in settled) flushing.SettledDays.Add(new SettledDay(0, key.MeterNo, key.Register, key.Day, seq));
        settled.Clear();
        compacts = !compacted && books.Dirty.Count > LaidOutBooks;
        books.Storing();
        unflushedReadings = 0;
        stored.Release();
        storing = Task.Factory.StartNew(() => ledger.Flush(flushing), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Waits until what is on its way is stored; where the ledger did not take it, tries again.</summary>
    private void EndFlush()
    {
        if (storing is not { } underway) return;
        storing = null;
        Store(underway);
        stored.Release(); // what it showed is older than what books let go of now
        books.Stored();
        changed?.LetGo();
        villages.Stored();
        tallies.Forget(LocalDay.Of(time.GetUtcNow().ToUnixTimeMilliseconds()).Number - 1);
        FlushedSeq = flushing.FoldedSeq;
        flushing = new FoldFlush { FoldedSeq = FlushedSeq };
        if (compacts) Compact();
        lastFlush = time.GetTimestamp();
        rest = TimeSpan.FromTicks(Math.Max(RestMin.Ticks, time.GetElapsedTime(storingSince).Ticks * RestFactor));
        if (time.GetElapsedTime(lastPrune) >= PruneEvery) Prune();
    }

    /// <summary>
    /// What so many books and their first flush have outgrown lies among what stays. Everything stands still for a second or two, once: as often as the collector finds
    /// it worth its while, a city would now and then.
    /// </summary>
    private void Compact()
    {
        (compacts, compacted) = (false, true);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    /// <summary>However it ends: nothing is stored behind the back of a fold that begins again or is let go.</summary>
    private void AwaitStoring()
    {
        if (storing is not null) _ = Task.WhenAny(storing).GetAwaiter().GetResult().Exception;
        storing = null;
    }

    private void Prune()
    {
        lastPrune = time.GetTimestamp();
        try
        {
            ledger.PruneJournal(Math.Min(FlushedSeq, Projected?.Invoke() ?? long.MaxValue), Partition);
        }
        catch (LedgerException error) when (error is not FoldLostException)
        {
            log.LogWarning("The journal could not be pruned, it grows meanwhile: {Message}", error.Message);
        }
    }

    private void Store(Task underway)
    {
        Action once = underway.GetAwaiter().GetResult;
        for (; ; Pause(), once = () => ledger.Flush(flushing))
        {
            try
            {
                once();
                GoesOn();
                return;
            }
            catch (LedgerException error) when (error is not FoldLostException && !stop.IsCancellationRequested)
            {
                Waits(error);
            }
        }
    }
}
