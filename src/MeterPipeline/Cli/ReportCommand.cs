using System.CommandLine;
using MeterPipeline.Run;
using MeterPipeline.Web.Reports;

namespace MeterPipeline.Cli;

/// <summary><c>report</c>: what the programme reports, as the pages have it: weekly dispatch, month-end, and once after the season.</summary>
public static class ReportCommand
{
    private static readonly Option<string?> Period = new("--period")
    {
        Description = "2026-W03, 2026-01 or 2025-2026, as the kind says (default: the newest complete one, else the one under way).",
        HelpName = "PERIOD",
    };

    private static readonly Option<string?> Season = new("--season") { Description = "Season whose newest period is taken, such as 2025-2026 (default: the newest with data).", HelpName = "SEASON" };

    private static readonly Option<string> Format = new("--format")
    {
        Description = "text for a terminal, xlsx, or csv: a ZIP of the workbook's sheets.",
        DefaultValueFactory = _ => "text",
    };

    private static readonly Option<string> Out = new("--out") { Description = "File to write; - for standard output.", DefaultValueFactory = _ => Output.Console, HelpName = "FILE" };

    public static Command Create()
    {
        Format.AcceptOnlyFromAmong([.. ReportFile.Formats]);
        var report = new Command("report", "Write the report of a division and period: use, subsidy, budget, what needs attention.");
        foreach (var (kind, text) in new[] { ("weekly", "An ISO week, cut at the season's ends."), ("monthly", "A calendar month."), ("season", "The whole season, due within a month after it.") })
        {
            var of = new Command(kind, text) { Period, Season, ExportCommand.Division, Format, Out };
            of.SetAction(parsed => Write(parsed, kind));
            report.Add(of);
        }
        return report;
    }

    private static int Write(ParseResult parsed, string kind)
    {
        var (policies, boards) = (Opened.Policies(parsed), UsageBoardSettings.Read(RunCommand.Builder().Configuration));
        var (format, file) = (parsed.GetValue(Format)!, parsed.GetValue(Out)!);
        using var ledger = Opened.Ledger(parsed);
        var asked = new ReportAsked(kind, parsed.GetValue(Period), parsed.GetValue(Season), parsed.GetValue(ExportCommand.Division)!);
        ReportFile report;
        try
        {
            using var progress = new Progress("Report", "households");
            report = ReportFile.Draw(ledger, policies, boards, asked, TimeProvider.System, (done, _) => progress.Report(done));
        }
        catch (ArgumentException error)
        {
            throw new CommandException(error.Message);
        }
        if (format != "text") ExportSettlement.Record(ledger, report.Name + (format == "xlsx" ? ".xlsx" : ".zip"));
        Output.Write(file, (into, folder) =>
        {
            report.Write(format, into, folder);
            return 1;
        });
        if (file != Output.Console) Console.Error.WriteLine($"{report.Name} written to {file}");
        return ExitCode.Done;
    }
}
