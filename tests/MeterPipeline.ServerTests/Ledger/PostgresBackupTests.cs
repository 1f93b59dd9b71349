using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Backup;
using MeterPipeline.Ledger.Postgres;
using MeterPipeline.Tests.Ledger;

namespace MeterPipeline.ServerTests.Ledger;

/// <summary>The contract on PostgreSQL: another schema is another place.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresBackupTests(PostgresServer server) : BackupContract, IDisposable
{
    private readonly PostgresSchemas _schema = server.NewSchema();

    public void Dispose()
    {
        _schema.Dispose();
        DeleteBackups();
    }

    [Fact]
    public void A_table_that_this_version_does_not_make_is_refused()
    {
        _schema.Open();
        _schema.Sql("CREATE TABLE extra (id integer PRIMARY KEY)");
        var refused = Assert.Throws<LedgerException>(() =>
        {
            Take(At("extra"));
            Restore(At("extra"), "extra");
        });
        Assert.Contains("has extra, a table", refused.Message, StringComparison.Ordinal);
        Assert.False(IsThere("extra"));
    }

    protected override ILedger Open() => _schema.Open();

    protected override BackupManifest Take(string to) => PostgresBackup.Take(_schema.Options, to, "1.2.3", TimeProvider.System, static (_, _) => { });

    protected override void Restore(string backup, string place) => PostgresBackup.Restore(backup, OptionsOf(place), static (_, _) => { });

    protected override ILedger OpenRestored(string place) => PostgresLedger.Open(OptionsOf(place));

    protected override bool IsThere(string place) =>
        (long)_schema.Sql($"SELECT count(*) FROM pg_namespace WHERE nspname = '{OptionsOf(place).Schema}'")! > 0;

    private PostgresOptions OptionsOf(string place) => _schema.Options with { Schema = $"{_schema.Options.Schema}_{place}" };
}
