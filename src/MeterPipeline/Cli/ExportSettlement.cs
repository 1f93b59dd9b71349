using System.CommandLine;
using MeterPipeline.Banks;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Run;
using MeterPipeline.Web.Exports;
using MeterPipeline.Web.Exports.Bank;
using MeterPipeline.Web.Exports.Workbook;

namespace MeterPipeline.Cli;

/// <summary><c>export settlement</c>: a frozen run as finance's workbook, as its sheets in CSV, or as the file by which a bank pays what is payable now.</summary>
internal static class ExportSettlement
{
    private static readonly Option<string> Format = new("--format") { Description = "xlsx: workbook; csv: ZIP of its sheets; bank: what is payable now.", DefaultValueFactory = _ => "xlsx" };
    private static readonly Option<string?> Layout = new("--layout") { Description = "Bank layout, where there are several.", HelpName = "NAME" };
    private static readonly Option<string> Out = new("--out") { Description = "File to write; - for standard output.", Required = true, HelpName = "FILE" };

    private static readonly Option<string> Layouts = new("--bank-layouts")
    {
        Description = "Folder of bank layouts (default: those shipped with the program).",
        DefaultValueFactory = _ => BankLayoutFiles.Shipped,
        HelpName = "DIR",
    };

    public static Command Create()
    {
        Format.AcceptOnlyFromAmong("xlsx", "csv", "bank");
        var settlement = new Command("settlement", "Write a frozen run for finance, or for a bank.") { SettleSteps.RunId, Format, Layout, Layouts, Out };
        settlement.SetAction(Run);
        return settlement;
    }

    /// <summary>Says in the access log that a file leaves, before it does.</summary>
    public static void Record(ILedger ledger, string subject) =>
        ledger.Access.Record(new AccessEntry(0, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), Opened.Actor, "", AccessAct.Export, subject, ""));

    private static int Run(ParseResult parsed)
    {
        var format = parsed.GetValue(Format)!;
        using var ledger = Opened.Ledger(parsed);
        var progress = SettleSteps.Find(parsed, ledger);
        var layout = format == "bank" ? Chosen(parsed) : null;
        if (layout is not null && progress.PayoutRefusal is { } refusal) throw new CommandException(refusal.ToString(), ExitCode.Difference);
        Record(ledger, StoredRun.NameOf(progress.Run, format, layout));
        PolicyBook Policies() => Opened.Policies(parsed);
        var export = StoredRun.Of(ledger, Policies, progress, ExportSettings.SupervisionPhone());
        try
        {
            return layout is null ? Lists(export, format, parsed.GetValue(Out)!) : Bank(StoredRun.ToPay(ledger, Policies(), export), layout, parsed.GetValue(Out)!);
        }
        catch (InvalidDataException damage)
        {
            throw new CommandException(damage.Message, ExitCode.Difference);
        }
    }

    private static int Lists(RunExport export, string format, string file)
    {
        using var progress = new Progress("Export", "lines", export.Run.Lines);
        var lines = Output.Write(file, (into, folder) => format == "xlsx"
            ? RunWorkbook.Write(export, into, folder, count => progress.Report(count)) : RunWorkbook.WriteCsv(export, into, folder, count => progress.Report(count)));
        if (file != Output.Console) Console.Error.WriteLine($"{lines:N0} lines written to {file}");
        return ExitCode.Done;
    }

    private static int Bank(RunExport export, BankLayout layout, string file)
    {
        BankResult? result = null;
        Output.Write(file, (into, _) => (result = BankFile.Write(export, layout, into)).Payments);
        foreach (var problem in result!.Problems) Console.Error.WriteLine($"Household {problem.HouseholdId} is left out with {SettleCommand.Yuan(problem.Yuan)}: {BankTexts.Say(problem)}");
        if (file != Output.Console) Console.Error.WriteLine($"{result.Payments:N0} payments of {SettleCommand.Yuan(result.Yuan)} written to {file}, {result.Problems.Count:N0} left out");
        return result.Problems.Count == 0 ? ExitCode.Done : ExitCode.Difference;
    }

    private static BankLayout Chosen(ParseResult parsed)
    {
        var layouts = BankLayoutFiles.Load(parsed.GetValue(Layouts)!);
        var asked = parsed.GetValue(Layout);
        if (asked is null && layouts.Count == 1) return layouts[0];
        return layouts.FirstOrDefault(layout => layout.Id == asked)
            ?? throw new CommandException($"{(asked is null ? "Say the bank's layout" : $"There is no bank layout '{asked}'")}: --layout {string.Join(" or ", layouts.Select(layout => layout.Id))}.");
    }
}
