using System.Diagnostics;
using Npgsql;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>
/// The pool of connections to one schema. Thread-safe. Every failure leaves as a <see cref="LedgerException"/> that names operation, place and
/// remedy. What is lost before its commit is done again on another connection for a while; what is lost during the commit is not.
/// </summary>
internal sealed class PostgresDatabase : IDisposable
{
    // A weaker setting of server, database or role would make an acknowledgement a lie; a stronger one stays.
    private const string Durable = """
        SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')
        """;

    private readonly NpgsqlDataSource source;
    private readonly ManualResetEventSlim closing = new();
    private readonly TimeSpan patience;
    private long lostAt; // Stopwatch's, of the first loss since something succeeded; 0: nothing is lost

    private PostgresDatabase(NpgsqlDataSource source, TimeSpan patience, string schema, string place) =>
        (this.source, this.patience, Schema, Place) = (source, patience, schema, place);

    public string Schema { get; }

    /// <summary>Host, database and schema, for messages.</summary>
    public string Place { get; }

    /// <exception cref="LedgerException">The connection string cannot be used. Nothing is connected yet.</exception>
    public static PostgresDatabase Of(PostgresOptions options)
    {
        try
        {
            options.Validate();
            var given = new NpgsqlConnectionStringBuilder(options.ConnectionString);
            var pool = new NpgsqlConnectionStringBuilder(options.ConnectionString)
            {
                ApplicationName = given.ApplicationName ?? "meterpipeline",
                SearchPath = options.Schema,
                Timeout = PostgresLimits.ConnectSeconds,
                CommandTimeout = PostgresLimits.StatementSeconds,
                KeepAlive = PostgresLimits.KeepAliveSeconds,
                NoResetOnClose = true, // every connection of this pool is set up once, below, and left as it is
                Enlist = false,
                IncludeErrorDetail = false,
                TargetSessionAttributes = null, // of several hosts the primary is asked for, below; with one host there is no choice
                // Not ContainsKey, which is true of every keyword that Npgsql knows.
                HostRecheckSeconds = given.ShouldSerialize("Host Recheck Seconds") ? given.HostRecheckSeconds : PostgresLimits.HostRecheckSeconds,
            };
            var builder = new NpgsqlDataSourceBuilder(pool.ConnectionString);
            builder.UsePhysicalConnectionInitializer(SetUp, connection =>
            {
                SetUp(connection);
                return Task.CompletedTask;
            });
            var source = pool.Host?.Contains(',', StringComparison.Ordinal) == true
                ? builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary) : builder.Build();
            return new PostgresDatabase(source, options.Patience, options.Schema, $"PostgreSQL {pool.Host}:{pool.Port}, database {pool.Database ?? pool.Username}, schema {options.Schema}");
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
        {
            throw new LedgerException($"Cannot open the ledger on PostgreSQL: {e.Message}", e);
        }
    }

    /// <summary>One statement, or several that need not be of one moment. May run twice.</summary>
    public T Read<T>(string operation, Func<Session, T> body) => Repeat(operation, _ =>
    {
        using var connection = source.OpenConnection();
        return body(new Session(connection));
    });

    /// <summary>One transaction, committed with fsync when this returns. The body may run twice, the commit not.</summary>
    public T Write<T>(string operation, Func<Session, T> body) => Repeat(operation, committing =>
    {
        using var connection = source.OpenConnection();
        using var transaction = connection.BeginTransaction();
        var session = new Session(connection);
        var result = body(session);
        if (session.Discarded) return result;
        committing();
        transaction.Commit();
        return result;
    });

    public void Write(string operation, Action<Session> body) => Write(operation, session =>
    {
        body(session);
        return true;
    });

    /// <summary>Opens a connection that stays the caller's, after its first questions were answered. They may be asked twice.</summary>
    public (NpgsqlConnection Connection, Session Session, T Answer) Begin<T>(string operation, Func<Session, T> first) => Repeat(operation, _ =>
    {
        var connection = source.OpenConnection();
        try
        {
            var session = new Session(connection);
            return (connection, session, first(session));
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    });

    /// <summary>A connection of one's own until it is disposed.</summary>
    /// <exception cref="NpgsqlException">The caller knows what it was for.</exception>
    public NpgsqlConnection Connect() => source.OpenConnection();

    /// <summary>Idle connections are closed: where one was lost, most are.</summary>
    public void ForgetIdle() => source.Clear();

    public LedgerException Describe(string operation, NpgsqlException error) => PostgresFailure.Describe(operation, Place, error);

    public void Dispose()
    {
        closing.Set();
        source.Dispose();
    }

    /// <summary>
    /// All wait for one outage, not each for its own: who comes after the patience has run out is told after two attempts. Two, because an idle
    /// connection may have died with a server that is long back.
    /// </summary>
    private T Repeat<T>(string operation, Func<Action, T> body)
    {
        for (var (tries, pauseMs) = (1, 20); ; (tries, pauseMs) = (tries + 1, Math.Min(pauseMs * 2, 1_000)))
        {
            var committing = false;
            try
            {
                var result = body(() => committing = true);
                Interlocked.Exchange(ref lostAt, 0);
                return result;
            }
            catch (NpgsqlException error)
            {
                var final = committing || !PostgresFailure.IsLost(error) || (IsOver() && tries > 1);
                if (final || closing.Wait(pauseMs)) throw PostgresFailure.Describe(operation, Place, error, committing);
                ForgetIdle();
            }
        }
    }

    private bool IsOver()
    {
        var since = Interlocked.CompareExchange(ref lostAt, Stopwatch.GetTimestamp(), 0);
        return since != 0 && Stopwatch.GetElapsedTime(since) >= patience;
    }

    private static void SetUp(NpgsqlConnection connection)
    {
        var session = new Session(connection);
        session.Text(Durable);
        session.Run($"SET lock_timeout = {PostgresLimits.LockWaitMs}");
        session.Run($"SET tcp_keepalives_idle = {PostgresLimits.KeepAliveSeconds}");
        session.Run($"SET tcp_keepalives_interval = {PostgresLimits.ProbeSeconds}");
        session.Run("SET tcp_keepalives_count = 2");
        // Servers on other systems refuse it.
        session.Text($"SELECT set_config('client_connection_check_interval', '{PostgresLimits.KeepAliveSeconds}s', false) WHERE version() LIKE '%linux%'");
    }
}
