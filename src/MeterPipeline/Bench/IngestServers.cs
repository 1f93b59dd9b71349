using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using LoadGenerator;
using MeterPipeline.Cli;

namespace MeterPipeline.Bench;

/// <summary>One run against one server.</summary>
/// <param name="CpuMicros">Of the server's processes per reading, from the end of the warm-up until everything is done.</param>
/// <param name="DoneAfter">Seconds from the last PUBACK until the work behind it was done: folded and flushed, or written to InfluxDB.</param>
/// <param name="PeakMiB">The most memory that the server's processes held.</param>
internal sealed record IngestRun(LoadResult Load, double CpuMicros, double DoneAfter, long PeakMiB)
{
    /// <summary>Readings a second that the server took for good.</summary>
    public double Rate { get; init; } = Load.Rate;

    public long LedgerMiB { get; init; }

    /// <summary>How the figures divide over several processes; null: there is one.</summary>
    public string? Parts { get; init; }

    /// <summary>How the pipeline stood meanwhile; empty: not watched.</summary>
    public IReadOnlyList<PipelineSample> Samples { get; init; } = [];
}

/// <summary>What a load is sent to: each run on fresh processes in a folder of its own.</summary>
internal sealed class IngestServers(string folder)
{
    private static readonly TimeSpan WriteMax = TimeSpan.FromMinutes(5);
    private readonly string password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
    private readonly Lazy<ScratchCertificate> certificate = new(() => ScratchCertificate.Write(folder));

    /// <summary>A ledger that knows the meters and the publisher.</summary>
    internal string Import(int meters) => BenchPipeline.Import(folder, meters, password);

    /// <summary>The pipeline as it comes.</summary>
    /// <param name="idle">Connections that sign in first and say nothing.</param>
    /// <param name="before">Called when they have and the load has not begun.</param>
    /// <param name="after">Called when everything is folded and flushed.</param>
    internal IngestRun Pipeline(LoadOptions load, string imported, string own, int idle = 0, Action<BenchPipeline>? before = null, Action<BenchPipeline>? after = null)
    {
        using var pipeline = Start(load, imported, own);
        using var silent = idle == 0 ? null : Idle(pipeline, idle, own);
        before?.Invoke(pipeline);
        using var watch = new PipelineWatch(pipeline);
        var (result, cpu) = Publish(load with { To = pipeline.Endpoint, User = BenchPipeline.User, Password = password }, pipeline.Process);
        var samples = watch.End();
        var folded = pipeline.AwaitFold(result.Total);
        after?.Invoke(pipeline);
        return new IngestRun(result, Micros(pipeline.Process.CpuSeconds - cpu, result.Acknowledged), folded, pipeline.Process.PeakMiB) { LedgerMiB = pipeline.LedgerMiB, Samples = samples };
    }

    /// <summary>The pipeline with InfluxDB behind it; done is when InfluxDB holds everything.</summary>
    internal IngestRun Projecting(LoadOptions load, string imported, string own)
    {
        using var influx = new BenchInflux(own);
        using var pipeline = Start(load, imported, own, ("Influx:Url", influx.Url), ("Influx:Database", BenchInflux.Database));
        var (result, cpu) = Publish(load with { To = pipeline.Endpoint, User = BenchPipeline.User, Password = password }, pipeline.Process);
        var done = pipeline.AwaitProjection();
        pipeline.AwaitFold(result.Total);
        influx.Require(result.Total);
        return new IngestRun(result, Micros(pipeline.Process.CpuSeconds - cpu, result.Acknowledged), done, pipeline.Process.PeakMiB)
        {
            LedgerMiB = pipeline.LedgerMiB,
            Parts = $"InfluxDB, not counted, {Micros(influx.Figures.CpuSeconds, result.Total):F1} µs and {influx.Figures.PeakMiB} MiB; "
                + $"until it had everything {result.Total / (load.WarmUpSeconds + result.Seconds + done):N0} readings/s from the start of the warm-up",
        };
    }

    /// <summary>A broker without a subscriber, which drops what it acknowledged.</summary>
    internal IngestRun Mosquitto(LoadOptions load, string own, bool noDelay)
    {
        using var broker = new MosquittoBroker(own, noDelay, load.Window, load.Tls ? certificate.Value : null);
        var (result, cpu) = Publish(load with { To = new IPEndPoint(IPAddress.Loopback, broker.Port) }, broker.Process);
        return new IngestRun(result, Micros(broker.Process.CpuSeconds - cpu, result.Acknowledged), 0, broker.Process.PeakMiB);
    }

