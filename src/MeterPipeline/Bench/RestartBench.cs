using System.Diagnostics;
using LoadGenerator;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Sqlite;

namespace MeterPipeline.Bench;

/// <summary>How long a pipeline takes to be back after a kill -9, with so many readings in its journal that no fold has stored.</summary>
internal sealed class RestartBench
{
    private const int Meters = 10_000;
    private const int StepMs = 900_000;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(5);

    /// <summary>Readings of a journal row: what eight connections with a window of 4,096 have in flight.</summary>
    private const int RowReadings = 32 * 1024;

    private static readonly long StartMs = new DateTimeOffset(2025, 11, 16, 0, 0, 0, TimeSpan.FromHours(8)).ToUnixTimeMilliseconds();

    private readonly JournalBlob.Writer writer = new();
    private readonly List<Reading> row = new(RowReadings);
    private long next;

    /// <param name="folder">For everything that is written meanwhile; the caller deletes it.</param>
    /// <returns>Whether it kept to the budget.</returns>
    internal bool Run(int readings, Report report, string folder)
    {
        var servers = new IngestServers(folder);
        using var pipeline = servers.Start(new LoadOptions(), servers.Import(Meters), folder);
        var empty = pipeline.ReadyAfter;
        pipeline.Kill();
        using var ledger = SqliteLedger.Open(pipeline.Data, create: false);
        var unflushed = Fill(ledger, readings);
        Console.Error.WriteLine($"{unflushed:N0} readings in the journal. Killing the process that begins to fold them.");
        pipeline.Start();
        pipeline.Kill();
        // What it flushed before it was killed is topped up, so that the budget's number is met.
        unflushed = Fill(ledger, readings);
        Console.Error.WriteLine($"Killed; {unflushed:N0} readings are unflushed again. Starting.");
        var started = Stopwatch.GetTimestamp();
        pipeline.Start();
        pipeline.AwaitFold(next);
        report.Line($"{Meters:N0} meters, {unflushed:N0} unflushed readings in journal rows of {RowReadings:N0}, the process before killed (kill -9) while it folded. The files are in the page cache.");
        report.Line("");
        report.Line("| from the start of the process | figure | budget |");
        report.Line("|---|---|---|");
        report.Line($"| until it takes readings, empty journal | {empty.TotalSeconds:F2} s | |");
        report.Line($"| until it takes readings | {pipeline.ReadyAfter.TotalSeconds:F2} s | {Budget.TotalSeconds} s |");
        report.Line($"| until everything is folded and flushed, {next:N0} readings in the books once each | {Stopwatch.GetElapsedTime(started).TotalSeconds:F2} s | |");
        report.Line($"| peak RSS | {pipeline.Process.PeakMiB:N0} MiB | |");
        return pipeline.ReadyAfter <= Budget;
    }

    /// <summary>Appends rows, as a recorder does, until so many readings wait for their flush; how many do.</summary>
    private long Fill(SqliteLedger ledger, int readings)
    {
        using var view = ledger.OpenView();
        var meters = view.Registry().Meters.Values.Select(meter => (meter.No, Opening: LoadRegistry.Opening(meter.No) * 10_000L)).ToArray();
        var unflushed = (ledger.JournalHead() - view.FoldedSeq) * RowReadings;
        for (var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(); unflushed < readings; unflushed += RowReadings)
        {
            row.Clear();
            while (row.Count < RowReadings)
            {
                var ((no, opening), step) = (meters[next % Meters], next / Meters);
                row.Add(new Reading(no, Register.Total, StartMs + step * StepMs, opening + step * 100, 0));
                next++;
            }
            writer.Begin(now, [new CompanyCount(LoadRegistry.Company, RowReadings, 0)], RowReadings);
            writer.Add(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(row));
            ledger.Append(writer.Finish(), []);
        }
        return unflushed;
    }
}
