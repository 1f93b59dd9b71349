using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Npgsql;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>
/// The one connection that holds this process's fold locks, says that it lives, and sees who else does. PostgreSQL takes the locks back when it ends,
/// however it ends; then they are taken again on another connection, unless somebody was faster. Thread-safe.
/// </summary>
internal sealed class NodeSession(PostgresDatabase database) : IDisposable
{
    private const string Operation = "fold the ledger";

    /// <summary>Leads the keys of our advisory locks, mixed with the schema's own number: several ledgers may share a database.</summary>
    private const long Purpose = 1297088332;

    /// <summary>Second half of a lock's key: 0 for a node that lives, then the partitions from 1.</summary>
    private const int Presence = 0;

    private const string Locks = """
        (SELECT objid::bigint AS key, pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid::bigint = $1
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
        """;

    private const string BeatSql = """
        INSERT INTO node VALUES ($1, $2, pg_backend_pid(), clock_timestamp()) ON CONFLICT (id) DO UPDATE SET pid = EXCLUDED.pid, seen = EXCLUDED.seen
        """;

    private const string LiveSql = $"""
        SELECT id FROM node JOIN {Locks} AS locks USING (pid) WHERE key = 0 AND seen > clock_timestamp() - $2 * interval '1 s' ORDER BY id
        """;

    /// <summary>Sessions with locks whose node was not heard of. PostgreSQL's clock and locks say so, and PostgreSQL ends them.</summary>
    private const string EndSilentSql = $"""
        SELECT count(pg_terminate_backend(pid)) FROM node JOIN {Locks} AS locks USING (pid) WHERE key = 0 AND seen <= clock_timestamp() - $2 * interval '1 s'
        """;

    private const string StatesSql = $"""
        SELECT f.part, h.seq, f.folded, f.owner, coalesce(locks.pid, 0), f.epoch FROM fold f JOIN journal_head h USING (part)
        LEFT JOIN {Locks} AS locks ON locks.key = f.part + 1 ORDER BY f.part
        """;

    private readonly Guid id = new(RandomNumberGenerator.GetBytes(16));
    private readonly Lock gate = new();
    private readonly Dictionary<int, long> wanted = []; // with the epoch under which it is folded, 0 before it has one
    private readonly HashSet<int> held = [];
    private NpgsqlConnection? connection;
    private long lockClass;
    private long? attended;

    /// <summary>This process, for a person.</summary>
    public static string Me { get; } = Describe();

    /// <summary>Holds the lock of a partition, on another connection where the one before was lost.</summary>
    /// <returns>False: another session has it.</returns>
    /// <exception cref="LedgerException">The server is gone.</exception>
    public bool Hold(int partition)
    {
        lock (gate)
        {
            var session = Session();
            if (!held.Contains(partition) && TryLock(session, partition)) wanted.TryAdd(partition, 0);
            return held.Contains(partition);
        }
    }

    /// <summary>What is folded here is folded under this epoch. Who holds the lock when the ledger is at another does not fold the partition.</summary>
    public void Folds(int partition, long epoch)
    {
        lock (gate) wanted[partition] = epoch;
    }

    public void LetGo(int partition)
    {
        lock (gate)
        {
            wanted.Remove(partition);
            if (!held.Remove(partition) || connection is null) return;
            try
            {
                new Session(connection).Run("SELECT pg_advisory_unlock($1, $2)", Class(), partition + 1);
            }
            catch (NpgsqlException)
            {
                Disconnect(); // the server has given it to whoever asks
            }
        }
    }

    /// <inheritdoc cref="ILedger.Attend"/>
    public FoldSpread Attend()
    {
        lock (gate)
        {
            var session = Session();
            try
            {
                if (attended is null) session.Run("SELECT pg_advisory_lock_shared($1, $2)", Class(), Presence);
                session.Run(BeatSql, id, Me);
                // Whoever was itself away does not judge others: they may all have waited for the same server.
                if (attended is { } before && Stopwatch.GetElapsedTime(before).TotalSeconds < PostgresLimits.NodeSilenceSeconds / 2.0)
                    session.Run(EndSilentSql, lockClass, PostgresLimits.NodeSilenceSeconds);
                attended = Stopwatch.GetTimestamp();
                var live = session.Rows(LiveSql, row => row.GetGuid(0), lockClass, PostgresLimits.NodeSilenceSeconds);
                var states = States(session, lockClass, Folded());
                return new FoldSpread(live.Count, Share(states.Count, live.Count, live.IndexOf(id)), states);
            }
            catch (NpgsqlException error)
            {
                throw database.Describe(Operation, error);
            }
        }
    }

