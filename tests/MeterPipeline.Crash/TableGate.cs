using System.Diagnostics;
using Npgsql;

namespace MeterPipeline.Crash;

/// <summary>A lock on a table of the ledger that lets readers pass and writers wait, until it is disposed.</summary>
internal sealed class TableGate : IAsyncDisposable
{
    private const string WaitingSql = """
        SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE NOT granted AND relation = $1::regclass AND application_name <> $2 AND application_name LIKE 'node-%' LIMIT 1
        """;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private readonly NpgsqlConnection _connection;
    private readonly string _table;

    private TableGate(NpgsqlConnection connection, string table) => (_connection, _table) = (connection, table);

    public static async Task<TableGate> CloseAsync(string connectionString, string table)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false;Timeout=10");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE", connection);
        await command.ExecuteNonQueryAsync();
        return new TableGate(connection, table);
    }

    /// <summary>The name of a node that waits; null: none came.</summary>
    public async Task<string?> WaitingAsync(string except = "")
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < _patience; await Task.Delay(5))
        {
            await using var command = new NpgsqlCommand(WaitingSql, _connection);
            command.Parameters.Add(new NpgsqlParameter { Value = _table });
            command.Parameters.Add(new NpgsqlParameter { Value = except });
            if (await command.ExecuteScalarAsync() is string name) return name;
        }
        return null;
    }

    /// <summary>Opens it.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
