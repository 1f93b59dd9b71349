using System.CommandLine;
using System.Text.Json;
using MeterPipeline.Ingest;
using MeterPipeline.Ledger;

namespace MeterPipeline.Cli;

/// <summary><c>status</c>: how far everything is, and whether it adds up.</summary>
public static class StatusCommand
{
    private static readonly Option<bool> Json = new("--json") { Description = "For programs." };

    public static Command Create()
    {
        var status = new Command("status", "Journal, folding, projection, reconciliation and quarantine at a glance.") { Json };
        status.SetAction(Run);
        return status;
    }

    private static int Run(ParseResult parsed)
    {
        using var ledger = Opened.Ledger(parsed);
        using var view = ledger.OpenView();
        var registry = view.Registry();
        var counters = view.Counters(int.MinValue, int.MaxValue);
        var (pending, received) = Tail(view);
        var total = new
        {
            received = counters.Sum(c => c.Received) + received,
            accepted = counters.Sum(c => c.Accepted),
            duplicate = counters.Sum(c => c.Duplicate),
            conflict = counters.Sum(c => c.Conflict),
            quarantined = counters.Sum(c => c.Quarantined) + (received - pending),
            pending,
        };
        var head = ledger.JournalHead();
        var status = new
        {
            journal = new { head, folded = view.FoldedSeq, influx = ledger.Cursor(Projector.CursorName) },
            readings = total,
            balanced = total.received == total.accepted + total.duplicate + total.conflict + total.quarantined + total.pending,
            quarantine_open = view.QuarantineCount(),
            registry = new { version = registry.Version, divisions = registry.Divisions.Count, companies = registry.Companies.Count, households = registry.Households.Count, meters = registry.Meters.Count },
        };
        if (parsed.GetValue(Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(status, new JsonSerializerOptions { WriteIndented = true }));
            return status.balanced ? ExitCode.Done : ExitCode.Difference;
        }
        Console.WriteLine($"journal     row {head:N0}, folded to {status.journal.folded:N0}, InfluxDB to {status.journal.influx:N0}");
        Console.WriteLine($"readings    {total.received:N0} received = {total.accepted:N0} accepted + {total.duplicate:N0} duplicate + {total.conflict:N0} conflict"
            + $" + {total.quarantined:N0} quarantined + {total.pending:N0} pending{(status.balanced ? "" : "  DOES NOT ADD UP: run verify")}");
        Console.WriteLine($"quarantine  {status.quarantine_open:N0} open{(status.quarantine_open > 0 ? ": see quarantine list" : "")}");
        Console.WriteLine($"registry    version {registry.Version:N0}: {registry.Households.Count:N0} households, {registry.Meters.Count:N0} meters, {registry.Companies.Count:N0} companies, {registry.Divisions.Count:N0} divisions");
        return status.balanced ? ExitCode.Done : ExitCode.Difference;
    }

    /// <summary>Readings recorded but not folded yet, and everything received with them.</summary>
    private static (long Pending, long Received) Tail(ILedgerView view)
    {
        var (pending, received) = (0L, 0L);
        var readings = new List<Domain.Readings.Reading>();
        var counts = new List<CompanyCount>();
        foreach (var row in view.JournalTail())
        {
            JournalBlob.Read(row.Blob, readings, counts);
            pending += readings.Count;
            received += counts.Sum(c => (long)c.Received);
        }
        return (pending, received);
    }
}
