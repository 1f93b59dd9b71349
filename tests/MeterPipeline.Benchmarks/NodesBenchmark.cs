using System.Diagnostics;
using System.Globalization;
using System.Net;
using LoadGenerator;
using MeterPipeline.Bench;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Postgres;
using MeterPipeline.Servers;

namespace MeterPipeline.Benchmarks;

/// <summary>
/// 1, 2 and 4 nodes on one PostgreSQL, all on this machine: how readings per second grow, and who uses the CPU. Once as they come, and once with each node held
/// to a part of a core, as a small machine of its own would be.
/// </summary>
public static class NodesBenchmark
{
    private const int Connections = 8;
    private const int WarmUpSeconds = 5;
    private const int Window = 512;
    private static readonly TimeSpan _foldMax = TimeSpan.FromMinutes(3);

    public static async Task<int> RunAsync(Options options)
    {
        var (meters, seconds) = (options.Number("meters", 20_000), options.Number("seconds", 8));
        var report = new Report("nodes", options.Text("out"));
        report.Line(string.Create(CultureInfo.InvariantCulture,
            $"{meters:N0} meters, {Connections} connections dealt out to the nodes, window {Window}, one reading a message; {WarmUpSeconds} s of warm-up, {seconds} s measured, one run; PostgreSQL as it comes, 16 partitions. Every acknowledged reading is in the books in the end."));
        foreach (var percent in (options.Text("percent") ?? "0,15").Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture)))
        {
            report.Line("");
            report.Line(percent == 0 ? "Nodes as fast as they can:" : string.Create(CultureInfo.InvariantCulture, $"Each node held to {percent} % of a core:"));
            report.Line("");
            report.Line("| nodes | readings/s | ratio | CPU µs/reading: nodes | PostgreSQL | generator | cores used: nodes | PostgreSQL | generator | PUBACK p50 ms | p99 ms | folded after s | WAL bytes/reading |");
            report.Line("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
            var first = 0.0;
            foreach (var nodes in (int[])[1, 2, 4])
            {
                var rate = await RunAsync(report, nodes, percent, meters, seconds, first);
                if (nodes == 1) first = rate;
            }
        }
        report.End();
        return 0;
    }

    private static async Task<double> RunAsync(Report report, int count, int percent, int meters, int seconds, double first)
    {
        using var folder = new TempFolder("nodes");
        await using var server = await Postgres.StartAsync("max_connections=200");
        var program = new PipelineProgram(folder.Path);
        program.Set("Ledger:Provider", "postgres");
        program.Set("Ledger:ConnectionString", server.ConnectionString);
        foreach (var (kind, path) in LoadRegistry.Write(folder.Path, meters))
            if (program.Verb("import", kind, path) is { Code: not 0 } failed) throw new InvalidOperationException(failed.Errors);
        using var limit = percent == 0 ? null : new CpuLimit(percent);
        var nodes = Enumerable.Range(0, count).Select(_ => BenchNode.Start(program, limit)).ToList();
        try
        {
            nodes.ForEach(node => node.AwaitReady());
            using var ledger = PostgresLedger.Open(new PostgresOptions(server.ConnectionString));
            SpinWait.SpinUntil(() => ledger.Spread() is var spread && spread.Nodes == count && spread.Partitions.All(state => state.Holder == FoldHolder.Other), _foldMax);
            var watch = new ServerWatch(server);
            var (ours, servers, wal) = (0.0, 0.0, 0L);
            void Begin() => (ours, servers, wal) = (nodes.Sum(node => node.Cpu), watch.Cpu(), watch.Wal());
            var load = new LoadOptions { To = nodes[0].Mqtt, Others = [.. nodes.Skip(1).Select(node => node.Mqtt)], Connections = Connections, Meters = meters, Window = Window, WarmUpSeconds = WarmUpSeconds, Seconds = seconds };
            var result = await Task.Run(() => LoadRun.Run(load, Begin));
            (ours, servers, wal) = (nodes.Sum(node => node.Cpu) - ours, watch.Cpu() - servers, watch.Wal() - wal);
            var folded = AwaitFold(ledger, result.Total);
            string Each(double cpu) => (cpu * 1e6 / result.Acknowledged).ToString("F2", CultureInfo.InvariantCulture);
            string Cores(double cpu) => (cpu / result.Seconds).ToString("F2", CultureInfo.InvariantCulture);
            report.Line(string.Create(CultureInfo.InvariantCulture,
                $"| {count} | {result.Rate:N0} | {(first == 0 ? 1 : result.Rate / first):F2} | {Each(ours)} | {Each(servers)} | {Each(result.CpuSeconds)} | {Cores(ours)} | {Cores(servers)} | {Cores(result.CpuSeconds)} | {result.P50Us / 1e3:F1} | {result.P99Us / 1e3:F1} | {folded:F1} | {wal / (double)result.Acknowledged:F1} |"));
            return result.Rate;
        }
        finally
        {
            nodes.ForEach(node => node.Dispose());
        }
    }

    /// <returns>Seconds.</returns>
    private static double AwaitFold(PostgresLedger ledger, long acknowledged)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < _foldMax; Thread.Sleep(50))
        {
            using var view = ledger.OpenView();
            if (view.FoldedSeq < ledger.JournalHead()) continue;
            var accepted = view.Counters(int.MinValue, int.MaxValue).Sum(row => row.Accepted);
            return accepted == acknowledged ? clock.Elapsed.TotalSeconds : throw new InvalidOperationException($"{acknowledged:N0} readings were acknowledged, {accepted:N0} are in the books.");
        }
        throw new InvalidOperationException($"The nodes do not fold what they acknowledged within {_foldMax.TotalMinutes:N0} min.");
    }

    private sealed class BenchNode(Process process, IPEndPoint mqtt) : IDisposable
    {
        public IPEndPoint Mqtt => mqtt;

        public double Cpu => ServerWatch.CpuOf(process.Id);

        public static BenchNode Start(PipelineProgram program, CpuLimit? limit)
        {
            var mqtt = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
            var process = Process.Start(program.Command("run", "--mqtt", $"{mqtt}", "--web", $"127.0.0.1:{FreePort.Next()}"))!;
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            limit?.Hold(process.Id);
            return new BenchNode(process, mqtt);
        }

        public void AwaitReady()
        {
            if (process.StandardOutput.ReadLine()?.StartsWith("Ready: ", StringComparison.Ordinal) != true) throw new InvalidOperationException("A node does not get ready.");
        }

        public void Dispose()
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }

    /// <summary>Holds each of some processes to a part of a core (control groups of version 1, as root).</summary>
    private sealed class CpuLimit(int percent) : IDisposable
    {
        private const int PeriodMicros = 20_000;
        private readonly List<string> _groups = [];

        public void Hold(int process)
        {
            var group = $"/sys/fs/cgroup/cpu/meterpipeline-{process}";
            Directory.CreateDirectory(group);
            _groups.Add(group);
            Write("cpu.cfs_period_us", PeriodMicros);
            Write("cpu.cfs_quota_us", PeriodMicros * percent / 100);
            Write("cgroup.procs", process);
            void Write(string file, int value) => File.WriteAllText(Path.Combine(group, file), value.ToString(CultureInfo.InvariantCulture));
        }

        public void Dispose()
        {
            foreach (var group in _groups) Directory.Delete(group);
        }
    }
}
