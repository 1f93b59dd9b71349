using System.CommandLine;
using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Exports;

namespace MeterPipeline.Cli;

/// <summary><c>export accruals</c>: what every household of a division earned in a season.</summary>
public static class ExportCommand
{
    public static Option<string> Season { get; } = new("--season") { Description = "Heating season, such as 2025-2026.", Required = true, HelpName = "SEASON" };

    public static Option<string> Division { get; } = new("--division")
    {
        Description = "Division code or its beginning: 1408 is all of Yuncheng (default: everything).",
        DefaultValueFactory = _ => "",
        HelpName = "CODE",
    };

    private static readonly Option<string> Format = new("--format") { Description = "csv.", DefaultValueFactory = _ => "csv" };
    private static readonly Option<string> Out = new("--out") { Description = "File to write; - for standard output.", Required = true, HelpName = "FILE" };

    public static Command Create()
    {
        Format.AcceptOnlyFromAmong("csv");
        var accruals = new Command("accruals", "Write the accrual of every household, exact to the fen.") { Season, Division, Format, Out };
        accruals.SetAction(Run);
        return new Command("export", "Write lists for finance.") { accruals };
    }

    /// <exception cref="CommandException">Not of the form 2025-2026.</exception>
    public static int AutumnOf(string season) => HeatingSeason.TryParseName(season, out var autumn)
        ? autumn
        : throw new CommandException($"Season '{season}' is not of the form 2025-2026.");

    private static int Run(ParseResult parsed)
    {
        var autumn = AutumnOf(parsed.GetValue(Season)!);
        var policies = Opened.Policies(parsed);
        using var ledger = Opened.Ledger(parsed);
        using var reading = LedgerReading.Open(ledger, policies);
        var file = parsed.GetValue(Out)!;
        ledger.Access.Record(new AccessEntry(
            0, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), Opened.Actor, "", AccessAct.Export, $"accruals-{parsed.GetValue(Season)}-{parsed.GetValue(Division)}", ""));
        var statements = reading.Statements.OfDivision(parsed.GetValue(Division)!.TrimEnd('*'), autumn);
        using var progress = new Progress("Export", "households");
        if (file == "-")
        {
            using var console = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
            AccrualCsv.Write(console, statements, lines => progress.Report(lines));
            return ExitCode.Done;
        }
        var lines = WriteFile(file, statements, progress);
        Console.Error.WriteLine($"{lines:N0} households written to {file}");
        return ExitCode.Done;
    }

    /// <summary>Writes beside the target and renames: a reader never sees half a list.</summary>
    private static int WriteFile(string file, IEnumerable<Domain.Statements.HouseholdStatement> statements, Progress progress)
    {
        var unfinished = file + ".part";
        try
        {
            int lines;
            using (var writer = new StreamWriter(unfinished, false, new UTF8Encoding(false), 1 << 16))
                lines = AccrualCsv.Write(writer, statements, count => progress.Report(count));
            File.Move(unfinished, file, overwrite: true);
            return lines;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"Cannot write {file}: {error.Message}");
        }
    }
}
