using System.CommandLine;
using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Ledger;

namespace MeterPipeline.Cli;

/// <summary><c>quarantine list</c>: what could not be taken, with its reason.</summary>
public static class QuarantineCommand
{
    private const int PayloadShown = 120;

    private static readonly Option<int> Count = new("--count") { Description = "How many, newest first.", DefaultValueFactory = _ => 50 };

    public static Command Create()
    {
        var list = new Command("list", "Newest quarantined messages with reason, topic and the beginning of the payload.") { Count };
        list.SetAction(List);
        return new Command("quarantine", "Messages that could not be taken; nothing is thrown away.") { list };
    }

    private static int List(ParseResult parsed)
    {
        using var ledger = Opened.Ledger(parsed);
        using var view = ledger.OpenView();
        var rows = view.Quarantine(long.MaxValue, Math.Clamp(parsed.GetValue(Count), 1, 10_000));
        foreach (var row in rows) Write(row);
        Console.WriteLine($"{view.QuarantineCount():N0} open, {rows.Count:N0} shown");
        return ExitCode.Done;
    }

    private static void Write(QuarantineRow row)
    {
        var message = row.Message;
        Console.WriteLine($"{row.Id}  {LocalTime.Format(message.ReceivedAtMs)}  {message.Reason}  {Printable(message.Topic)}{(row.ReplayedAtMs is null ? "" : "  replayed")}");
        Console.WriteLine($"    {message.Detail}");
        Console.WriteLine($"    {Printable(Encoding.UTF8.GetString(message.Payload.AsSpan(0, Math.Min(PayloadShown, message.Payload.Length))))}{(message.Payload.Length > PayloadShown ? "…" : "")}");
    }

    /// <summary>Control characters would let a message write over the operator's terminal.</summary>
    private static string Printable(string text) => string.Create(text.Length, text, (span, from) =>
    {
        for (var i = 0; i < span.Length; i++) span[i] = char.IsControl(from[i]) ? '·' : from[i];
    });
}
