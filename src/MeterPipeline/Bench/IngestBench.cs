using LoadGenerator;
using MeterPipeline.Cli;
using MeterPipeline.Run;

namespace MeterPipeline.Bench;

/// <summary>
/// Durable ingest end to end beside what one would take instead: the same load against <c>meterpipeline run</c> (signed in with a password,
/// acknowledged after fsync, then folded), against mosquitto without a subscriber (acknowledged, then dropped), and against a textbook
/// worker behind mosquitto. Runs take turns, each on fresh processes and an empty ledger.
/// </summary>
/// <param name="folder">For everything that is written meanwhile; the caller deletes it.</param>
internal sealed class IngestBench(IngestPlan plan, Report report, string folder)
{
    private readonly IngestServers servers = new(folder);
    private readonly List<string> parts = [];
    private readonly List<(LoadOptions Load, IReadOnlyList<PipelineSample> Samples)> watched = [];
    private readonly bool withInflux = plan.Beside == Baselines.All && PrivateInflux.Version() is not null && MosquittoBroker.Version is not null;
    private int runs;

    /// <returns>Whether nothing grew without bound.</returns>
    /// <exception cref="CommandException">A server does not start, or a server lost or doubled a reading.</exception>
    /// <exception cref="LoadException">A load broke off.</exception>
    internal bool Run()
    {
        Introduce();
        report.Line("| server | connections | meters | TLS | window | readings/s | lowest–highest | CPU µs/reading | generator µs/reading | PUBACK p50 ms | p99 ms | max ms | done after s | peak RSS MiB | ledger MiB |");
        report.Line("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var meters in plan.Loads.Index().GroupBy(load => load.Item.Meters))
        {
            var imported = servers.Import(meters.Key);
            foreach (var (no, load) in meters) Measure(load, imported, $"load {no + 1} of {plan.Loads.Count}");
            Directory.Delete(imported, recursive: true);
        }
        if (parts.Count > 0) report.Line("");
        parts.ForEach(report.Line);
        return watched.Count(one => !Tell(one.Load, one.Samples)) == 0;
    }

    private void Introduce()
    {
        var load = plan.Loads[0];
        report.Line($"Load: {load.WarmUpSeconds} s warm-up, {load.Seconds} s measured, {(plan.Runs == 1 ? "one run" : $"the median by rate of {plan.Runs} runs")}; unique readings, MQTT 3.1.1 with QoS 1, "
            + "one reading of 54 bytes JSON each; window: messages of a connection that wait for their PUBACK.");
        report.Line("");
        report.Line("- meterpipeline: password, authorisation, validation, quarantine and fold on, PUBACK after fsync. Done after: everything folded and flushed. Every reading counted in the books.");
        if (withInflux)
        {
            report.Line("- meterpipeline with InfluxDB: the same, each reading projected to InfluxDB too. Done after: InfluxDB has everything.");
            report.Line("- textbook worker: `simulators/TextbookWorker`, QoS 1 subscriber behind mosquitto (as it comes, which costs both less than TCP no-delay; no limit of queue or window, nothing on disk), JSON to an object, a Channel, "
                + "batches of 5,000 lines or 1 s to InfluxDB 1.x, acknowledged after the write; without validation, fold, quarantine or users. Readings/s and CPU count what the worker has written and "
                + "acknowledged, its backlog included; CPU and RSS are worker plus broker, without InfluxDB; the PUBACKs that the publishers wait for are the broker's, before anything is durable.");
        }
        if (plan.Beside != Baselines.None && MosquittoBroker.Version is not null) report.Line("- mosquitto: anonymous, nothing kept, no subscriber.");
        if (plan.Beside != Baselines.None && MosquittoBroker.Version is null) report.Line("- mosquitto is not installed here, so nothing stands beside the pipeline.");
        report.Line("");
    }

    private void Measure(LoadOptions load, string imported, string place)
    {
        var each = Servers(load, imported);
        var done = each.ConvertAll(_ => new List<IngestRun>());
        for (var run = 0; run < plan.Runs; run++)
        {
            for (var i = 0; i < each.Count; i++)
            {
                var own = Directory.CreateDirectory(Path.Combine(folder, $"run-{++runs}"));
                done[i].Add(each[i].Run(own.FullName));
                own.Delete(recursive: true);
                Console.Error.WriteLine($"{TimeProvider.System.GetUtcNow():HH:mm:ss} {place}, run {run + 1} of {plan.Runs}: {each[i].Name}, {load.Connections:N0} connections, "
                    + $"{load.Meters:N0} meters{(load.Tls ? ", TLS" : "")}: {done[i][run].Rate:N0} readings/s");
            }
        }
        for (var i = 0; i < each.Count; i++) Row(each[i].Name, load, [.. done[i].OrderBy(run => run.Rate)]);
    }

    private List<(string Name, Func<string, IngestRun> Run)> Servers(LoadOptions load, string imported)
    {
        List<(string Name, Func<string, IngestRun> Run)> each = [("meterpipeline", own => servers.Pipeline(load, imported, own))];
        if (withInflux && load == plan.Loads[0]) each.Add(("meterpipeline with InfluxDB", own => servers.Projecting(load, imported, own)));
        if (plan.Beside == Baselines.None || MosquittoBroker.Version is null) return each;
        if (withInflux) each.Add(("textbook worker", own => servers.Textbook(load, own)));
        each.Add(("mosquitto, TCP no-delay", own => servers.Mosquitto(load, own, noDelay: true)));
        each.Add(("mosquitto, as it comes", own => servers.Mosquitto(load, own, noDelay: false)));
        return each;
    }

    private void Row(string name, LoadOptions load, List<IngestRun> runs)
    {
        var run = runs[runs.Count / 2];
        report.Line($"| {name} | {load.Connections:N0} | {load.Meters:N0} | {(load.Tls ? "yes" : "no")} | {load.Window:N0} | {run.Rate:N0} | {runs[0].Rate:N0}–{runs[^1].Rate:N0} | {run.CpuMicros:F2} "
            + $"| {run.Load.CpuSeconds * 1e6 / run.Load.Acknowledged:F2} | {run.Load.P50Us / 1e3:F1} | {run.Load.P99Us / 1e3:F1} | {run.Load.MaxUs / 1e3:F1} "
            + $"| {run.DoneAfter:F2} | {run.PeakMiB} | {run.LedgerMiB} |");
        if (run.Parts is not null) parts.Add($"- {name}, {load.Connections:N0} connections, {load.Meters:N0} meters{(load.Tls ? ", TLS" : "")}: {run.Parts}.");
        if (run.Samples.Count >= PipelineSample.Enough) watched.Add((load, run.Samples));
    }

    /// <summary>The samples of a long run, and what they say.</summary>
    private bool Tell(LoadOptions load, IReadOnlyList<PipelineSample> samples)
    {
        report.Line("");
        report.Line($"The pipeline meanwhile, {load.Connections:N0} connections, {load.Meters:N0} meters:");
        report.Line("");
        report.Line("| s | readings recorded | not folded | rows unflushed | journal MiB | its WAL | ledger MiB | its WAL | RSS MiB |");
        report.Line("|---|---|---|---|---|---|---|---|---|");
        foreach (var now in samples)
            report.Line($"| {now.Seconds:F0} | {now.Recorded:N0} | {now.Lag:N0} | {now.RowsUnflushed:N0} | {now.JournalMiB} | {now.JournalWalMiB} | {now.LedgerMiB} | {now.LedgerWalMiB} | {now.RssMiB} |");
        var growing = PipelineSample.Growing(samples, load.Meters).ToList();
        report.Line("");
        report.Line(growing.Count == 0 ? "Nothing that is bounded grew without end." : $"GROWS WITHOUT BOUND: {string.Join("; ", growing)}.");
        return growing.Count == 0;
    }
}
