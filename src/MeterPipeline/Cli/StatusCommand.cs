using System.CommandLine;
using System.Text.Json;
using MeterPipeline.Ingest;
using MeterPipeline.Ledger;
using MeterPipeline.Run;

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
        var limits = PipelineSettings.Read(RunCommand.Builder().Configuration).Quarantine;
        using var ledger = Opened.Ledger(parsed);
        using var view = ledger.OpenView();
        var registry = view.Registry();
        var days = Reconciliation.Of(view);
        var quarantine = view.QuarantineSize();
        var spread = ledger.Spread();
        var status = new
        {
            journal = new { head = ledger.JournalHead(), folded = view.FoldedSeq, influx = Projector.CursorOf(ledger) },
            nodes = spread.Nodes,
            partitions = spread.Partitions.Select(p => new { partition = p.Partition, head = p.Head, folded = p.Folded, held = p.Holder != FoldHolder.Nobody, owner = p.Owner }),
            readings = new
            {
                received = days.Sum(d => d.Received),
                accepted = days.Sum(d => d.Accepted),
                duplicate = days.Sum(d => d.Duplicate),
                conflict = days.Sum(d => d.Conflict),
                quarantined = days.Sum(d => d.Quarantined),
                pending = days.Sum(d => d.Pending),
            },
            balanced = days.All(d => d.Reconciles),
            quarantine_open = quarantine.Open,
            quarantine = new { open = quarantine.Open, replayed = quarantine.Replayed, bytes = quarantine.Bytes, full = limits.IsFull(quarantine) },
            registry = new { version = registry.Version, divisions = registry.Divisions.Count, companies = registry.Companies.Count, households = registry.Households.Count, meters = registry.Meters.Count },
        };
        if (parsed.GetValue(Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(status, new JsonSerializerOptions { WriteIndented = true }));
            return status.balanced ? ExitCode.Done : ExitCode.Difference;
        }
        var total = status.readings;
        Console.WriteLine($"journal     row {status.journal.head:N0}, folded to {status.journal.folded:N0}, InfluxDB to {status.journal.influx:N0}");
        if (ledger.HasNodes) Partitions(spread);
        Console.WriteLine($"readings    {total.received:N0} received = {total.accepted:N0} accepted + {total.duplicate:N0} duplicate + {total.conflict:N0} conflict"
            + $" + {total.quarantined:N0} quarantined + {total.pending:N0} pending{(status.balanced ? "" : "  DOES NOT ADD UP: run verify")}");
        foreach (var day in days.Where(d => !d.Reconciles)) Console.WriteLine($"            {day}");
        Console.WriteLine($"quarantine  {Quarantine(quarantine, limits)}");
        Console.WriteLine($"registry    version {registry.Version:N0}: {registry.Households.Count:N0} households, {registry.Meters.Count:N0} meters, {registry.Companies.Count:N0} companies, {registry.Divisions.Count:N0} divisions");
        return status.balanced ? ExitCode.Done : ExitCode.Difference;
    }

    private static void Partitions(FoldSpread spread)
    {
        Console.WriteLine($"partitions  {spread.Partitions.Count:N0}, folded by {spread.Nodes:N0} nodes");
        foreach (var owner in spread.Partitions.Where(p => p.Holder != FoldHolder.Nobody).GroupBy(p => p.Owner, StringComparer.Ordinal))
            Console.WriteLine($"            {Numbers(owner)}: {owner.Key}, {owner.Sum(p => p.Head - p.Folded):N0} rows behind");
        if (spread.Partitions.Where(p => p.Holder == FoldHolder.Nobody).ToList() is { Count: > 0 } free)
            Console.WriteLine($"            {Numbers(free)}: folded by nobody, {free.Sum(p => p.Head - p.Folded):N0} rows behind");
    }

    private static string Numbers(IEnumerable<PartitionState> partitions) => string.Join(", ", partitions.Select(p => p.Partition));

    private static string Quarantine(in QuarantineSize size, QuarantineOptions limits) =>
        $"{size.Open:N0} open{(size.Open > 0 ? ": see quarantine list" : "")}"
        + (size.Replayed > 0 ? $"; {size.Replayed:N0} replayed" : "")
        + (limits.IsFull(size) ? $"; FULL ({size.Bytes >> 20:N0} MiB): publishers of bad messages wait. Mend the causes and run quarantine replay" : "");
}
