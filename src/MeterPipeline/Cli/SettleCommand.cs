using System.CommandLine;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Run;

namespace MeterPipeline.Cli;

/// <summary><c>settle</c>: drafts a run, and carries runs from draft through public notice to payment. What is frozen never changes.</summary>
public static class SettleCommand
{
    private static readonly Option<bool> Provisional = new("--provisional") { Description = "To look at, perhaps before the season is over; it can never be confirmed." };
    private static readonly Option<string> Out = new("--out") { Description = "File to write.", Required = true, HelpName = "FILE" };

    public static Command Create()
    {
        var settle = new Command("settle", "Freeze what every household of a division is due; then notice, objections, confirmation, payment.")
        {
            ExportCommand.Season, ExportCommand.Division, Provisional, SettlePerson.As,
        };
        settle.SetAction(Draft);
        var list = new Command("list", "All runs and how far they are.");
        list.SetAction(List);
        var show = new Command("show", "A run: its input, sums, steps, and what may come next.") { SettleSteps.RunId };
        show.SetAction(Show);
        var export = new Command("export", "Write a run's canonical lines; the SHA-256 of the file is the run's hash.") { SettleSteps.RunId, Out };
        export.SetAction(Export);
        settle.Add(list);
        settle.Add(show);
        settle.Add(export);
        foreach (var step in SettleSteps.Create()) settle.Add(step);
        return settle;
    }

    internal static string Yuan(decimal amount) => $"{Money.Format(amount)} yuan";

    private static int Draft(ParseResult parsed)
    {
        var (autumn, policies) = (ExportCommand.AutumnOf(parsed.GetValue(ExportCommand.Season)!), Opened.Policies(parsed));
        using var ledger = Opened.Ledger(parsed);
        var (provisional, phone) = (parsed.GetValue(Provisional), ExportSettings.SupervisionPhone());
        var who = SettlePerson.Of(parsed, ledger, RunStepKind.Drafted, provisional);
        var (division, now) = (SettlePerson.Prefix(parsed.GetValue(ExportCommand.Division)!), TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        SettlementRun run;
        using (var progress = new Progress("Settle", "households"))
            run = SettlementDrafting.Run(ledger, policies, autumn, division, who, now, provisional, lines => progress.Report(lines), phone);
        Write(run);
        Console.WriteLine(run.Provisional
            ? "It is provisional: it can be looked at, not confirmed."
            : $"Next: post it in the villages, then meterpipeline settle notice {run.Id} --from {LocalDay.Of(now)} --until DAY");
        return ExitCode.Done;
    }

    private static int List(ParseResult parsed)
    {
        using var ledger = Opened.Ledger(parsed);
        var runs = ledger.Settlements.Runs();
        foreach (var progress in runs)
        {
            var run = progress.Run;
            Console.WriteLine($"{run.Id,4}  {HeatingSeason.NameOf(run.Autumn)}  {(run.Division.Length == 0 ? "everything" : run.Division),-12}  {StageOf(progress),-11}  {run.Lines,9:N0} lines"
                + $"  {run.Totals.Held,7:N0} on hold  due {Money.Format(run.Totals.Due.Total),14}  {LocalTime.Format(run.AtMs)} by {run.Actor}");
        }
        Console.WriteLine($"{runs.Count:N0} runs");
        return ExitCode.Done;
    }

    private static int Show(ParseResult parsed)
    {
        using var ledger = Opened.Ledger(parsed);
        var progress = SettleSteps.Find(parsed, ledger);
        var run = progress.Run;
        Write(run);
        Console.WriteLine($"input       journal row {run.JournalSeq}, registry version {run.RegistryVersion}");
        foreach (var policy in run.Policies) Console.WriteLine($"policy      {policy.Id} v{policy.Version} {policy.Fingerprint}");
        Console.WriteLine($"accrued     {Yuan(run.Totals.Accrued.Total)}, given before {Yuan(run.Totals.Before.Total)}");
        foreach (var share in run.Totals.Due.Shares) Console.WriteLine($"due from    {share.Level}: {Yuan(share.Yuan)}");
        Console.WriteLine($"previous    {(run.PreviousHash.Length == 0 ? "none" : run.PreviousHash)}");
        Console.WriteLine($"stage       {StageOf(progress)}");
        foreach (var step in progress.Steps) Console.WriteLine($"    {LocalTime.Format(step.AtMs)}  {Describe(step)}");
        if (progress.OpenObjections.Count > 0) Console.WriteLine($"objections  {progress.OpenObjections.Count:N0} wait for an answer: {string.Join(", ", progress.OpenObjections.Take(10))}");
        return ExitCode.Done;
    }

    private static int Export(ParseResult parsed)
    {
        using var ledger = Opened.Ledger(parsed);
        var (run, file) = (SettleSteps.Find(parsed, ledger).Run, parsed.GetValue(Out)!);
        ExportSettlement.Record(ledger, $"settlement-{run.Id}.jsonl");
        try
        {
            using (var unfinished = new FileStream(file + ".part", FileMode.Create))
            using (var progress = new Progress("Export", "lines", run.Lines))
                RunFile.Write(ledger.Settlements, run, unfinished, lines => progress.Report(lines));
            File.Move(file + ".part", file, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"Cannot write {file}: {error.Message}");
        }
        Console.Error.WriteLine($"{run.Lines:N0} lines written to {file}; its SHA-256 is the run's hash {run.ContentHash}");
        return ExitCode.Done;
    }

    private static void Write(SettlementRun run)
    {
        Console.WriteLine($"run         {run.Id}");
        Console.WriteLine($"season      {HeatingSeason.NameOf(run.Autumn)}, division {(run.Division.Length == 0 ? "everything" : run.Division)}");
        Console.WriteLine($"lines       {run.Lines}");
        Console.WriteLine($"on hold     {run.Totals.Held}");
        Console.WriteLine($"due         {Yuan(run.Totals.Due.Total)}");
        Console.WriteLine($"payable     {Yuan(run.Totals.Payable)}");
        Console.WriteLine($"hash        {run.ContentHash}");
    }

    private static string StageOf(RunProgress progress) => progress.Run.Provisional ? "provisional" : progress.Stage.ToString().ToLowerInvariant();

    private static string Describe(RunStep step) =>
        $"{step.Kind.ToString().ToLowerInvariant()} by {step.Actor}"
        + (step.HouseholdId is { } household ? $", {household}" : "")
        + (step is { From: { } from, Until: { } until } ? $", {from} to {until}" : "")
        + (step.Note.Length > 0 ? $": {step.Note}" : "");
}
