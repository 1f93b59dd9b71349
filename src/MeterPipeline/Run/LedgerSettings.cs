using MeterPipeline.Cli;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Postgres;
using MeterPipeline.Ledger.Sqlite;

namespace MeterPipeline.Run;

/// <summary>
/// Where the ledger is: section <c>MeterPipeline:Ledger</c>, in the environment <c>MeterPipeline__Ledger__Provider=postgres</c>. Every verb reads
/// the same.
/// </summary>
public sealed record LedgerSettings
{
    /// <summary><c>sqlite</c>: files in the folder of <c>--data</c>. <c>postgres</c>: a schema of a PostgreSQL database.</summary>
    public string Provider { get; init; } = "sqlite";

    /// <summary>Of PostgreSQL, as Npgsql takes it. It may hold a password: best in the environment. Never shown.</summary>
    public string ConnectionString { get; init; } = "";

    /// <inheritdoc cref="PostgresOptions.Schema"/>
    public string Schema { get; init; } = PostgresOptions.DefaultSchema;

    /// <inheritdoc cref="PostgresOptions.AllowNoFsync"/>
    public bool AllowNoFsync { get; init; }

    /// <summary>Seconds that a page or a verb waits for a PostgreSQL server that was lost; 0 to 3600.</summary>
    public int PatienceSeconds { get; init; } = PostgresOptions.PatienceSecondsDefault;

    /// <inheritdoc cref="PostgresOptions.Partitions"/>
    public int? Partitions { get; init; }

    /// <summary>From appsettings.json in the working folder and the environment.</summary>
    /// <exception cref="CommandException">A value cannot be used; names the setting and the remedy.</exception>
    public static LedgerSettings Read()
    {
        try
        {
            return Configured.Read().GetSection("MeterPipeline:Ledger").Get<LedgerSettings>() ?? new LedgerSettings();
        }
        catch (InvalidOperationException error)
        {
            throw new CommandException($"The configuration cannot be used: {error.Message}");
        }
    }

    /// <param name="folder">Of SQLite's files.</param>
    /// <exception cref="CommandException">No such provider.</exception>
    /// <exception cref="LedgerException">There is no ledger and none may be created, or it cannot be opened.</exception>
    public ILedger Open(string folder, bool create) => Provider switch
    {
        "sqlite" => SqliteLedger.Open(folder, create),
        "postgres" => PostgresLedger.Open(Postgres, create),
        _ => throw new CommandException($"Ledger:Provider '{Provider}' is neither sqlite nor postgres."),
    };

    /// <summary>What the settings say of PostgreSQL.</summary>
    public PostgresOptions Postgres => new(ConnectionString)
    {
        Schema = Schema,
        AllowNoFsync = AllowNoFsync,
        Patience = TimeSpan.FromSeconds(PatienceSeconds),
        Partitions = Partitions,
    };
}
