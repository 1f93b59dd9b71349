using System.Collections.Concurrent;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Ledger.Registry;
using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Ledger.Sqlite;

/// <summary>
/// The embedded ledger: <c>journal.db</c> and <c>ledger.db</c> in one data folder, apart so that a long flush never delays the commit
/// behind a PUBACK. Any number of processes may open the folder; one of them folds.
/// </summary>
public sealed class SqliteLedger : ILedger
{
    private readonly string folder;
    private readonly string journalFile;
    private readonly string ledgerFile;
    private readonly string markFile;
    private readonly JournalStore journal;
    private readonly SqliteSettlements settlements;
    private readonly Lock writing = new();
    private readonly Lock reading = new();
    private readonly ConcurrentBag<SqliteView.Connections> idleViews = [];
    private readonly RegistryCache registryCache = new();
    private Database? writer;
    private Database? reader;
    private int folding;
    private volatile bool disposed;

    private SqliteLedger(string folder)
    {
        this.folder = folder;
        journalFile = Path.Combine(folder, "journal.db");
        ledgerFile = Path.Combine(folder, "ledger.db");
        markFile = Path.Combine(folder, "journal.mark");
        journal = new JournalStore(journalFile, new JournalMark(markFile));
        settlements = new SqliteSettlements(folder, ledgerFile, writing, Writer);
        Access = new AccessStore(this);
    }

    public ISettlements Settlements => settlements;

    public IAccess Access { get; }

    /// <summary>Opens the ledger in <paramref name="folder"/>, bringing older files to this version.</summary>
    /// <param name="create">Make folder (for its owner only) and files where they are missing; otherwise that is an error.</param>
    /// <exception cref="LedgerException">Missing, damaged, of a newer program, or the two files are not of the same moment.</exception>
    public static SqliteLedger Open(string folder, bool create = false)
    {
        var ledger = new SqliteLedger(Path.GetFullPath(folder));
        if (create) ledger.Create();
        Schema.Journal.Require(ledger.journalFile);
        Schema.Ledger.Require(ledger.ledgerFile);
        try
        {
            ledger.RequireOneMoment();
            return ledger;
        }
        catch
        {
            ledger.Dispose();
            throw;
        }
    }

    public int Partitions => 1;

    public bool HasNodes => false;

    public long[] Record(IReadOnlyList<PartitionRow> rows, IReadOnlyList<QuarantinedMessage> quarantined) => [journal.Append(Only(rows), quarantined)];

    public long[] JournalHeads() => [journal.Head()];

    public IReadOnlyList<JournalRow> ReadJournal(long afterSeq, int maxRows, int partition = 0) => journal.Read(afterSeq, maxRows);

    public void PruneJournal(long upToSeq, int partition = 0)
    {
        RequireFold("prune the journal");
        var folded = Cursor(FoldStore.FoldedCursor);
        if (upToSeq > folded)
        {
            throw new LedgerException($"Cannot prune the journal up to row {upToSeq}: only rows up to {folded} are folded into {ledgerFile}. " +
                "Flush before pruning.");
        }
        journal.Prune(upToSeq);
    }

    public IDisposable AcquireFold(int partition = 0)
    {
        var held = FoldLock.Acquire(folder, () => Interlocked.Exchange(ref folding, 0));
        folding = 1;
        return held;
    }

    public void Flush(FoldFlush flush)
    {
        RequireFold("flush folded state");
        lock (writing) FoldStore.Flush(Writer(), flush);
    }

    public FoldSpread Attend() => Spread();

    public void Depart()
    {
        // There are no others.
    }

    public FoldSpread Spread()
    {
        using var view = OpenView();
        var folds = Volatile.Read(ref folding) == 1;
        return new FoldSpread(1, 1, [new PartitionState(0, journal.Head(), view.FoldedSeq, FoldLock.OwnerOf(folder), folds ? FoldHolder.Me : FoldHolder.Nobody)]);
    }

