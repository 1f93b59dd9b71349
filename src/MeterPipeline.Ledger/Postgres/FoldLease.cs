using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>
/// The right to fold: an advisory lock that PostgreSQL takes back when its session ends, however it ends, and an epoch that rises with each
/// owner. The lock keeps others out; the epoch, asked for inside every write, refuses an owner who lost the lock without knowing.
/// </summary>
internal sealed class FoldLease : IDisposable
{
    private const string Operation = "fold the ledger";

    // The lock's key is led by its purpose, then the schema's own number: several ledgers may share a database.
    private const string LockSql = """
        SELECT pg_try_advisory_lock((1297088332::bigint << 32) | oid::bigint)::integer FROM pg_namespace WHERE nspname = current_schema()
        """;

    private readonly PostgresDatabase database;
    private readonly Action released;
    private readonly Lock holding = new();
    private readonly long epoch;
    private NpgsqlConnection? held;
    private bool lost;

    private FoldLease(PostgresDatabase database, Action released)
    {
        (this.database, this.released) = (database, released);
        held = Locked();
        try
        {
            epoch = new Session(held).Scalar("UPDATE fold SET epoch = epoch + 1, owner = $1 WHERE part = 0 RETURNING epoch", Me());
        }
        catch (NpgsqlException error)
        {
            Release();
            throw database.Describe(Operation, error);
        }
    }

    /// <exception cref="LedgerException">Held already: names the process, the place and what to do.</exception>
    public static FoldLease Acquire(PostgresDatabase database, Action released) => new(database, released);

    /// <summary>Takes the lock again where its connection was lost and nobody else has it.</summary>
    /// <exception cref="LedgerException">Somebody has, or the server is gone.</exception>
    public void Keep()
    {
        lock (holding)
        {
            try
            {
                if (held is not null) new Session(held).Run("SELECT 1");
            }
            catch (NpgsqlException)
            {
                Release();
                database.ForgetIdle();
            }
            if (!lost) held ??= Locked();
        }
    }

    /// <summary>Inside the transaction of a write: no new owner begins before it ends, and none has begun.</summary>
    /// <exception cref="LedgerException">Another process has taken over: nothing is written, now or later.</exception>
    public void Require(Session session, string operation)
    {
        if (!lost && session.Scalar("SELECT epoch FROM fold WHERE part = 0 FOR UPDATE") == epoch) return;
        lock (holding)
        {
            lost = true;
            Release();
        }
        throw new LedgerException($"Cannot {operation}: {database.Place}: another process has taken over folding, it was last " +
            $"{session.Text("SELECT owner FROM fold WHERE part = 0")}. Nothing was stored; restart this process.")
        {
            IsTakenOver = true,
        };
    }

    public void Dispose()
    {
        lock (holding) Release();
        released();
    }

    private NpgsqlConnection Locked() => database.Begin(Operation, session => session.Scalar(LockSql) == 1
        ? true
        : throw new LedgerException($"Cannot {Operation}: {database.Place}: it is held by {session.Text("SELECT owner FROM fold WHERE part = 0")}. " +
            "Stop it, or use another Ledger:Schema.")).Connection;

    /// <summary>The connection goes back to the pool, so the lock must be given back by name; a broken connection has lost it anyway.</summary>
    private void Release()
    {
        try
        {
            if (held is not null) new Session(held).Run("SELECT pg_advisory_unlock_all()");
        }
        catch (NpgsqlException)
        {
            // The server has given it to whoever asks.
        }
        held?.Dispose();
        held = null;
    }

    private static string Me()
    {
        using var process = Process.GetCurrentProcess();
        return string.Create(CultureInfo.InvariantCulture,
            $"process {Environment.ProcessId} ({process.ProcessName}) on {Environment.MachineName}, started {process.StartTime:yyyy-MM-dd HH:mm:ss}");
    }
}
