using MeterPipeline.Ledger.Postgres;
using MeterPipeline.Tests.House;
using Npgsql;

namespace MeterPipeline.ServerTests.Ledger;

/// <summary>A private server for all tests of a collection, or of a class that takes minutes; each takes a schema of its own.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private static int _schemas;

    public Postgres Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await Postgres.StartAsync();

    public Task DisposeAsync() => Server.DisposeAsync().AsTask();

    public PostgresSchemas NewSchema(int partitions = 1) => new(Server, $"ledger_{Interlocked.Increment(ref _schemas)}", partitions);
}

/// <summary>The tests that share a server run one after the other, beside those of the other collections.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresServer>
{
    public const string Name = "PostgreSQL";
}

/// <summary>Where the server is killed, and sessions of all schemas are ended.</summary>
[CollectionDefinition(Name)]
public sealed class DisturbedPostgresCollection : ICollectionFixture<PostgresServer>
{
    public const string Name = "PostgreSQL, disturbed";
}

/// <summary>One ledger's schema, the ledgers opened on it, and their end.</summary>
public sealed class PostgresSchemas(Postgres server, string schema, int partitions) : IDisposable
{
    /// <summary>What this program's schema is at.</summary>
    public const int Version = 4;

    private readonly List<PostgresLedger> _opened = [];

    public PostgresOptions Options { get; } = new(server.ConnectionString) { Schema = schema, Partitions = partitions };

    public PostgresLedger Open()
    {
        var ledger = PostgresLedger.Open(Options, create: true);
        _opened.Add(ledger);
        return ledger;
    }

    /// <summary>Makes the schema as an older version left it.</summary>
    public void Load(int version)
    {
        Sql($"CREATE SCHEMA {schema}");
        Sql(File.ReadAllText(Repository.PathOf("tests", "MeterPipeline.ServerTests", "Ledger", "versions", $"{version}-postgres.sql")));
    }

    /// <summary>As an administrator has it, in the schema.</summary>
    public NpgsqlConnection Connect()
    {
        var connection = new NpgsqlConnection(server.ConnectionString + $";Search Path={schema};Pooling=false");
        connection.Open();
        return connection;
    }

    /// <inheritdoc cref="Connect"/>
    public object? Sql(string sql)
    {
        using var connection = Connect();
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteScalar();
    }

    public void Dispose() => _opened.ForEach(ledger => ledger.Dispose());
}
