using System.Diagnostics;
using System.Text.Json;
using MeterPipeline.Benchmarks.Load;
using MeterPipeline.Ledger.Sqlite;

namespace MeterPipeline.Benchmarks;

/// <summary>One run against one server.</summary>
/// <param name="CpuMicros">Of the server per reading, from the end of the warm-up until everything is folded.</param>
/// <param name="FoldedAfter">Seconds from the last PUBACK until the flushed fold stood at the journal's head.</param>
public sealed record IngestRun(LoadResult Load, double CpuMicros, double FoldedAfter, long PeakMiB, long LedgerMiB)
{
    public double Rate => Load.Acknowledged / Load.Seconds;
}

/// <summary>
/// Durable ingest end to end beside a broker that only accepts: the same load against <c>meterpipeline run</c> (acknowledged after fsync,
/// then folded) and against mosquitto without a subscriber (acknowledged, then dropped). Runs take turns, each on a fresh process and ledger.
/// </summary>
public static class IngestBenchmark
{
    public static int Run(Options options)
    {
        var report = new Report(options);
        report.Line($"Load: {options.Number("connections", 8)} connections, window {options.Number("window", 4096)}, {options.Number("meters", 10_000):N0} meters, "
            + $"{options.Number("warm-up", 3)} s warm-up, {options.Number("seconds", 10)} s measured; unique readings, QoS 1, JSON payload of 64 bytes, one reading each.");
        report.Line("");
        report.Line("| server | readings/s | CPU µs/reading | generator µs/reading | PUBACK p50 ms | p99 ms | folded after s | peak RSS MiB | ledger MiB |");
        report.Line("|---|---|---|---|---|---|---|---|---|");
        var (ours, theirs) = (new List<IngestRun>(), new List<IngestRun>());
        for (var run = 0; run < options.Number("runs", 3); run++)
        {
            ours.Add(Row(report, $"meterpipeline {run + 1}", Pipeline(options)));
            theirs.Add(Row(report, $"mosquitto {run + 1}", Mosquitto(options)));
        }
        Median(report, "meterpipeline", ours);
        Median(report, "mosquitto", theirs);
        report.Save();
        return 0;
    }

    private static IngestRun Pipeline(Options options)
    {
        var folder = Directory.CreateTempSubdirectory("meterpipeline-bench-").FullName;
        try
        {
            var data = Path.Combine(folder, "data");
            foreach (var (kind, path) in Fixture.Write(folder, options.Number("meters", 10_000)))
            {
                using var import = Child.OfBuild("meterpipeline", "import", kind, path, "--data", data);
                if (import.WaitForExit() != 0) throw new InvalidOperationException($"The import of {kind} failed.");
            }
            var port = Child.FreePort();
            using var pipeline = Child.OfBuild("meterpipeline", "run", "--data", data, "--mqtt", $"127.0.0.1:{port}", "--web", $"127.0.0.1:{Child.FreePort()}");
            if (pipeline.ReadLine()?.StartsWith("Ready", StringComparison.Ordinal) != true) throw new InvalidOperationException("meterpipeline run did not start.");
            var (load, cpu) = Load(options, port, pipeline);
            var folded = AwaitFold(data, load.Total);
            var micros = (pipeline.CpuSeconds - cpu) * 1e6 / load.Acknowledged;
            var size = new DirectoryInfo(data).EnumerateFiles().Sum(file => file.Length);
            return new IngestRun(load, micros, folded, pipeline.PeakMiB, size / 1024 / 1024);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Waits for the fold, and makes sure that every acknowledged reading was accepted as one of its own.</summary>
    private static double AwaitFold(string data, long acknowledged)
    {
        var started = Stopwatch.GetTimestamp();
        using var ledger = SqliteLedger.Open(data, create: false);
        while (true)
        {
            using (var view = ledger.OpenView())
            {
                if (view.FoldedSeq == ledger.JournalHead())
                {
                    var accepted = view.Counters(int.MinValue, int.MaxValue).Sum(row => row.Accepted);
                    if (accepted != acknowledged) throw new InvalidOperationException($"{acknowledged:N0} readings were acknowledged, {accepted:N0} are in the books.");
                    return Stopwatch.GetElapsedTime(started).TotalSeconds;
                }
            }
            Thread.Sleep(20);
        }
    }

    private static IngestRun Mosquitto(Options options)
    {
        var folder = Directory.CreateTempSubdirectory("meterpipeline-bench-").FullName;
        try
        {
            var port = Child.FreePort();
            var settings = Path.Combine(folder, "mosquitto.conf");
            File.WriteAllText(settings, $"listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\npersistence false\nlog_type error\n");
            using var broker = new Child("mosquitto", "-c", settings);
            Child.AwaitPort(port);
            var (load, cpu) = Load(options, port, broker);
            return new IngestRun(load, (broker.CpuSeconds - cpu) * 1e6 / load.Acknowledged, 0, broker.PeakMiB, 0);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <returns>The result, and the server's CPU time when the warm-up ended.</returns>
    private static (LoadResult Load, double Cpu) Load(Options options, int port, Child server)
    {
        string[] passed = ["connections", "meters", "window", "warm-up", "seconds"];
        var args = passed.Where(name => options.Text(name) is not null).SelectMany(name => new[] { "--" + name, options.Text(name)! });
        using var generator = Child.OfBuild("MeterPipeline.Benchmarks", ["load", "--port", $"{port}", .. args]);
        if (generator.ReadLine() != "warm") throw new InvalidOperationException("The load generator did not start.");
        var cpu = server.CpuSeconds;
        var json = generator.ReadLine() ?? throw new InvalidOperationException("The load generator broke off.");
        return (JsonSerializer.Deserialize<LoadResult>(json)!, cpu);
    }

    private static IngestRun Row(Report report, string name, IngestRun run)
    {
        report.Line($"| {name} | {run.Rate:N0} | {run.CpuMicros:F2} | {run.Load.CpuSeconds * 1e6 / run.Load.Acknowledged:F2} | {run.Load.P50Us / 1e3:F1} | {run.Load.P99Us / 1e3:F1} | {run.FoldedAfter:F2} | {run.PeakMiB} | {run.LedgerMiB} |");
        return run;
    }

    private static void Median(Report report, string name, List<IngestRun> runs) =>
        report.Line($"| **{name}, median** | **{Of(runs, r => r.Rate):N0}** | **{Of(runs, r => r.CpuMicros):F2}** | {Of(runs, r => r.Load.CpuSeconds * 1e6 / r.Load.Acknowledged):F2} | "
            + $"{Of(runs, r => r.Load.P50Us / 1e3):F1} | {Of(runs, r => r.Load.P99Us / 1e3):F1} | {Of(runs, r => r.FoldedAfter):F2} | {Of(runs, r => r.PeakMiB):F0} | {Of(runs, r => r.LedgerMiB):F0} |");

    private static double Of(List<IngestRun> runs, Func<IngestRun, double> figure) => runs.Select(figure).Order().ElementAt(runs.Count / 2);
}