    public ILedgerView OpenView()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (!idleViews.TryTake(out var connections)) connections = SqliteView.Connect(journalFile, ledgerFile);
        return new SqliteView(connections, registryCache, Return);
    }

    public long RegistryVersion()
    {
        lock (reading) return FoldStore.Cursor(Reader("read the registry version"), RegistryStore.VersionCursor);
    }

    public RegistryChangeResult ChangeRegistry(RegistryChange change, string actor, long atMs)
    {
        lock (writing) return RegistryStore.Change(Writer(), change, actor, atMs);
    }

    public long AddHoldEntry(HoldEntry entry)
    {
        lock (writing) return HoldStore.Add(Writer(), entry);
    }

    public IReadOnlyList<User> Users()
    {
        lock (reading) return UserStore.All(Reader("read the users"));
    }

    public long UsersVersion()
    {
        lock (reading) return FoldStore.Cursor(Reader("read the version of the users"), UserStore.VersionCursor);
    }

    public void PutUser(User user, string actor, long atMs)
    {
        lock (writing) UserStore.Put(Writer(), user, actor, atMs);
    }

    public long Cursor(string name)
    {
        lock (reading) return FoldStore.Cursor(Reader("read a cursor"), name);
    }

    public void SetCursor(string name, long value)
    {
        if (name is FoldStore.FoldedCursor or RegistryStore.VersionCursor or UserStore.VersionCursor or AccessStore.VersionCursor)
            throw new ArgumentException($"The cursor {name} is the ledger's own.", nameof(name));
        lock (writing)
        {
            var database = Writer();
            using var transaction = database.BeginWrite("set a cursor");
            FoldStore.SetCursor(database, name, value);
            transaction.Commit();
        }
    }

    public void MoveCursor(int partition, string name, long value)
    {
        RequireFold("move a cursor");
        SetCursor(name, value);
    }

    public IReadOnlyList<SettledDay> SettledDays(int max, int partition = 0)
    {
        lock (reading) return FoldStore.SettledDays(Reader("read settled days"), max);
    }

    public void ForgetSettledDays(long upToId, int partition = 0)
    {
        lock (writing) Writer().Prepared("DELETE FROM settled_day WHERE id <= ?").Bind(1, upToId).Run();
    }

    public bool Replay(IReadOnlyList<PartitionRow> rows, ReplayOutcome outcome, long atMs) =>
        journal.Replay(rows.Count == 0 ? [] : Only(rows), outcome, atMs);

    public QuarantineSize TrimQuarantine(long maxMessages, long maxBytes) => journal.TrimQuarantine(maxMessages, maxBytes);

    public void Dispose()
    {
        disposed = true;
        journal.Dispose();
        settlements.Dispose();
        while (idleViews.TryTake(out var connections)) connections.Dispose();
        lock (reading) reader?.Dispose();
        lock (writing) writer?.Dispose();
    }

    private void Create()
    {
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LedgerException($"Cannot create the data folder {folder}: {e.Message} Choose another --data.", e);
        }
        Schema.Journal.Create(journalFile);
        Schema.Ledger.Create(ledgerFile);
    }

    /// <summary>Read in the order marked or pruned, folded, head, which others only raise: so another process at work is never taken for a fault.</summary>
    private void RequireOneMoment()
    {
        var marked = JournalMark.Read(markFile);
        var pruned = journal.Pruned();
        var folded = Cursor(FoldStore.FoldedCursor);
        var head = journal.Head();
        if (pruned > folded || folded > head)
        {
            throw new LedgerException($"{ledgerFile} stands for journal row {folded}, but {journalFile} holds rows {pruned + 1} to {head}: " +
                "restore both files from the same backup.");
        }
        if (marked <= head) return;
        throw new LedgerException($"{journalFile} ends at row {head}, but row {marked} was stored and acknowledged: {journalFile}-wal is damaged or gone, " +
            $"or the disk lost what it had synced. Restore a backup, or have them sent again: to go on without rows {head + 1} to {marked}, delete {markFile}.");
    }

    private static ReadOnlySpan<byte> Only(IReadOnlyList<PartitionRow> rows) =>
        rows is [{ Partition: 0, Blob: var blob }] ? blob.Span : throw new ArgumentException("This ledger has one partition, 0.", nameof(rows));

    private void RequireFold(string operation)
    {
        if (Volatile.Read(ref folding) == 0)
            throw new InvalidOperationException($"Only the holder of {nameof(AcquireFold)} may {operation}.");
    }

    private void Return(SqliteView.Connections connections)
    {
        if (disposed || idleViews.Count >= SqliteLimits.PooledViews) connections.Dispose();
        else idleViews.Add(connections);
    }

    /// <summary>Asks ledger.db, under the lock of its reading connection.</summary>
    internal T Reading<T>(string operation, Func<Database, T> what)
    {
        lock (reading) return what(Reader(operation));
    }

    /// <summary>Changes ledger.db, under the lock of its writing connection.</summary>
    internal void Writing(Action<Database> what)
    {
        lock (writing) what(Writer());
    }

    private Database Writer() => writer ??= Database.Open(ledgerFile, DatabaseAccess.Write, SqliteLimits.FlushCacheKiB);

    private Database Reader(string operation)
    {
        reader ??= Database.Open(ledgerFile, DatabaseAccess.Read, SqliteLimits.ViewCacheKiB);
        reader.Operation = operation;
        return reader;
    }
}
