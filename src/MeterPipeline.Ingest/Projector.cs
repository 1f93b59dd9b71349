using System.Globalization;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Ledger;
using MeterPipeline.Sinks;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Ingest;

/// <summary>
/// Follows the journal with a durable cursor of its own and writes it to a sink. It may lag for days and may write again what it wrote; it
/// never holds up intake. Where conflicts or revisions changed what counts, it writes that meter day once more, resolved.
/// </summary>
public sealed class Projector : IAsyncDisposable
{
    /// <summary>Raised by <c>rebuild influx</c>; <see cref="RebuiltName"/> of each partition follows when it is done.</summary>
    public const string RebuildName = "influx.rebuild";

    private const int RowsAtOnce = 16;
    private const int LinesAtOnce = 5_000;
    private const int SettledAtOnce = 500;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(5);

    /// <summary>Requests to rebuild and settled days are looked for so seldom while nothing is written.</summary>
    private const int PollsApart = 5;

    private readonly ILedger ledger;
    private readonly RegistryWatch registry;
    private readonly ISink sink;
    private readonly VillageBoard? villages;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly JournalWatch journal;
    private readonly Projection projection;
    private readonly CancellationTokenSource stop = new();
    private readonly List<Reading> readings = [];
    private readonly List<CompanyCount> counts = [];
    private Task loop = Task.CompletedTask;
    private Task writing = Task.CompletedTask;

    /// <param name="journal">Shared by those who follow partitions of one ledger; null: alone.</param>
    public Projector(
        ILedger ledger, RegistryWatch registry, ISink sink, VillageBoard? villages, TimeProvider time, ILogger<Projector> log, int partition = 0,
        JournalWatch? journal = null)
    {
        (this.ledger, this.registry, this.sink, this.villages, this.time, this.log) = (ledger, registry, sink, villages, time, log);
        (Partition, this.journal) = (partition, journal ?? new JournalWatch(ledger, time));
        projection = new Projection(registry);
        Cursor = ledger.Cursor(CursorName(partition));
    }

    /// <summary>Name of the ledger cursor: newest journal row of a partition that the sink has.</summary>
    public static string CursorName(int partition) => Of("influx", partition);

    /// <summary>Name of the ledger cursor: the newest <see cref="RebuildName"/> that was done.</summary>
    public static string RebuiltName(int partition) => Of("influx.rebuilt", partition);

    /// <summary>Journal rows that the sink has, all partitions together.</summary>
    public static long CursorOf(ILedger ledger) => Enumerable.Range(0, ledger.Partitions).Sum(partition => ledger.Cursor(CursorName(partition)));

    public int Partition { get; }

    /// <summary>Newest journal row that the sink has.</summary>
    public long Cursor { get; private set; }

    public Counter Written { get; init; } = new();

    /// <summary>Lines that the server refused for good.</summary>
    public Counter Refused { get; init; } = new();

    /// <summary>Why the sink takes nothing at the moment, or the ledger gives nothing; null: all goes on.</summary>
    public string? Waiting { get; private set; }

    public void Start() => loop = Task.Run(RunAsync);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(false);
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    /// <summary>Writes everything of the partition anew: all meter days, then all days of its villages.</summary>
    /// <param name="progress">Told how many lines are written.</param>
    public async Task RebuildAsync(Action<long> progress, CancellationToken cancel)
    {
        using var view = ledger.OpenView();
        var entries = new List<DayEntry>();
        foreach (var row in view.AllMeterDays(Partition))
        {
            AddResolved(row, entries);
            await WriteIfFullAsync(cancel).ConfigureAwait(false);
            progress(Written.Value);
        }
        var drawnHere = DrawnHere();
        foreach (var row in view.VillageDays("", int.MinValue, int.MaxValue))
        {
            if (!drawnHere(row.Division)) continue;
            projection.Add(row);
            await WriteIfFullAsync(cancel).ConfigureAwait(false);
        }
        await WriteAsync(cancel).ConfigureAwait(false);
        progress(Written.Value);
        MoveTo(view.FoldedOf(Partition));
    }

    /// <summary>Writes the journal from the cursor to its head; for a process that does nothing else.</summary>
    public async Task CatchUpAsync(CancellationToken cancel)
    {
        while (await ProjectJournalAsync(cancel).ConfigureAwait(false))
        {
        }
    }

