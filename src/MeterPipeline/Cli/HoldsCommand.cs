using System.CommandLine;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Domain.Validation;
using MeterPipeline.Ledger;

namespace MeterPipeline.Cli;

/// <summary>
/// <c>holds list|lift|place</c>: what waits for a person, and what persons say of it. Whoever may write the data folder may speak here for any
/// keeper; the entry says who did.
/// </summary>
public static class HoldsCommand
{
    private const int NoteMax = 500;
    private const int ActorMax = 64;

    private static readonly Argument<string> Household = new("HOUSEHOLD") { Description = "Household id, or an account number of it." };
    private static readonly Option<bool> All = new("--all") { Description = "Lifted holds too." };
    private static readonly Option<string> Reason = new("--reason") { Description = "The hold's word, such as register-reset.", Required = true, HelpName = "REASON" };
    private static readonly Option<string> Note = new("--note") { Description = "Why, for those who ask later.", Required = true, HelpName = "TEXT" };

    private static readonly Option<string> Actor = new("--actor")
    {
        Description = "Who says so (default: the user of this process).",
        DefaultValueFactory = _ => Opened.Actor,
        HelpName = "NAME",
    };

    public static Command Create()
    {
        var list = new Command("list", "Holds that stand, with their evidence and who may lift them.") { ExportCommand.Season, ExportCommand.Division, All };
        list.SetAction(List);
        var lift = new Command("lift", "Lift a hold for the evidence there is now; other evidence brings it back.") { Household, ExportCommand.Season, Reason, Note, Actor };
        lift.SetAction(parsed => Say(parsed, HoldAct.Lift));
        var place = new Command("place", "Put a household's amount on hold by hand.") { Household, ExportCommand.Season, Reason, Note, Actor };
        place.SetAction(parsed => Say(parsed, HoldAct.Place));
        return new Command("holds", "Amounts that wait for a person; nothing said of them is ever deleted.") { list, lift, place };
    }

    /// <summary>One hold on one line, and what was said of it last on another.</summary>
    internal static void Write(TextWriter to, Hold hold, string indent)
    {
        var evidence = hold.Evidence.Length == 0 ? "" : $"  {hold.Evidence}";
        to.WriteLine($"{indent}{hold.Reason.Name}  {Words.Of(hold.State)}  {Words.Of(hold.Reason.Keeper)} may lift{evidence}");
        if (hold.Entry is not { } entry) return;
        to.WriteLine($"{indent}    {(entry.Act == HoldAct.Lift ? "lifted" : "placed")} {LocalTime.Format(entry.AtMs)} by {entry.Actor}: {entry.Note}");
        if (hold.State == HoldState.Returned) to.WriteLine($"{indent}    it was lifted for other evidence: {entry.Evidence}");
    }

    private static int List(ParseResult parsed)
    {
        var autumn = ExportCommand.AutumnOf(parsed.GetValue(ExportCommand.Season)!);
        var policies = Opened.Policies(parsed);
        using var ledger = Opened.Ledger(parsed);
        using var reading = LedgerReading.Open(ledger, policies);
        var (households, holds) = (0, 0);
        foreach (var statement in reading.StatementsOf(parsed.GetValue(ExportCommand.Division)!.TrimEnd('*'), autumn))
        {
            var shown = statement.AllHolds.Where(hold => hold.Stands || parsed.GetValue(All)).ToList();
            if (statement.Holds.Count > 0) households++;
            holds += statement.Holds.Count;
            if (shown.Count > 0) Console.WriteLine($"{statement.Household.Id}  village {statement.Household.Division}");
            foreach (var hold in shown) Write(Console.Out, hold, "    ");
        }
        Console.WriteLine($"{holds:N0} holds stand on {households:N0} households");
        return ExitCode.Done;
    }

    private static int Say(ParseResult parsed, HoldAct act)
    {
        var autumn = ExportCommand.AutumnOf(parsed.GetValue(ExportCommand.Season)!);
        var reason = parsed.GetValue(Reason)!;
        var (note, actor) = (Text(parsed.GetValue(Note)!, "--note", NoteMax), Text(parsed.GetValue(Actor)!, "--actor", ActorMax));
        if (act == HoldAct.Place && HoldReason.Find(reason) is not { ByHand: true }) throw NotByHand(reason);
        var policies = Opened.Policies(parsed);
        using var ledger = Opened.Ledger(parsed);
        using var reading = LedgerReading.Open(ledger, policies);
        var id = parsed.GetValue(Household)!;
        var household = ExplainCommand.Find(reading, id) ?? throw Refused($"No household '{id}' in the registry, nor one with that account number.");
        var statement = reading.Statements.Of(household, autumn) ?? throw Refused($"{household.Id} has no metered operating subsidy that could wait.");
        var known = statement.AllHolds.FirstOrDefault(hold => hold.Reason.Name == reason);
        if (Refusal(statement, act, reason, known) is { } refusal) throw Refused(refusal);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        ledger.AddHoldEntry(new HoldEntry(0, household.Id, autumn, reason, act, act == HoldAct.Lift ? known!.Evidence : "", note, actor, now));
        var evidence = act == HoldAct.Lift && known!.Evidence.Length > 0 ? $", for: {known.Evidence}" : "";
        Console.WriteLine($"{household.Id} {HeatingSeason.NameOf(autumn)}: {reason} {(act == HoldAct.Lift ? "lifted" : "placed")} by {actor}{evidence}");
        return ExitCode.Done;
    }

    private static string? Refusal(HouseholdStatement statement, HoldAct act, string reason, Hold? known) => act switch
    {
        HoldAct.Place when known is { Stands: true } => $"{statement.Household.Id} already waits for {reason}.",
        HoldAct.Lift when known is null =>
            $"{statement.Household.Id} has no hold '{reason}' in {statement.Season.Name}; standing: {(statement.Holds.Count == 0 ? "none" : string.Join(", ", statement.Holds))}.",
        HoldAct.Lift when !known.Stands => $"{reason} of {statement.Household.Id} is lifted already, by {known.Entry?.Actor}.",
        _ => null,
    };

    private static CommandException NotByHand(string reason) => new(
        $"'{reason}' cannot be placed by hand. Reasons: {string.Join(", ", HoldReason.All.Where(r => r.ByHand).Select(r => $"{r.Name} ({Words.Of(r.Keeper)})"))}.");

    private static CommandException Refused(string message) => new(message, ExitCode.Difference);

    private static string Text(string text, string option, int max) => text.Trim() is { Length: > 0 } kept && kept.Length <= max && !kept.Any(char.IsControl)
        ? kept : throw new CommandException($"{option} must be 1 to {max} characters on one line.");
}
