using LoadGenerator;

namespace MeterPipeline.Bench;

/// <summary>The same load with and without many connections that only stand, in turn, each on a fresh process and ledger.</summary>
internal static class IdleBench
{
    /// <param name="folder">For everything that is written meanwhile; the caller deletes it.</param>
    internal static bool Run(LoadOptions load, int idle, int runs, Report report, string folder)
    {
        var servers = new IngestServers(folder);
        var imported = servers.Import(load.Meters);
        report.Line($"{load.Connections:N0} connections at full speed, window {load.Window:N0}, {load.Meters:N0} meters, {load.WarmUpSeconds} s warm-up, {load.Seconds} s measured, "
            + $"median by rate of {runs}; the idle ones signed in with a password before and say nothing.");
        report.Line("");
        report.Line("| idle connections | RSS MiB before the load | readings/s | lowest–highest | CPU µs/reading | PUBACK p50 ms | p99 ms | max ms | peak RSS MiB |");
        report.Line("|---|---|---|---|---|---|---|---|---|");
        List<(int Idle, List<(long RssMiB, IngestRun Run)> Done)> sides = [(0, []), (idle, [])];
        for (var run = 0; run < runs; run++)
        {
            foreach (var (count, done) in sides)
            {
                var own = Directory.CreateDirectory(Path.Combine(folder, $"run-{run}-{count}"));
                var rss = 0L;
                var result = servers.Pipeline(load, imported, own.FullName, count, before: pipeline => rss = pipeline.Process.RssMiB);
                own.Delete(recursive: true);
                done.Add((rss, result));
                Console.Error.WriteLine($"run {run + 1} of {runs}, {count:N0} idle: {result.Rate:N0} readings/s, {rss} MiB before the load");
            }
        }
        foreach (var (count, done) in sides)
        {
            var ordered = done.OrderBy(one => one.Run.Rate).ToList();
            var (rss, run) = ordered[runs / 2];
            report.Line($"| {count:N0} | {rss} | {run.Rate:N0} | {ordered[0].Run.Rate:N0}–{ordered[^1].Run.Rate:N0} | {run.CpuMicros:F2} | {run.Load.P50Us / 1e3:F1} | {run.Load.P99Us / 1e3:F1} "
                + $"| {run.Load.MaxUs / 1e3:F1} | {run.PeakMiB} |");
        }
        return true;
    }
}
