using System.CommandLine;
using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Ledger;
using MeterPipeline.Run;
using MeterPipeline.Web.Exports;
using MeterPipeline.Web.Exports.Workbook;

namespace MeterPipeline.Cli;

/// <summary><c>export accruals</c>: what every household of a division earned in a season, as a list or as finance's workbook.</summary>
public static class ExportCommand
{
    public static Option<string> Season { get; } = new("--season") { Description = "Heating season, such as 2025-2026.", Required = true, HelpName = "SEASON" };

    public static Option<string> Division { get; } = new("--division")
    {
        Description = "Division code or its beginning: 1408 is all of Yuncheng (default: everything).",
        DefaultValueFactory = _ => "",
        HelpName = "CODE",
    };

    private static readonly Option<string> Format = new("--format") { Description = "csv, or xlsx: finance's workbook, provisional.", DefaultValueFactory = _ => "csv" };
    private static readonly Option<string> Out = new("--out") { Description = "File to write; - for standard output.", Required = true, HelpName = "FILE" };

    public static Command Create()
    {
        Format.AcceptOnlyFromAmong("csv", "xlsx");
        var accruals = new Command("accruals", "Write the accrual of every household, exact to the fen.") { Season, Division, Format, Out };
        accruals.SetAction(Run);
        return new Command("export", "Write lists for finance, or what is stored.") { accruals, ExportSettlement.Create(), ExportReadings.Create() };
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
        var division = SettlePerson.Prefix(parsed.GetValue(Division)!);
        ExportSettlement.Record(ledger, $"accruals-{parsed.GetValue(Season)}-{division}");
        using var progress = new Progress("Export", "households");
        var lines = parsed.GetValue(Format) == "xlsx"
            ? Output.Write(file, (into, folder) => RunWorkbook.Write(ProvisionalRun.Of(reading, policies, autumn, division, ExportSettings.SupervisionPhone()), into, folder, count => progress.Report(count)))
            : Output.Write(file, (into, _) =>
            {
                using var writer = new StreamWriter(into, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
                return AccrualCsv.Write(writer, reading.StatementsOf(division, autumn), count => progress.Report(count));
            });
        if (file != Output.Console) Console.Error.WriteLine($"{lines:N0} households written to {file}");
        return ExitCode.Done;
    }
}