    /// <summary>Broker, worker, InfluxDB: its rate counts what the worker has written and acknowledged, the PUBACKs are the broker's.</summary>
    internal IngestRun Textbook(LoadOptions load, string own)
    {
        using var influx = new BenchInflux(own);
        // Without no-delay the broker's packets to the worker leave together, which halves the CPU of both: the better case for them.
        using var broker = new MosquittoBroker(own, noDelay: false, window: 0, load.Tls ? certificate.Value : null);
        using var worker = Child.OfProgram("TextbookWorker", [$"127.0.0.1:{broker.PlainPort}", "metering/v1/+/+/reading", $"{influx.Url}/write?db={BenchInflux.Database}&precision=ms"], own);
        worker.AwaitReady();
        var written = 0L;
        var counting = Task.Run(() =>
        {
            while (worker.ReadLine() is { } line) Interlocked.Exchange(ref written, long.Parse(line, CultureInfo.InvariantCulture));
        });
        var (before, workerCpu, started) = (0L, 0.0, 0L);
        var (result, brokerCpu) = Publish(load with { To = new IPEndPoint(IPAddress.Loopback, broker.Port) }, broker.Process, () =>
        {
            (before, workerCpu, started) = (Interlocked.Read(ref written), worker.CpuSeconds, Stopwatch.GetTimestamp());
        });
        var (drain, loaded) = (Stopwatch.StartNew(), Stopwatch.GetTimestamp());
        while (Interlocked.Read(ref written) < result.Total)
            if (worker.Ends(10) || drain.Elapsed > WriteMax) throw new CommandException($"The textbook worker has written {written:N0} of {result.Total:N0} readings. {worker.Errors}", ExitCode.Difference);
        var (seconds, taken) = (Stopwatch.GetElapsedTime(started).TotalSeconds, result.Total - before);
        influx.Require(result.Total);
        var (workerMicros, brokerMicros) = (Micros(worker.CpuSeconds - workerCpu, taken), Micros(broker.Process.CpuSeconds - brokerCpu, taken));
        return new IngestRun(result, workerMicros + brokerMicros, Stopwatch.GetElapsedTime(loaded).TotalSeconds, worker.PeakMiB + broker.Process.PeakMiB)
        {
            Rate = taken / seconds,
            Parts = $"worker {workerMicros:F1} µs and {worker.PeakMiB} MiB, broker {brokerMicros:F1} µs and {broker.Process.PeakMiB} MiB; InfluxDB, not counted, "
                + $"{Micros(influx.Figures.CpuSeconds, result.Total):F1} µs and {influx.Figures.PeakMiB} MiB",
        };
    }

    /// <summary>A pipeline that admits the load.</summary>
    internal BenchPipeline Start(LoadOptions load, string imported, string own, params (string, string)[] settings) =>
        new(own, imported, load.Tls ? certificate.Value : null, null, [("Mqtt:Limits:MaxConnections", "50000"), ("Mqtt:Limits:Admission:Company:Connections", "50000"), .. settings]);

    /// <summary>Connections of one process that sign in and then say nothing.</summary>
    private Child Idle(BenchPipeline pipeline, int count, string own)
    {
        var idle = Child.OfProgram("LoadGenerator", ["--to", $"{pipeline.Endpoint}", "--idle", $"{count}", "--seconds", "3600", "--user", BenchPipeline.User, "--password-stdin"], own);
        idle.WriteLine(password);
        idle.AwaitReady();
        return idle;
    }

    /// <returns>The result, and the server's CPU time when the warm-up ended.</returns>
    private (LoadResult Load, double Cpu) Publish(LoadOptions load, Child server, Action? warm = null)
    {
        var cpu = 0.0;
        var result = LoadRun.Run(load with { Authorities = load.Tls ? certificate.Value.Certificate : null }, () =>
        {
            cpu = server.CpuSeconds;
            warm?.Invoke();
        });
        return (result, cpu);
    }

    private static double Micros(double cpuSeconds, long readings) => cpuSeconds * 1e6 / readings;
}
