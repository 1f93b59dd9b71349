using System.CommandLine;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;

namespace MeterPipeline.Cli;

/// <summary>The steps of a run after its draft: <c>settle notice|object|answer|confirm|pay|returned|withdraw</c>.</summary>
internal static class SettleSteps
{
    private const int NoteMax = 500;
    private const int ReferenceMax = 64;

    private static readonly Argument<string> Household = new("HOUSEHOLD") { Description = "Household id of a line." };
    private static readonly Option<string> From = new("--from") { Description = "First day of the notice: 2026-04-01.", Required = true, HelpName = "DAY" };
    private static readonly Option<string> Until = new("--until") { Description = "Last day of the notice.", Required = true, HelpName = "DAY" };
    private static readonly Option<string> Note = new("--note") { Description = "What is said, for those who ask later.", Required = true, HelpName = "TEXT" };
    private static readonly Option<string> Remark = new("--note") { Description = "A remark.", DefaultValueFactory = _ => "", HelpName = "TEXT" };
    private static readonly Option<string?> On = new("--on") { Description = "Day on which the money moved (default: today).", HelpName = "DAY" };
    private static readonly Option<string?> Reference = new("--reference") { Description = "The bank's or the voucher's number (default: run and payment).", HelpName = "TEXT" };
    private static readonly Option<string> Voucher = new("--reference") { Description = "The bank's number of the return.", Required = true, HelpName = "TEXT" };
    private static readonly Option<decimal?> Amount = new("--yuan") { Description = "How much came back (default: what this run paid the household).", HelpName = "YUAN" };

    public static Argument<int> RunId { get; } = new("RUN") { Description = "Number of the run." };

    public static IEnumerable<Command> Create()
    {
        yield return Step("notice", "Public notice: from and until which day it is posted.", Notice, From, Until, Remark);
        yield return Step("object", "Somebody objects to a household's line.", parsed => AboutHousehold(parsed, RunStepKind.Objected), Household, Note);
        yield return Step("answer", "Answer an objection; nothing is confirmed before all are answered.", parsed => AboutHousehold(parsed, RunStepKind.Answered), Household, Note);
        yield return Step("confirm", "Confirm a run, by another person than drafted it: from then on it counts.", parsed => WholeRun(parsed, RunStepKind.Confirmed), Remark);
        yield return Step("pay", "Tell that the bank was told to pay what is owed, by another person than confirmed it.", Pay, On, Reference, Remark);
        yield return Step("returned", "The bank could not credit a household 退票: it is owed again.", Returned, Household, Amount, On, Voucher);
        yield return Step("withdraw", "Take a run back before it is confirmed.", parsed => WholeRun(parsed, RunStepKind.Withdrawn), Remark);
    }

    /// <exception cref="CommandException">There is no such run.</exception>
    public static RunProgress Find(ParseResult parsed, ILedger ledger) => ledger.Settlements.Run(parsed.GetValue(RunId))
        ?? throw Refused($"There is no run {parsed.GetValue(RunId)}. See: meterpipeline settle list");

