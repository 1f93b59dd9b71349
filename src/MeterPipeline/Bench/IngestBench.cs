using System.Net;
using System.Security.Cryptography;
using LoadGenerator;
using MeterPipeline.Cli;

namespace MeterPipeline.Bench;

/// <summary>What to measure: every number of connections with every number of meters.</summary>
/// <param name="Load">What all loads have in common.</param>
/// <param name="Runs">Of each; the one with the median rate is told.</param>
internal sealed record IngestPlan(LoadOptions Load, IReadOnlyList<int> Connections, IReadOnlyList<int> Meters, int Runs)
{
    internal IReadOnlyList<LoadOptions> Loads { get; } =
        [.. from meters in Meters from connections in Connections select Load with { Connections = connections, Meters = meters }];
}

/// <summary>One run against one server.</summary>
/// <param name="CpuMicros">Of the server per reading, from the end of the warm-up until everything is folded.</param>
/// <param name="FoldedAfter">Seconds from the last PUBACK until the flushed fold stood at the journal's head.</param>
internal sealed record IngestRun(LoadResult Load, double CpuMicros, double FoldedAfter, long PeakMiB, long LedgerMiB);

/// <summary>
/// Durable ingest end to end beside a broker that only accepts: the same load against <c>meterpipeline run</c> (signed in with a password,
/// acknowledged after fsync, then folded) and against mosquitto without a subscriber (acknowledged, then dropped). Runs take turns, each on a
/// fresh process and ledger.
/// </summary>
internal sealed class IngestBench
{
    private readonly IngestPlan plan;
    private readonly Report report;
    private readonly string folder;
    private readonly string password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
    private readonly ScratchCertificate? tls;
    private int runs;

    /// <param name="folder">For everything that is written meanwhile; the caller deletes it.</param>
    internal IngestBench(IngestPlan plan, Report report, string folder)
    {
        (this.plan, this.report, this.folder) = (plan, report, folder);
        tls = plan.Load.Tls ? ScratchCertificate.Write(folder) : null;
    }

    /// <exception cref="CommandException">A server does not start, or the pipeline lost or doubled a reading.</exception>
    /// <exception cref="LoadException">A load broke off.</exception>
    internal void Run()
    {
        report.Line($"Load: window {plan.Load.Window:N0}{(plan.Load.Tls ? ", TLS" : "")}, {plan.Load.WarmUpSeconds} s warm-up, {plan.Load.Seconds} s measured, the median by rate of {plan.Runs}; "
            + "unique readings, MQTT 3.1.1 with QoS 1, one reading of 54 bytes JSON each. meterpipeline: password, authorisation, validation, quarantine and fold on, "
            + "PUBACK after fsync. mosquitto: anonymous, nothing kept, no subscriber.");
        if (MosquittoBroker.Version is null) report.Line("mosquitto is not installed here, so nothing stands beside the pipeline.");
        report.Line("");
        report.Line("| server | connections | meters | readings/s | lowest–highest | CPU µs/reading | generator µs/reading | PUBACK p50 ms | p99 ms | max ms | folded after s | peak RSS MiB | ledger MiB |");
        report.Line("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var meters in plan.Loads.GroupBy(load => load.Meters))
        {
            var imported = BenchPipeline.Import(folder, meters.Key, password);
            foreach (var load in meters) Measure(load, imported);
            Directory.Delete(imported, recursive: true);
        }
    }

    private void Measure(LoadOptions load, string imported)
    {
        List<(string Name, Func<string, IngestRun> Run)> servers = [("meterpipeline", own => OnPipeline(load, imported, own))];
        if (MosquittoBroker.Version is not null)
        {
            servers.Add(("mosquitto, TCP no-delay", own => OnMosquitto(load, own, noDelay: true)));
            servers.Add(("mosquitto, as it comes", own => OnMosquitto(load, own, noDelay: false)));
        }
        var done = servers.ConvertAll(_ => new List<IngestRun>());
        for (var run = 0; run < plan.Runs; run++)
        {
            for (var i = 0; i < servers.Count; i++)
            {
                var own = Directory.CreateDirectory(Path.Combine(folder, $"run-{++runs}"));
                done[i].Add(servers[i].Run(own.FullName));
                own.Delete(recursive: true);
                Console.Error.WriteLine($"{runs} of {plan.Loads.Count * plan.Runs * servers.Count}: {servers[i].Name}, {load.Connections:N0} connections, {load.Meters:N0} meters: {done[i][run].Load.Rate:N0} readings/s");
            }
        }
        for (var i = 0; i < servers.Count; i++) Row(servers[i].Name, load, [.. done[i].OrderBy(run => run.Load.Rate)]);
    }

    private IngestRun OnPipeline(LoadOptions load, string imported, string own)
    {
        using var pipeline = new BenchPipeline(own, imported, tls);
        var (result, cpu) = Publish(load with { To = pipeline.Endpoint, User = BenchPipeline.User, Password = password }, pipeline.Process);
        var folded = pipeline.AwaitFold(result.Total);
        return new IngestRun(result, (pipeline.Process.CpuSeconds - cpu) * 1e6 / result.Acknowledged, folded, pipeline.Process.PeakMiB, pipeline.LedgerMiB);
    }

    private IngestRun OnMosquitto(LoadOptions load, string own, bool noDelay)
    {
        using var broker = new MosquittoBroker(own, noDelay, load.Window, tls);
        var (result, cpu) = Publish(load with { To = new IPEndPoint(IPAddress.Loopback, broker.Port) }, broker.Process);
        return new IngestRun(result, (broker.Process.CpuSeconds - cpu) * 1e6 / result.Acknowledged, 0, broker.Process.PeakMiB, 0);
    }

    /// <returns>The result, and the server's CPU time when the warm-up ended.</returns>
    private (LoadResult Load, double Cpu) Publish(LoadOptions load, Child server)
    {
        var cpu = 0.0;
        var result = LoadRun.Run(load with { Authorities = tls?.Certificate }, () => cpu = server.CpuSeconds);
        return (result, cpu);
    }

    private void Row(string name, LoadOptions load, List<IngestRun> runs)
    {
        var run = runs[runs.Count / 2];
        report.Line($"| {name} | {load.Connections:N0} | {load.Meters:N0} | {run.Load.Rate:N0} | {runs[0].Load.Rate:N0}–{runs[^1].Load.Rate:N0} | {run.CpuMicros:F2} "
            + $"| {run.Load.CpuSeconds * 1e6 / run.Load.Acknowledged:F2} | {run.Load.P50Us / 1e3:F1} | {run.Load.P99Us / 1e3:F1} | {run.Load.MaxUs / 1e3:F1} "
            + $"| {run.FoldedAfter:F2} | {run.PeakMiB} | {run.LedgerMiB} |");
    }
}
