using System.CommandLine;
using MeterPipeline.Ingest;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ledger.Import;

namespace MeterPipeline.Cli;

/// <summary><c>import</c>: registry files and backfill of readings, beside a running pipeline or without one.</summary>
public static class ImportCommand
{
    private static readonly Argument<string> File = new("FILE") { Description = "CSV in UTF-8 with English or Chinese headings." };

    public static Command Create()
    {
        var import = new Command("import", "Take in registry files and readings; bad rows are named, the good ones are kept.");
        foreach (var kind in Enum.GetValues<RegistryFile>())
        {
            var name = Columns.Word(kind);
            var registry = new Command(name, $"Import {name}.") { File };
            registry.SetAction(parsed => Registry(parsed, kind));
            import.Add(registry);
        }
        var readings = new Command("readings", "Backfill readings: meter_id, ts, value, and optionally register, rev.") { File };
        readings.SetAction(ReadingsAsync);
        import.Add(readings);
        return import;
    }

    private static int Registry(ParseResult parsed, RegistryFile kind)
    {
        using var content = Open(parsed);
        using var ledger = Opened.Ledger(parsed, create: true);
        using var progress = new Progress($"Import {Columns.Word(kind)}", "rows");
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var result = RegistryCsv.Import(ledger, kind, content, Opened.Actor, now, p => progress.Report(p.Rows));
        foreach (var note in result.Notes) Console.Error.WriteLine($"note: {note}");
        foreach (var problem in result.Problems) Report(content.Name, problem.Line, problem.Column, problem.Reason);
        if (result.ProblemCount > result.Problems.Count) Console.Error.WriteLine($"… and {result.ProblemCount - result.Problems.Count:N0} more problems.");
        Console.WriteLine($"{result.Rows:N0} rows: {result.Added:N0} added, {result.Changed:N0} changed, {result.Unchanged:N0} unchanged, {result.Rejected:N0} rejected");
        return result.Clean ? ExitCode.Done : ExitCode.Difference;
    }

    private static async Task<int> ReadingsAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var content = Open(parsed);
        using var ledger = Opened.Ledger(parsed);
        ReadingsImportResult result;
        using (var progress = new Progress("Import readings", "rows"))
        {
            try
            {
                result = ReadingsCsv.Import(ledger, content, TimeProvider.System, new IntakeOptions(), progress.Report);
            }
            catch (InvalidDataException error)
            {
                throw new CommandException($"{content.Name}: {error.Message}", ExitCode.Difference);
            }
        }
        foreach (var problem in result.Problems) Report(content.Name, problem.Line, problem.Column, problem.Reason);
        Console.WriteLine($"{result.Rows:N0} rows: {result.Taken:N0} taken, {result.Rejected:N0} rejected");
        await Accruing.FoldAsync(ledger, Opened.Policies(parsed)).ConfigureAwait(false);
        return result.Rejected == 0 ? ExitCode.Done : ExitCode.Difference;
    }

    private static void Report(string file, long line, string column, string reason) =>
        Console.Error.WriteLine($"{Path.GetFileName(file)}:{line}: {(column.Length == 0 ? "" : column + ": ")}{reason}");

    private static FileStream Open(ParseResult parsed)
    {
        var path = parsed.GetValue(File)!;
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"Cannot read {path}: {error.Message}");
        }
    }
}
