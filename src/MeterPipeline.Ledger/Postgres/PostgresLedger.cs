using MeterPipeline.Domain.Holds;
using MeterPipeline.Ledger.Registry;
using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>
/// The ledger in one schema of a PostgreSQL database, for users who outgrow one machine or run a server anyway. Any number of processes, on any
/// machine, may open it; one of them folds each partition.
/// </summary>
public sealed class PostgresLedger : ILedger
{
    private readonly PostgresDatabase database;
    private readonly JournalAppender appender;
    private readonly RegistryCache registryCache = new();
    private readonly NodeSession node;
    private readonly FoldLease?[] leases;

    private PostgresLedger(PostgresDatabase database, int partitions)
    {
        this.database = database;
        appender = new JournalAppender(database);
        node = new NodeSession(database);
        leases = new FoldLease?[partitions];
        Settlements = new PostgresSettlements(database);
        Access = new AccessStore(database);
    }

    /// <summary>Opens the ledger, bringing an older schema to this version.</summary>
    /// <param name="create">Make the schema where it is missing; otherwise that is an error. The database itself must be there.</param>
    /// <exception cref="LedgerException">Not reachable, missing, of a newer program, or a server that cannot keep the ledger's promises.</exception>
    public static PostgresLedger Open(PostgresOptions options, bool create = false)
    {
        var database = PostgresDatabase.Of(options);
        try
        {
            return new PostgresLedger(database, PostgresSchema.Require(database, options, create));
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public ISettlements Settlements { get; }

    public IAccess Access { get; }

    /// <summary>Host, database and schema; for a person.</summary>
    public string Place => database.Place;

    public int Partitions => leases.Length;

    public bool HasNodes => true;

    public long[] Record(IReadOnlyList<PartitionRow> rows, IReadOnlyList<QuarantinedMessage> quarantined) => appender.Append(rows, quarantined);

    public long[] JournalHeads() => database.Read("read the head of the journal", JournalStore.Heads);

    public IReadOnlyList<JournalRow> ReadJournal(long afterSeq, int maxRows, int partition = 0) =>
        database.Read("read the journal", session => JournalStore.Read(session, afterSeq, maxRows, partition));

    public void PruneJournal(long upToSeq, int partition = 0)
    {
        const string Operation = "prune the journal";
        var fold = Kept(Operation, partition);
        while (database.Write(Operation, session => JournalStore.Prune(session, fold, upToSeq, database.Place))) continue;
    }

    public IDisposable AcquireFold(int partition = 0)
    {
        if (Volatile.Read(ref leases[partition]) is not null)
            throw new LedgerException($"Cannot fold the ledger: {Place}: partition {partition} is held by this process already.");
        var held = new FoldLease(database, node, partition, () => Volatile.Write(ref leases[partition], null));
        Volatile.Write(ref leases[partition], held);
        return held;
    }

    public void Flush(FoldFlush flush)
    {
        const string Operation = "flush folded state";
        var fold = Kept(Operation, flush.Partition);
        database.Write(Operation, session => FoldStore.Flush(session, fold, flush, database.Place));
    }

    public FoldSpread Attend() => node.Attend();

    public void Depart() => node.Depart();

    public FoldSpread Spread() => node.Spread();

    public ILedgerView OpenView() => new PostgresView(database, registryCache);

    public long RegistryVersion() => database.Read("read the registry version", session => FoldStore.Cursor(session, RegistryStore.VersionCursor));

    public RegistryChangeResult ChangeRegistry(RegistryChange change, string actor, long atMs) =>
        database.Write("change the registry", session => RegistryStore.Change(session, change, actor, atMs, Partitions));

    public long AddHoldEntry(HoldEntry entry) => database.Write("add a hold entry", session =>
    {
        Tables.HoldEntry.Write(session, [entry]);
        return session.Scalar("SELECT currval(pg_get_serial_sequence('hold_entry', 'id'))");
    });

    public IReadOnlyList<User> Users() => database.Read("read the users", UserStore.All);

    public long UsersVersion() => database.Read("read the version of the users", session => FoldStore.Cursor(session, UserStore.VersionCursor));

    public void PutUser(User user, string actor, long atMs) => database.Write("change a user", session => UserStore.Put(session, user, actor, atMs));

    public long Cursor(string name) => database.Read("read a cursor", session => FoldStore.Cursor(session, name));

    public void SetCursor(string name, long value)
    {
        if (name is RegistryStore.VersionCursor or UserStore.VersionCursor or AccessStore.VersionCursor)
            throw new ArgumentException($"The cursor {name} is the ledger's own.", nameof(name));
        database.Write("set a cursor", session => FoldStore.SetCursor(session, name, value));
    }

    public void MoveCursor(int partition, string name, long value)
    {
        const string Operation = "move a cursor";
        var fold = Kept(Operation, partition);
        database.Write(Operation, session =>
        {
            fold.Require(session, Operation);
            FoldStore.SetCursor(session, name, value);
        });
    }

    public IReadOnlyList<SettledDay> SettledDays(int max, int partition = 0) =>
        database.Read("read settled days", session => FoldStore.SettledDays(session, max, partition));

    public void ForgetSettledDays(long upToId, int partition = 0) => database.Write(
        "forget settled days", session => session.Run("DELETE FROM settled_day WHERE part = $2 AND id <= $1", upToId, partition));

    public bool Replay(IReadOnlyList<PartitionRow> rows, ReplayOutcome outcome, long atMs)
    {
        if ((rows.Count == 0) != (outcome.Taken.Count == 0)) throw new ArgumentException("Journal rows stand for messages taken, and only for them.");
        return database.Write("replay quarantined messages", session => JournalStore.Replay(session, rows, outcome, atMs));
    }

    public QuarantineSize TrimQuarantine(long maxMessages, long maxBytes)
    {
        while (true)
        {
            var (more, size) = database.Write("trim the quarantine", session => JournalStore.Trim(session, maxMessages, maxBytes));
            if (!more) return size;
        }
    }

    public void Dispose()
    {
        appender.Dispose();
        node.Dispose();
        database.Dispose();
    }

    private FoldLease Kept(string operation, int partition)
    {
        var held = Volatile.Read(ref leases[partition]) ?? throw new InvalidOperationException($"Only the holder of {nameof(AcquireFold)} may {operation}.");
        held.Keep();
        return held;
    }
}