    /// <inheritdoc cref="ILedger.Depart"/>
    public void Depart()
    {
        lock (gate)
        {
            if (connection is null || attended is null) return;
            try
            {
                var session = new Session(connection);
                session.Run("DELETE FROM node WHERE id = $1 OR seen < now() - interval '1 day'", id);
                session.Run("SELECT pg_advisory_unlock_shared($1, $2)", Class(), Presence);
                attended = null;
            }
            catch (NpgsqlException)
            {
                Disconnect(); // it will be noticed that we are silent
            }
        }
    }

    /// <inheritdoc cref="ILedger.Spread"/>
    public FoldSpread Spread()
    {
        Dictionary<int, long> mine;
        lock (gate) mine = Folded();
        return database.Read("see who folds", session =>
        {
            var of = ClassOf(session);
            return new FoldSpread(session.Rows(LiveSql, row => row.GetGuid(0), of, PostgresLimits.NodeSilenceSeconds).Count, 0, States(session, of, mine));
        });
    }

    public void Dispose()
    {
        lock (gate)
        {
            try
            {
                // The connection goes back to the pool, so locks must be given back by name; a broken one has lost them anyway.
                if (connection is not null) new Session(connection).Run("SELECT pg_advisory_unlock_all()");
            }
            catch (NpgsqlException)
            {
                // The server has given them to whoever asks.
            }
            Disconnect();
        }
    }

    /// <summary>Shares add up to the whole, and differ by one at most.</summary>
    private static int Share(int partitions, int nodes, int rank) => rank < 0 ? 0 : partitions / nodes + (rank < partitions % nodes ? 1 : 0);

    /// <summary>Locked here, with the epoch of each.</summary>
    private Dictionary<int, long> Folded() => wanted.Where(one => held.Contains(one.Key)).ToDictionary();

    /// <summary>
    /// Who was silent, was replaced, and then locks again what the next owner has lost does not fold it: its state is older than the ledger's. A partition
    /// without readings is never written, and so would never be refused by its epoch.
    /// </summary>
    private static List<PartitionState> States(Session session, long lockClass, Dictionary<int, long> mine) => session.Rows(StatesSql, row =>
    {
        var (part, pid) = (row.GetInt32(0), row.GetInt32(4));
        var holder = pid == 0 ? FoldHolder.Nobody : mine.TryGetValue(part, out var epoch) && epoch == row.GetInt64(5) ? FoldHolder.Me : FoldHolder.Other;
        return new PartitionState(part, row.GetInt64(1), row.GetInt64(2), row.GetString(3), holder);
    }, lockClass);

    /// <summary>The connection with all its locks, made anew where it was lost.</summary>
    private Session Session()
    {
        try
        {
            if (connection is not null) new Session(connection).Run("SELECT 1");
        }
        catch (NpgsqlException)
        {
            Disconnect();
            database.ForgetIdle();
        }
        if (connection is not null) return new Session(connection);
        (connection, var session, lockClass) = database.Begin(Operation, ClassOf);
        foreach (var partition in wanted.Keys) TryLock(session, partition);
        return session;
    }

    private bool TryLock(Session session, int partition)
    {
        try
        {
            return session.Scalar("SELECT pg_try_advisory_lock($1, $2)::integer", Class(), partition + 1) == 1 && held.Add(partition);
        }
        catch (NpgsqlException error)
        {
            Disconnect();
            throw database.Describe(Operation, error);
        }
    }

    private void Disconnect()
    {
        connection?.Dispose();
        connection = null;
        attended = null;
        held.Clear();
    }

    /// <summary>As the functions take it; <c>pg_locks</c> shows the same bits without a sign.</summary>
    private int Class() => unchecked((int)lockClass);

    private static long ClassOf(Session session) => Purpose ^ session.Scalar("SELECT oid::bigint FROM pg_namespace WHERE nspname = current_schema()");

    private static string Describe()
    {
        using var process = Process.GetCurrentProcess();
        return string.Create(CultureInfo.InvariantCulture,
            $"process {Environment.ProcessId} ({process.ProcessName}) on {Environment.MachineName}, started {process.StartTime:yyyy-MM-dd HH:mm:ss}");
    }
}
