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
        report.Line($"{packets:N0} packets, structured, bent and random, MQTT 3.1.1 and 5, seed {seed}, {lanes} clients at a time over in-memory transports,");
        report.Line("beside one client that keeps the rules and publishes one message after the other.");
        report.Line("");
        var process = Process.GetCurrentProcess();
        var run = new FuzzRun(seed, packets, lanes);
        var running = run.RunAsync();
        while (!running.Wait(TimeSpan.FromSeconds(10))) Console.Error.WriteLine($"{run.Sent:N0} packets");
        var result = running.Result;
        process.Refresh();
        report.Line("| what | figure |");
        report.Line("|---|---|");
        report.Line($"| packets sent | {result.Packets:N0} |");
        report.Line($"| connections | {result.Connections:N0} |");
        report.Line($"| messages taken | {result.Taken:N0} |");
        report.Line($"| seconds | {result.Elapsed.TotalSeconds:F1} |");
        report.Line($"| packets/s | {result.Packets / result.Elapsed.TotalSeconds:N0} |");
        report.Line($"| live objects, from a tenth of the run to its end | {result.HeapGrowth / 1024.0:+#,0;-#,0;0} KiB |");
        report.Line($"| peak RSS | {process.PeakWorkingSet64 >> 20} MiB |");
        report.Line($"| neighbour, messages | {result.NeighbourMs.Length:N0}, every one acknowledged in order |");
        report.Line($"| neighbour, PUBLISH to PUBACK p50 / p99 / worst | {result.Neighbour(0.5):F2} / {result.Neighbour(0.99):F2} / {result.Neighbour(1):F0} ms |");
        report.Line($"| crashes, hangs, wrong answers | {result.Faults.Count} |");
        report.Line("");
        report.Line("Refusals: " + string.Join(", ", result.Refusals.OrderByDescending(r => r.Value).Select(r => $"{r.Key} {r.Value:N0}")) + ".");
        foreach (var fault in result.Faults) report.Line($"- FAULT {fault}");
        report.Save();
        return result.Faults.Count == 0 && result.HeapGrowth < GrowthMax ? 0 : 1;
    }
}
