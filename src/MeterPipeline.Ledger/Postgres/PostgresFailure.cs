using System.Net.Sockets;
using Npgsql;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>Turns PostgreSQL's and Npgsql's errors into sentences that an operator can act on. Neither holds the password.</summary>
internal static class PostgresFailure
{
    /// <summary>A session is ended that was silent within a transaction.</summary>
    private const string IdleInTransaction = "25P03";

    /// <param name="place">Host, database and schema.</param>
    /// <param name="committing">The connection was lost between the commit and its answer.</param>
    public static LedgerException Describe(string operation, string place, NpgsqlException error, bool committing = false) => new(
        $"Cannot {operation}: {place}: {Reason(error)}. {Remedy(error)}" +
        (committing && IsLost(error) ? " Whether it was stored is not known: look before doing it again." : ""), error)
    {
        IsAway = IsLost(error) || error.InnerException is TimeoutException || (error as PostgresException)?.SqlState is PostgresErrorCodes.DiskFull
            or PostgresErrorCodes.OutOfMemory or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.ReadOnlySqlTransaction,
    };

    /// <summary>The server or the way to it is gone, or it takes no more connections for now; another attempt may do better. No answer to the statement itself.</summary>
    public static bool IsLost(NpgsqlException error) => error switch
    {
        PostgresException answer => answer.SqlState.StartsWith("08", StringComparison.Ordinal) || answer.SqlState is
            IdleInTransaction or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections,
        _ => error.InnerException is not TimeoutException,
    };

    private static string Reason(NpgsqlException error) => error switch
    {
        PostgresException answer => $"{answer.MessageText.TrimEnd('.')} (SQLSTATE {answer.SqlState})",
        { InnerException: SocketException socket } => socket.Message.TrimEnd('.'),
        { InnerException: { } inner } => $"{error.Message.TrimEnd('.')}: {inner.Message.TrimEnd('.')}",
        _ => error.Message.TrimEnd('.'),
    };

    private static string Remedy(NpgsqlException error) => (error as PostgresException)?.SqlState switch
    {
        PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory => "Free space or memory on the server; nothing was stored and the program goes on by itself.",
        PostgresErrorCodes.LockNotAvailable =>
            $"Another session held the lock for {PostgresLimits.LockWaitMs / 1000} s: see which one in pg_locks (a long import?), then try again.",
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => "Check user and password in Ledger:ConnectionString.",
        PostgresErrorCodes.InvalidCatalogName => "Create the database first: CREATE DATABASE … ENCODING 'UTF8'.",
        PostgresErrorCodes.InsufficientPrivilege => "Give this role CREATE on the database, or ownership of the schema.",
        PostgresErrorCodes.ReadOnlySqlTransaction => "The server is a standby or read-only: name the primary in Ledger:ConnectionString.",
        PostgresErrorCodes.TooManyConnections => "Raise max_connections, or lower Maximum Pool Size in Ledger:ConnectionString.",
        PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted => "The server's files are damaged: stop all processes and restore a backup.",
        null when error.InnerException is TimeoutException =>
            "The server did not answer in time, or all connections of the pool are in use: see its load and pg_stat_activity.",
        null or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown =>
            "Check that the server runs and that Ledger:ConnectionString names it.",
        _ => "Nothing was stored.",
    };
}