    /// <summary>The ledger may be away: what was read of it is written already or read again, so it goes on where it stood.</summary>
    private async Task RunAsync()
    {
        for (var pause = Poll; !stop.IsCancellationRequested;)
        {
            try
            {
                await FollowAsync(() => pause = Poll).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
            }
            catch (FoldLostException lost)
            {
                log.LogWarning("The projection of partition {Partition} ended here: {Message}", Partition, lost.Message);
                return;
            }
            catch (LedgerException error)
            {
                if (Waiting is null) log.LogError("The projection waits for the ledger: {Message}", error.Message);
                Waiting = error.Message;
                await Task.Delay(pause, time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < PauseMax ? pause * 2 : PauseMax;
            }
            catch (Exception error)
            {
                Waiting = error.Message;
                log.LogCritical(error, "The projection stopped at journal row {Seq}; nothing is lost, it goes on from there after a restart", Cursor);
                return;
            }
        }
    }

    /// <param name="worked">Told after each round that nothing failed in.</param>
    private async Task FollowAsync(Action worked)
    {
        for (var poll = 0; !stop.IsCancellationRequested; poll++)
        {
            if (poll % PollsApart == 0) await RebuildIfAskedAsync().ConfigureAwait(false);
            var busy = journal.Head(Partition) > Cursor && await ProjectJournalAsync(stop.Token).ConfigureAwait(false);
            if (poll % PollsApart == 0) busy |= await ProjectSettledAsync(stop.Token).ConfigureAwait(false);
            await ProjectVillagesAsync(stop.Token).ConfigureAwait(false);
            Waiting = null;
            worked();
            if (!busy) await Task.Delay(Poll, time, stop.Token).ConfigureAwait(false);
        }
    }

    private async Task RebuildIfAskedAsync()
    {
        var asked = ledger.Cursor(RebuildName);
        if (asked == ledger.Cursor(RebuiltName(Partition))) return;
        log.LogInformation("Rebuilding partition {Partition} of the time-series database from the ledger", Partition);
        await RebuildAsync(_ => { }, stop.Token).ConfigureAwait(false);
        ledger.MoveCursor(Partition, RebuiltName(Partition), asked);
    }

    private async Task<bool> ProjectJournalAsync(CancellationToken cancel)
    {
        var rows = ledger.ReadJournal(Cursor, RowsAtOnce, Partition);
        if (rows.Count == 0) return false;
        if (rows[0].Seq != Cursor + 1)
        {
            log.LogInformation("Journal rows up to {Seq} are pruned: the projection starts from the stored meter days", rows[0].Seq - 1);
            await RebuildAsync(_ => { }, cancel).ConfigureAwait(false);
            return true;
        }
        foreach (var row in rows)
        {
            JournalBlob.Read(row.Blob, readings, counts);
            foreach (var reading in readings)
            {
                projection.Add(reading.MeterNo, reading.Register, reading.TimeMs, reading.Value);
                await WriteIfFullAsync(cancel).ConfigureAwait(false);
            }
        }
        await WriteAsync(cancel).ConfigureAwait(false);
        MoveTo(rows[^1].Seq);
        return true;
    }

    /// <summary>Meter days in which arrival order must not decide: written again as they count, once the journal row that changed them is out.</summary>
    private async Task<bool> ProjectSettledAsync(CancellationToken cancel)
    {
        var days = ledger.SettledDays(SettledAtOnce, Partition).Where(day => day.Seq <= Cursor).ToList();
        if (days.Count == 0) return false;
        using (var view = ledger.OpenView())
        {
            var entries = new List<DayEntry>();
            foreach (var day in days)
                foreach (var row in view.MeterDays(day.MeterNo, day.Register, day.Day, day.Day)) AddResolved(row, entries);
        }
        await WriteAsync(cancel).ConfigureAwait(false);
        ledger.ForgetSettledDays(days.Max(day => day.Id), Partition);
        return true;
    }

    private async Task ProjectVillagesAsync(CancellationToken cancel)
    {
        if (villages is null || villages.TakeDrawn() is not { Count: > 0 } drawn) return;
        try
        {
            using var view = ledger.OpenView();
            foreach (var village in drawn)
                foreach (var row in view.VillageDays(village, int.MinValue, int.MaxValue)) projection.Add(row);
        }
        catch (LedgerException)
        {
            villages.PutBack(drawn);
            throw;
        }
        await WriteAsync(cancel).ConfigureAwait(false);
    }

    private void AddResolved(in MeterDayRow row, List<DayEntry> entries)
    {
        entries.Clear();
        MeterDay.Decode(new LocalDay(row.Day), row.Blob, entries);
        for (var i = 0; i < entries.Count;)
        {
            var (value, _, next) = MeterDay.Decide(entries, i);
            projection.Add(row.MeterNo, row.Register, entries[i].TimeMs, value);
            i = next;
        }
    }

    /// <summary>A full request is written while the next is gathered.</summary>
    private async ValueTask WriteIfFullAsync(CancellationToken cancel)
    {
        if (projection.Lines.Lines < LinesAtOnce) return;
        await writing.ConfigureAwait(false);
        writing = WriteAsync(projection.Take(), cancel);
    }

    /// <summary>When this returns, the sink has everything that was gathered.</summary>
    private async ValueTask WriteAsync(CancellationToken cancel)
    {
        await writing.ConfigureAwait(false);
        await (writing = WriteAsync(projection.Take(), cancel)).ConfigureAwait(false);
    }

    /// <summary>Writes lines again and again until the sink has taken them.</summary>
    private async Task WriteAsync(LineProtocol lines, CancellationToken cancel)
    {
        while (lines.Lines > 0)
        {
            var result = await sink.WriteAsync(lines.Written, cancel).ConfigureAwait(false);
            if (result.Outcome != WriteOutcome.Keep)
            {
                Waiting = null;
                Written.Add(result.Stored);
                Refused.Add(result.Refused);
                foreach (var rejection in result.Rejections) log.LogWarning("The time-series database refused {Lines} lines: {Reason}", rejection.Lines, rejection.Reason);
                return;
            }
            if (Waiting is null) log.LogWarning("The time-series database does not take data, the projection waits: {Reason}", result.Reason);
            Waiting = result.Reason;
            var pause = result.RetryAfter > TimeSpan.FromMilliseconds(200) ? result.RetryAfter : TimeSpan.FromMilliseconds(200);
            await Task.Delay(pause, time, cancel).ConfigureAwait(false);
        }
    }

    private void MoveTo(long seq)
    {
        Cursor = seq;
        ledger.MoveCursor(Partition, CursorName(Partition), seq);
    }

    /// <summary>Whether a village has households that are drawn in this partition; where there is one, all are.</summary>
    private Func<string, bool> DrawnHere()
    {
        if (ledger.Partitions == 1) return _ => true;
        var current = registry.Registry;
        return current.Households.Values.Where(household => current.PartitionOf(household.Id) == Partition).Select(household => household.Division)
            .ToHashSet(StringComparer.Ordinal).Contains;
    }

    private static string Of(string name, int partition) => partition == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}.{partition}");
}
