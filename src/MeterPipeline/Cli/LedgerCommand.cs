using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Move;
using MeterPipeline.Ledger.Postgres;
using MeterPipeline.Ledger.Sqlite;
using MeterPipeline.Run;
using MeterPipeline.Web.Exports;

namespace MeterPipeline.Cli;

/// <summary><c>ledger move</c>: from the files of a data folder to PostgreSQL; <c>backup</c> and <c>restore</c> beside it.</summary>
public static class LedgerCommand
{
    private static readonly Option<string?> To = new("--to")
    {
        Description = "Connection string of the PostgreSQL database (default: Ledger:ConnectionString, which other users of this machine cannot read).",
        HelpName = "CONNECTION",
    };

    private static readonly Option<string?> Schema = new("--schema") { Description = "Schema to make there (default: Ledger:Schema).", HelpName = "NAME" };

    public static Command Create()
    {
        var move = new Command("move", "Copy the ledger in --data to an empty PostgreSQL schema and compare; exit 1 on a difference. The files stay.") { To, Schema };
        move.SetAction(Move);
        return new Command("ledger", "What holds the ledger.") { move, BackupCommands.Backup(), BackupCommands.Restore() };
    }

    private static int Move(ParseResult parsed)
    {
        var policies = Opened.Policies(parsed);
        var folder = parsed.GetValue(CommandLine.Data)!;
        var settings = LedgerSettings.Read().Postgres;
        var target = settings with { ConnectionString = parsed.GetValue(To) ?? settings.ConnectionString, Schema = parsed.GetValue(Schema) ?? settings.Schema };
        long rows;
        using (var progress = new Progress("Move", "rows")) rows = LedgerMove.Run(folder, target, progress.Report);
        using var before = SqliteLedger.Open(folder);
        using var after = PostgresLedger.Open(target);
        Console.WriteLine($"{rows:N0} rows moved to {after.Place} and read back the same");
        var runs = before.Settlements.Runs();
        var different = Seasons(before).Where(autumn => !Export(before, policies, autumn).SequenceEqual(Export(after, policies, autumn)))
            .Select(autumn => $"The accruals of {HeatingSeason.NameOf(autumn)} differ.")
            .Concat(runs.Select(progress => Fault(after, progress.Run)).OfType<string>()).ToList();
        foreach (var difference in different) Console.Error.WriteLine($"{difference} Drop the schema, and report this.");
        if (different.Count > 0) return ExitCode.Difference;
        Console.WriteLine($"The accruals of every season are the same, and so are the hashes of {runs.Count:N0} settlement runs. "
            + "Use it with Ledger:Provider=postgres; the files are no longer written then.");
        return ExitCode.Done;
    }

    /// <summary>Hashes a run again where it was moved to.</summary>
    /// <returns>Why it is not what it was in the files; null: it is.</returns>
    private static string? Fault(ILedger after, SettlementRun run)
    {
        try
        {
            RunFile.Write(after.Settlements, run, Stream.Null);
            return null;
        }
        catch (LedgerException damage)
        {
            return damage.Message;
        }
    }

    /// <summary>Autumns in which anything was received.</summary>
    private static SortedSet<int> Seasons(ILedger ledger)
    {
        using var view = ledger.OpenView();
        return [.. view.Counters(LocalDay.On(2000, 1, 1).Number, LocalDay.On(2200, 1, 1).Number).Select(row => HeatingSeason.AutumnOf(new LocalDay(row.Day)))];
    }

    private static byte[] Export(ILedger ledger, PolicyBook policies, int autumn)
    {
        using var reading = LedgerReading.Open(ledger, policies);
        using var hash = SHA256.Create();
        using (var hashing = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
        using (var writer = new StreamWriter(hashing, new UTF8Encoding(false)))
            AccrualCsv.Write(writer, reading.StatementsOf("", autumn), static _ => { });
        return hash.Hash!;
    }
}
