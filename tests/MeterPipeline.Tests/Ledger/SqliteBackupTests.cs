using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Backup;
using MeterPipeline.Ledger.Sqlite;

namespace MeterPipeline.Tests.Ledger;

/// <summary>The contract on SQLite.</summary>
public sealed class SqliteBackupTests : BackupContract, IDisposable
{
    private readonly SqliteFolder folder = new();

    public void Dispose()
    {
        folder.Dispose();
        DeleteBackups();
    }

    [Fact]
    public void A_folder_without_a_ledger_is_not_backed_up()
    {
        Assert.Contains("--data", Assert.Throws<LedgerException>(() => Take(At("none"))).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("none")));
    }

    protected override ILedger Open() => folder.Open();

    protected override BackupManifest Take(string to) => SqliteBackup.Take(folder.Path, to, "1.2.3", TimeProvider.System, static (_, _) => { });

    protected override void Restore(string backup, string place) => SqliteBackup.Restore(backup, At(place), static (_, _) => { });

    protected override ILedger OpenRestored(string place) => SqliteLedger.Open(At(place));

    protected override bool IsThere(string place) => Directory.EnumerateFileSystemEntries(At(""), place + "*").Any();
}