    private static long NowMs => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private static Command Step(string name, string description, Func<ParseResult, int> run, params Symbol[] symbols)
    {
        var command = new Command(name, description) { RunId, SettlePerson.As };
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument) command.Add(argument);
            else command.Add((Option)symbol);
        }
        command.SetAction(run);
        return command;
    }

    private static int Notice(ParseResult parsed)
    {
        var (from, until) = (Day(parsed.GetValue(From)!, "--from"), Day(parsed.GetValue(Until)!, "--until"));
        return Add(parsed, RunStepKind.Noticed, parsed.GetValue(Remark)!, step => step with { From = from, Until = until });
    }

    private static int AboutHousehold(ParseResult parsed, RunStepKind kind) =>
        Add(parsed, kind, Text(parsed.GetValue(Note)!, "--note", 1, NoteMax), step => step with { HouseholdId = parsed.GetValue(Household)! });

    private static int WholeRun(ParseResult parsed, RunStepKind kind) => Add(parsed, kind, parsed.GetValue(Remark)!, step => step);

    private static int Add(ParseResult parsed, RunStepKind kind, string note, Func<RunStep, RunStep> complete)
    {
        using var ledger = Opened.Ledger(parsed);
        var progress = Find(parsed, ledger);
        var who = SettlePerson.Of(parsed, ledger, kind);
        var step = complete(new RunStep(progress.Run.Id, kind, NowMs, who.Name, Text(note, "--note", 0, NoteMax)));
        var line = step.HouseholdId is { } household ? ledger.Settlements.Line(progress.Run.Id, household) : null;
        Require(progress, step, who, line?.Household.Division);
        if (step.HouseholdId is { } missing && line is null) throw Refused($"Household {missing} has no line in run {progress.Run.Id}.");
        if (!ledger.Settlements.AddStep(step, progress.Steps.Count)) throw Overtaken(progress.Run.Id);
        Console.WriteLine($"Run {progress.Run.Id} is {new RunProgress(progress.Run, [.. progress.Steps, step]).Stage.ToString().ToLowerInvariant()}: {kind.ToString().ToLowerInvariant()} by {who.Name}.");
        return ExitCode.Done;
    }

    private static int Pay(ParseResult parsed)
    {
        using var ledger = Opened.Ledger(parsed);
        var progress = Find(parsed, ledger);
        var who = SettlePerson.Of(parsed, ledger, RunStepKind.Paid);
        var step = new RunStep(progress.Run.Id, RunStepKind.Paid, NowMs, who.Name, Text(parsed.GetValue(Remark)!, "--note", 0, NoteMax));
        Require(progress, step, who);
        var reference = parsed.GetValue(Reference) ?? $"run-{progress.Run.Id}-{progress.Steps.Count(known => known.Kind == RunStepKind.Paid) + 1}";
        var on = parsed.GetValue(On) is { } day ? Day(day, "--on") : Opened.Today;
        var waiting = PaymentHolds.Of(ledger, Opened.Policies(parsed), progress.Run.Id, progress.Run.Autumn);
        var paid = ledger.Settlements.Pay(step, progress.Steps.Count, on, Text(reference, "--reference", 1, ReferenceMax), waiting.Keys.ToHashSet(StringComparer.Ordinal))
            ?? throw Overtaken(progress.Run.Id);
        var waits = $"{paid.Deferred:N0} households are owed {SettleCommand.Yuan(paid.DeferredYuan)} and wait for a person";
        if (paid is { Households: 0, Deferred: > 0 }) throw Refused($"{waits}: see meterpipeline holds list. Nobody else of run {progress.Run.Id} is owed anything; nothing was stored.");
        if (paid.Households == 0) throw Refused($"Nothing is owed to any household of run {progress.Run.Id}; nothing was stored.");
        Console.WriteLine($"Run {progress.Run.Id}: {paid.Households:N0} households are paid {SettleCommand.Yuan(paid.Yuan)} on {on}, reference {reference}.");
        if (paid.Deferred > 0) Console.WriteLine($"{waits}: they are not paid, and the next payment has them once nothing is in the way.");
        return ExitCode.Done;
    }

    private static int Returned(ParseResult parsed)
    {
        using var ledger = Opened.Ledger(parsed);
        var (progress, household) = (Find(parsed, ledger), parsed.GetValue(Household)!);
        var who = SettlePerson.Of(parsed, ledger, RunStepKind.Paid);
        if (progress.ReturnRefusal(who) is { } refusal) throw Refused(refusal.ToString());
        var autumn = progress.Run.Autumn;
        var yuan = parsed.GetValue(Amount) ?? ledger.Settlements.Disbursements(autumn, progress.Run.Id).Where(row => row.HouseholdId == household)
            .Aggregate(HouseholdBalance.Zero, (balance, row) => balance.After(row.Kind, row.Yuan)).Net;
        var on = parsed.GetValue(On) is { } day ? Day(day, "--on") : Opened.Today;
        var row = new Disbursement(0, autumn, progress.Run.Id, household, DisbursementKind.Returned, yuan, on, Text(parsed.GetValue(Voucher)!, "--reference", 1, ReferenceMax), who.Name, NowMs);
        if (ledger.Settlements.Disburse([row])[0] is { } reason) throw Refused($"{household}: {reason}.");
        Console.WriteLine($"{household}: {SettleCommand.Yuan(yuan)} came back on {on} and is owed again; the next payment has it: meterpipeline settle pay {progress.Run.Id}");
        return ExitCode.Done;
    }

    /// <param name="about">Division of the household that an objection is about.</param>
    private static void Require(RunProgress progress, RunStep step, Signatory who, string? about = null)
    {
        if (progress.Refusal(step, who, LocalDay.Of(step.AtMs), about) is { } refusal) throw Refused(refusal.ToString());
    }

    private static LocalDay Day(string text, string option) =>
        LocalDay.TryParse(text, out var day) ? day : throw new CommandException($"{option} '{text}' is not a day of the form 2026-04-01.");

    private static string Text(string text, string option, int min, int max) => text.Trim() is var kept && kept.Length >= min && kept.Length <= max && !kept.Any(char.IsControl)
        ? kept : throw new CommandException($"{option} must be {min} to {max} characters on one line.");

    private static CommandException Overtaken(int runId) => Refused($"Somebody else did something with run {runId} at the same time; nothing was stored. Look at it with settle show {runId}, and try again.");

    private static CommandException Refused(string message) => new(message, ExitCode.Difference);
}
