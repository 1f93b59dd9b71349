using System.CommandLine;
using System.Globalization;
using MeterPipeline.Domain;
using MeterPipeline.Ledger.Backup;
using MeterPipeline.Run;

namespace MeterPipeline.Cli;

/// <summary><c>ledger backup</c> and <c>ledger restore</c>: one moment of the ledger in a folder, and back.</summary>
public static class BackupCommands
{
    private const string PostgresProvider = PostgresBackup.Provider;

    private static readonly string Version = typeof(BackupCommands).Assembly.GetName().Version?.ToString(3) ?? "";

    private static readonly Option<string> To = new("--to") { Description = "Folder to make; it appears when the backup is whole.", Required = true, HelpName = "FOLDER" };

    private static readonly Option<string> From = new("--from") { Description = "A backup, or a folder of backups: then the newest of them.", Required = true, HelpName = "FOLDER" };

    private static readonly Option<string?> Until = new("--until")
    {
        Description = "The newest backup of a folder of them that is not after this journal row or time, such as 2026-01-31T06:00:00+08:00.",
        HelpName = "ROW|TIME",
    };

    public static Command Backup()
    {
        var backup = new Command("backup", "Write one moment of the ledger to a folder while everything runs on.") { To };
        backup.SetAction(RunBackup);
        return backup;
    }

    public static Command Restore()
    {
        var restore = new Command("restore", "Make the ledger of a backup where there is none (--data, or Ledger:Schema), and verify it; exit 1 on a difference.") { From, Until };
        restore.SetAction(RunRestore);
        return restore;
    }

    private static int RunBackup(ParseResult parsed)
    {
        var settings = LedgerSettings.Read();
        var to = parsed.GetValue(To)!;
        BackupManifest manifest;
        using (var copied = new CopyProgress("Backup"))
        {
            manifest = settings.Provider == PostgresProvider
                ? PostgresBackup.Take(settings.Postgres, to, Version, TimeProvider.System, copied.Report)
                : SqliteBackup.Take(parsed.GetValue(CommandLine.Data)!, to, Version, TimeProvider.System, copied.Report);
        }
        Console.WriteLine($"{to}: {manifest}, {manifest.Files.Count} files of {manifest.Files.Sum(file => file.Bytes) / 1e6:N1} MB, {manifest.Rows.Values.Sum():N0} rows");
        return ExitCode.Done;
    }

    private static int RunRestore(ParseResult parsed)
    {
        var policies = Opened.Policies(parsed);
        var settings = LedgerSettings.Read();
        var backup = BackupChoice.Of(parsed.GetValue(From)!, parsed.GetValue(Until));
        var manifest = BackupManifest.Read(backup);
        if (manifest.Provider != settings.Provider)
        {
            throw new CommandException($"{backup} is of a ledger on {manifest.Provider}, and Ledger:Provider is {settings.Provider}. " +
                $"Restore with Ledger:Provider={manifest.Provider}; `ledger move` brings a ledger from sqlite to postgres.");
        }
        using (var copied = new CopyProgress("Restore"))
        {
            if (settings.Provider == PostgresProvider) PostgresBackup.Restore(backup, settings.Postgres, copied.Report);
            else SqliteBackup.Restore(backup, parsed.GetValue(CommandLine.Data)!, copied.Report);
        }
        using var ledger = Opened.Ledger(parsed);
        var contents = LedgerContents.Of(ledger);
        var newest = contents.NewestReadingMs is { } ms ? LocalTime.Format(ms) : "none";
        Console.WriteLine($"Restored to {Opened.PlaceOf(ledger, parsed)}: {manifest}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"journal row {contents.Head}, folded to {contents.Folded}; newest reading {newest}; registry version {contents.Registry.Version}: " +
            $"{contents.Registry.Households.Count} households, {contents.Registry.Meters.Count} meters"));
        return VerifyCommand.Verify(ledger, policies);
    }

    /// <summary>Megabytes of what is to be copied, known once copying begins.</summary>
    private sealed class CopyProgress(string what) : IDisposable
    {
        private Progress? progress;

        public void Report(long bytes, long total) => (progress ??= new Progress(what, "MB", total / 1_000_000)).Report(bytes / 1_000_000);

        public void Dispose() => progress?.Dispose();
    }
}
