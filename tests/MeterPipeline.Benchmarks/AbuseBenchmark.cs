using System.Net;
using LoadGenerator;
using MeterPipeline.Bench;
using MeterPipeline.Benchmarks.Load;

namespace MeterPipeline.Benchmarks;

/// <summary>
/// What clients that misbehave cost those that do not: a fleet publishes at a fixed rate, first alone and then beside each kind of abuser, on one
/// server process with a limit per connection.
/// </summary>
public static class AbuseBenchmark
{
    /// <summary>One kind of abuser.</summary>
    private sealed record Scenario(string Name, string What, Func<IPEndPoint, Options, Abuser> Begin);

    private static readonly Scenario[] Scenarios =
    [
        new("deaf", "4 publish without end and never read", (to, _) => Abuser.Deaf(to, 4)),
        new("trickle", "100 send one byte a second", (to, _) => Abuser.Trickle(to, 100)),
        new("flood", "1 publishes as fast as it can", (to, _) => Abuser.Flood(to, 1)),
        new("storm", "1 connects and leaves without end", (to, _) => Abuser.Storm(to, 1)),
        new("idle", "idle connections", (to, options) => Abuser.Idle(to, options.Number("idle", 10_000))),
    ];

    public static int Run(Options options)
    {
        var (connections, rate, limit) = (options.Number("connections", 8), options.Number("rate", 2_000), options.Number("limit", 5_000));
        var report = new Report(options.Verb, options.Text("out"));
        report.Line($"Fleet: {connections} connections of {rate:N0} messages/s each, QoS 1, one reading each, PUBACK after fsync. Limit per connection: {limit:N0} messages/s.");
        report.Line($"{options.Number("seconds", 10)} s alone, then {options.Number("seconds", 10)} s beside the abusers, same server process.");
        report.Line("");
        report.Line("| abusers | fleet acknowledged/s, alone | beside | change | p50 ms, alone | beside | p99 ms, alone | beside | server RSS MiB, alone | beside |");
        report.Line("|---|---|---|---|---|---|---|---|---|---|");
        var folder = Directory.CreateTempSubdirectory("meterpipeline-abuse-").FullName;
        try
        {
            var imported = BenchPipeline.Import(folder, options.Number("meters", 10_000), password: null);
            foreach (var scenario in Scenarios)
                if (options.Text("only") is null || options.Text("only") == scenario.Name) Measure(options, report, scenario, imported, Path.Combine(folder, scenario.Name));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        report.Save();
        return 0;
    }

    private static void Measure(Options options, Report report, Scenario scenario, string imported, string own)
    {
        Directory.CreateDirectory(own);
        using var pipeline = new BenchPipeline(
            own, imported, ("Mqtt:Limits:Admission:ConnectionMessagesPerSecond", $"{options.Number("limit", 5_000)}"), ("Mqtt:Limits:MaxConnections", "50000"),
            ("Mqtt:Limits:Admission:Company:Connections", "50000"));
        var (endpoint, server) = (pipeline.Endpoint, pipeline.Process);
        var (connections, meters) = (options.Number("connections", 8), options.Number("meters", 10_000));
        var fleet = Enumerable.Range(0, connections)
            .Select(no => new PacedPublisher(endpoint, no, new PacketRing(no, connections, meters, "metering/v1/" + LoadRegistry.Company, DateTimeOffset.UtcNow), options.Number("rate", 2_000))).ToList();
        Thread.Sleep(TimeSpan.FromSeconds(3));
        var alone = Phase(options, fleet, server);
        using (var abuser = scenario.Begin(endpoint, options))
        {
            Thread.Sleep(TimeSpan.FromSeconds(3));
            if (scenario.Name == "idle") AwaitIdle(abuser, options.Number("idle", 10_000));
            var beside = Phase(options, fleet, server);
            report.Line($"| {(scenario.Name == "idle" ? $"{abuser.Connected:N0} " : "")}{scenario.What} | {alone.Rate:N0} | {beside.Rate:N0} | {(beside.Rate / alone.Rate - 1) * 100:+0.0;-0.0;0.0} % | "
                + $"{alone.P50Ms:F2} | {beside.P50Ms:F2} | {alone.P99Ms:F2} | {beside.P99Ms:F2} | {alone.RssMiB} | {beside.RssMiB} |");
            fleet.ForEach(publisher => publisher.Dispose());
        }
    }

    private static void AwaitIdle(Abuser abuser, int count)
    {
        for (var tries = 0; abuser.Connected < count && tries < 600; tries++) Thread.Sleep(100);
        Thread.Sleep(TimeSpan.FromSeconds(3));
    }

    private static (double Rate, double P50Ms, double P99Ms, long RssMiB) Phase(Options options, List<PacedPublisher> fleet, Child server)
    {
        var seconds = options.Number("seconds", 10);
        fleet.ForEach(publisher => publisher.TakeLatency());
        var before = fleet.Sum(publisher => publisher.Acknowledged);
        Thread.Sleep(TimeSpan.FromSeconds(seconds));
        var rate = (fleet.Sum(publisher => publisher.Acknowledged) - before) / (double)seconds;
        var all = new Histogram();
        fleet.ForEach(publisher => all.Add(publisher.TakeLatency()));
        return (rate, all.Quantile(0.5) / 1e3, all.Quantile(0.99) / 1e3, server.RssMiB);
    }
}
