using System.Diagnostics;
using MeterPipeline.Bench;
using MeterPipeline.Tests.Mqtt.Fuzz;

namespace MeterPipeline.Benchmarks;

/// <summary>The long run of the fuzzer against the real connection handler, alone in its process so that memory can be told.</summary>
public static class FuzzBenchmark
{
    /// <summary>Below a byte a packet in a run of ten million.</summary>
    private const long GrowthMax = 8 << 20;

    public static int Run(Options options)
    {
        var (packets, seed, lanes) = (options.Number("packets", 10_000_000), options.Number("seed", 20261121), options.Number("lanes", 4));
        var report = new Report(options.Verb, options.Text("out"));
        var (after, minutes) = (options.Number("after", 0), options.Number("minutes", 60));
        report.Line($"At most {packets:N0} packets and {minutes} minutes, structured, bent and random, MQTT 3.1.1 and 5, seed {seed}, clients after {after:N0}, {lanes} at a time over in-memory transports,");
        report.Line("beside one client that keeps the rules and publishes one message after the other.");
        report.Line("");
        var process = Process.GetCurrentProcess();
        var run = new FuzzRun(seed, packets, lanes) { After = after, TimeMax = TimeSpan.FromMinutes(minutes) };
        var running = run.RunAsync();
        while (!running.Wait(TimeSpan.FromSeconds(10))) Console.Error.WriteLine($"{run.Sent:N0} packets, RSS {Environment.WorkingSet >> 20} MiB");
        var result = running.Result;
        process.Refresh();
        report.Line("| what | figure |");
        report.Line("|---|---|");
        report.Line($"| packets sent | {result.Packets:N0} |");
        report.Line($"| connections | {result.Connections - after:N0}; a further run goes on with --after {result.Connections} |");
        report.Line($"| messages taken | {result.Taken:N0} |");
        report.Line($"| seconds | {result.Elapsed.TotalSeconds:F1} |");
        report.Line($"| packets/s | {result.Packets / result.Elapsed.TotalSeconds:N0} |");
        report.Line($"| live objects after a tenth of the packets, at the end, difference | {result.HeapFirst / 1024.0:N0}, {result.HeapLast / 1024.0:N0}, {result.HeapGrowth / 1024.0:+#,0;-#,0;0} KiB |");
        report.Line($"| peak RSS | {process.PeakWorkingSet64 >> 20} MiB |");
        report.Line($"| neighbour, messages | {result.NeighbourMs.Length:N0}, every one acknowledged in order |");
        report.Line($"| neighbour alone, PUBLISH to PUBACK p50 / p99 / worst | {Times(result.AloneMs)} |");
        report.Line($"| neighbour beside them | {Times(result.NeighbourMs)} |");
        report.Line($"| crashes, hangs, wrong answers | {result.Faults.Count} |");
        report.Line("");
        report.Line("Refusals: " + string.Join(", ", result.Refusals.OrderByDescending(r => r.Value).Select(r => $"{r.Key} {r.Value:N0}")) + ".");
        foreach (var fault in result.Faults) report.Line($"- FAULT {fault}");
        report.End();
        return result.Faults.Count == 0 && result.HeapGrowth < GrowthMax ? 0 : 1;
    }

    private static string Times(double[] sorted) => $"{FuzzResult.Quantile(sorted, 0.5):F2} / {FuzzResult.Quantile(sorted, 0.99):F2} / {FuzzResult.Quantile(sorted, 1):F1} ms";
}
