using MeterPipeline.Domain.Holds;
using MeterPipeline.Ledger.Registry;
using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>
/// The ledger in one schema of a PostgreSQL database, for users who outgrow one machine or run a server anyway. Any number of processes, on any
/// machine, may open it; one of them folds.
/// </summary>
public sealed class PostgresLedger : ILedger
{
    private readonly PostgresDatabase database;
    private readonly JournalAppender appender;
    private readonly RegistryCache registryCache = new();
    private FoldLease? lease;

    private PostgresLedger(PostgresDatabase database)
    {
        this.database = database;
        appender = new JournalAppender(database);
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
            PostgresSchema.Require(database, options, create);
            return new PostgresLedger(database);
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

    public long Append(ReadOnlySpan<byte> blob, IReadOnlyList<QuarantinedMessage> quarantined) => appender.Append(blob, quarantined);

    public long JournalHead() => database.Read("read the head of the journal", JournalStore.Head);

    public IReadOnlyList<JournalRow> ReadJournal(long afterSeq, int maxRows) =>
        database.Read("read the journal", session => JournalStore.Read(session, afterSeq, maxRows));

    public void PruneJournal(long upToSeq)
    {
        const string Operation = "prune the journal";
        var fold = Kept(Operation);
        while (database.Write(Operation, session => JournalStore.Prune(session, fold, upToSeq, database.Place))) continue;
    }

    public IDisposable AcquireFold()
    {
        var held = FoldLease.Acquire(database, () => Interlocked.Exchange(ref lease, null));
        return lease = held;
    }

    public void Flush(FoldFlush flush)
    {
        const string Operation = "flush folded state";
        var fold = Kept(Operation);
        database.Write(Operation, session => FoldStore.Flush(session, fold, flush, database.Place));
    }

    public ILedgerView OpenView() => new PostgresView(database, registryCache);

    public long RegistryVersion() => database.Read("read the registry version", session => FoldStore.Cursor(session, RegistryStore.VersionCursor));

    public RegistryChangeResult ChangeRegistry(RegistryChange change, string actor, long atMs) =>
        database.Write("change the registry", session => RegistryStore.Change(session, change, actor, atMs));

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
        if (name is FoldStore.FoldedCursor or RegistryStore.VersionCursor or UserStore.VersionCursor or AccessStore.VersionCursor)
            throw new ArgumentException($"The cursor {name} is the ledger's own.", nameof(name));
        database.Write("set a cursor", session => FoldStore.SetCursor(session, name, value));
    }

    public IReadOnlyList<SettledDay> SettledDays(int max) => database.Read("read settled days", session => FoldStore.SettledDays(session, max));

    public void ForgetSettledDays(long upToId) =>
        database.Write("forget settled days", session => session.Run("DELETE FROM settled_day WHERE id <= $1", upToId));

    public bool Replay(ReadOnlySpan<byte> blob, ReplayOutcome outcome, long atMs)
    {
        if (blob.IsEmpty != (outcome.Taken.Count == 0)) throw new ArgumentException("A journal row stands for messages taken, and only for them.");
        var row = blob.ToArray();
        return database.Write("replay quarantined messages", session => JournalStore.Replay(session, row, outcome, atMs));
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
        database.Dispose();
    }

    private FoldLease Kept(string operation)
    {
        var held = Volatile.Read(ref lease) ?? throw new InvalidOperationException($"Only the holder of {nameof(AcquireFold)} may {operation}.");
        held.Keep();
        return held;
    }
}
