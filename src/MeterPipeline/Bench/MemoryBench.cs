using LoadGenerator;

namespace MeterPipeline.Bench;

/// <summary>Every meter's quarter hours of one day through the endpoint at full speed, and what the process holds then.</summary>
internal static class MemoryBench
{
    private const int PerDay = 96;
    private const int StepMinutes = 15;
    private const double BudgetMiBPerMillion = 2_048;
    private static readonly DateTimeOffset Start = new(2025, 11, 16, 0, 0, 0, TimeSpan.FromHours(8));

    /// <param name="folder">For everything that is written meanwhile; the caller deletes it.</param>
    /// <returns>Whether it kept to the budget.</returns>
    internal static bool Run(int meters, Report report, string folder)
    {
        var (budget, peak) = (Math.Max(1, meters / 1e6) * BudgetMiBPerMillion, 0L);
        var servers = new IngestServers(folder);
        Console.Error.WriteLine($"Importing {meters:N0} meters.");
        var imported = servers.Import(meters);
        var load = new LoadOptions { Connections = Math.Min(8, meters), Meters = meters, Window = 4_096, WarmUpSeconds = 0, Seconds = 3_600, Until = Start.AddMinutes((PerDay - 1) * StepMinutes) };
        report.Line($"{meters:N0} meters, {PerDay} readings of 15 minutes each, over {load.Connections} connections; the server's process alone.");
        report.Line("");
        report.Line("| what | figure | budget |");
        report.Line("|---|---|---|");
        var run = servers.Pipeline(load, imported, folder, after: pipeline =>
        {
            var metrics = pipeline.Metrics();
            peak = pipeline.Process.PeakMiB;
            report.Line($"| peak RSS | {peak:N0} MiB | {budget:N0} MiB |");
            report.Line($"| RSS with everything folded and flushed | {pipeline.Process.RssMiB:N0} MiB | |");
            report.Line($"| managed heap after the last collection | {metrics["meterpipeline_gc_heap_bytes"] / (1 << 20):N0} MiB | |");
            report.Line($"| collections, time paused for them | {metrics["meterpipeline_gc_collections_total"]:N0}, {metrics["meterpipeline_gc_pause_milliseconds_total"]:N0} ms | |");
        });
        report.Line($"| readings, every one in the books | {run.Load.Total:N0} | |");
        report.Line($"| readings/s, p50 and p99 to PUBACK | {run.Rate:N0}, {run.Load.P50Us / 1e3:F1} and {run.Load.P99Us / 1e3:F1} ms | |");
        report.Line($"| ledger | {run.LedgerMiB:N0} MiB | |");
        return peak <= budget;
    }
}
