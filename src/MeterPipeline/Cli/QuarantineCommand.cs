using System.CommandLine;
using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Ingest;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Run;

namespace MeterPipeline.Cli;

/// <summary><c>quarantine</c>: what could not be taken, with its reason, and how it is taken after all once the cause is mended.</summary>
public static class QuarantineCommand
{
    private const int PayloadShown = 120;

    private static readonly Option<int> Count = new("--count") { Description = "How many, newest first.", DefaultValueFactory = _ => 50 };
    private static readonly Option<long?> Id = new("--id") { Description = "This message only." };
    private static readonly Option<string?> Reason = new("--reason") { Description = "Messages kept for this reason, such as unknown-meter." };
    private static readonly Option<string?> Company = new("--company") { Description = "Messages of this company." };
    private static readonly Option<string> Note = new("--note") { Description = "Why, on one line; the access log keeps it.", DefaultValueFactory = _ => "", HelpName = "TEXT" };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Only tell what would become of them." };

    public static Command Create()
    {
        var list = new Command("list", "Newest quarantined messages with reason, topic and the beginning of the payload.") { Count };
        list.SetAction(List);
        var replay = new Command("replay", "Decode open messages again, as of their receipt; what can be taken now is counted and folded, the rest stays open.")
        {
            Id, Reason, Company, Note, DryRun,
        };
        replay.SetAction(ReplayAsync);
        return new Command("quarantine", "Messages that could not be taken; nothing is thrown away.") { list, replay };
    }

    private static int List(ParseResult parsed)
    {
        using var ledger = Opened.Ledger(parsed);
        using var view = ledger.OpenView();
        var rows = view.Quarantine(long.MaxValue, Math.Clamp(parsed.GetValue(Count), 1, 10_000));
        foreach (var row in rows) Write(row);
        Console.WriteLine($"{view.QuarantineSize().Open:N0} open, {rows.Count:N0} shown");
        return ExitCode.Done;
    }

    private static async Task<int> ReplayAsync(ParseResult parsed, CancellationToken cancel)
    {
        var policies = Opened.Policies(parsed);
        var intake = PipelineSettings.Read(RunCommand.Builder().Configuration).Intake;
        using var ledger = Opened.Ledger(parsed);
        var dryRun = parsed.GetValue(DryRun);
        var filter = new ReplayFilter(parsed.GetValue(Id), parsed.GetValue(Reason), parsed.GetValue(Company));
        ReplayResult result;
        using (var progress = new Progress("Replay", "messages", filter.Id is null ? OpenCount(ledger) : 1))
        {
            var replay = new QuarantineReplay(ledger, intake, TimeProvider.System, dryRun);
            var scope = replay.ScopeOf(filter);
            if (!dryRun) Record(ledger, filter, scope, NoteOf(parsed));
            result = replay.Run(scope, progress.Report);
        }
        Console.WriteLine($"{result.Messages:N0} messages decoded again: {result.Taken:N0} {(dryRun ? "would be taken" : "taken")} with {result.Readings:N0} readings, "
            + $"{result.StillBad.Values.Sum(bad => bad.Count):N0} messages or items {(dryRun ? "would stay" : "stay")} open");
        foreach (var (reason, bad) in result.StillBad.OrderByDescending(b => b.Value.Count).ThenBy(b => b.Key, StringComparer.Ordinal))
            Console.WriteLine($"{bad.Count,10:N0}  {reason}: {Printable(bad.Detail)}");
        if (!dryRun && result.Taken > 0) await Accruing.FoldAsync(ledger, policies).ConfigureAwait(false);
        return ExitCode.Done;
    }

    /// <summary>Says in the access log who replays what, before the first message is stored.</summary>
    private static void Record(ILedger ledger, ReplayFilter filter, ReplayScope scope, string note)
    {
        var subject = ReplayScope.Subject(filter.Id is { } id ? [id] : [], scope.Until, null, filter.Company, filter.Reason);
        ledger.Access.Record(new AccessEntry(0, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), Opened.Actor, "", AccessAct.Replay, subject, note));
    }

    private static string NoteOf(ParseResult parsed) =>
        AccessEntry.Kept(parsed.GetValue(Note)) ?? throw new CommandException($"--note is one line of at most {AccessEntry.ReasonMax} characters.");

    private static long OpenCount(ILedger ledger)
    {
        using var view = ledger.OpenView();
        return view.QuarantineSize().Open;
    }

    private static void Write(QuarantineRow row)
    {
        var message = row.Message;
        Console.WriteLine($"{row.Id}  {LocalTime.Format(message.ReceivedAtMs)}  {message.Reason}  {Printable(message.Topic)}{(row.ReplayedAtMs is null ? "" : "  replayed")}");
        Console.WriteLine($"    {message.Detail}");
        Console.WriteLine($"    {Printable(Encoding.UTF8.GetString(message.Payload.AsSpan(0, Math.Min(PayloadShown, message.Payload.Length))))}{(row.PayloadBytes > PayloadShown ? "…" : "")}");
    }

    /// <summary>Control characters would let a message write over the operator's terminal.</summary>
    private static string Printable(string text) => string.Create(text.Length, text, (span, from) =>
    {
        for (var i = 0; i < span.Length; i++) span[i] = char.IsControl(from[i]) ? '·' : from[i];
    });
}
