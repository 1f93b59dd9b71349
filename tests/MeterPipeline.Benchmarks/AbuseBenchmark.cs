using System.Globalization;
using System.Net;
using LoadGenerator;
using MeterPipeline.Bench;
using MeterPipeline.Benchmarks.Load;

namespace MeterPipeline.Benchmarks;

/// <summary>
/// What clients that misbehave cost those that do not: a fleet publishes at a fixed rate, alone and beside each kind of abuser in turn, on one
/// server process with a limit per connection.
/// </summary>
public static class AbuseBenchmark
{
    /// <summary>One kind of abuser.</summary>
    private sealed record Scenario(string Name, string What, Func<IPEndPoint, Options, Abuser> Begin);

    /// <summary>What the fleet got in one window of time.</summary>
    private sealed record Window(double Rate, double P50Ms, double P99Ms, long RssMiB);

    /// <summary>How much of its rate the fleet may lose.</summary>
    private const double ChangeMax = -0.1;

    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

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
        var (connections, rate, limit, pairs) = (options.Number("connections", 8), options.Number("rate", 2_000), options.Number("limit", 5_000), options.Number("pairs", 3));
        var report = new Report(options.Verb, options.Text("out"));
        report.Line($"Fleet: {connections} connections of {rate:N0} messages/s each, QoS 1, one reading each, PUBACK after fsync. Limit per connection: {limit:N0} messages/s.");
        report.Line($"{pairs} pairs of {options.Number("seconds", 5)} s alone and {options.Number("seconds", 5)} s beside the abusers, same server process; medians, of the change too. Allowed: {-ChangeMax:P0} fewer.");
        report.Line("");
        report.Line("| abusers | fleet acknowledged/s, alone | beside | change | least–most | p50 ms, alone | beside | p99 ms, alone | beside | server RSS MiB, alone | beside |");
        report.Line("|---|---|---|---|---|---|---|---|---|---|---|");
        var folder = Directory.CreateTempSubdirectory("meterpipeline-abuse-").FullName;
        var kept = true;
        try
        {
            var imported = BenchPipeline.Import(folder, options.Number("meters", 10_000), password: null);
            foreach (var scenario in Scenarios)
                if (options.Text("only") is null || options.Text("only") == scenario.Name) kept &= Measure(options, report, scenario, imported, Path.Combine(folder, scenario.Name));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        report.End();
        return kept ? 0 : 1;
    }

    /// <returns>Whether the fleet kept nine tenths of what it had alone.</returns>
    private static bool Measure(Options options, Report report, Scenario scenario, string imported, string own)
    {
        Directory.CreateDirectory(own);
        using var pipeline = new BenchPipeline(
            own, imported, ("Mqtt:Limits:Admission:ConnectionMessagesPerSecond", $"{options.Number("limit", 5_000)}"), ("Mqtt:Limits:MaxConnections", "50000"),
            ("Mqtt:Limits:Admission:Company:Connections", "50000"));
        var (endpoint, server) = (pipeline.Endpoint, pipeline.Process);
        var (connections, meters) = (options.Number("connections", 8), options.Number("meters", 10_000));
        var fleet = Enumerable.Range(0, connections)
            .Select(no => new PacedPublisher(endpoint, no, new PacketRing(no, connections, meters, "metering/v1/" + LoadRegistry.Company, DateTimeOffset.UtcNow), options.Number("rate", 2_000))).ToList();
        var pairs = new List<(Window Alone, Window Beside)>();
        var standing = 0;
        while (pairs.Count < options.Number("pairs", 3))
        {
            Thread.Sleep(Settle);
            var alone = Phase(options, fleet, server);
            using var abuser = scenario.Begin(endpoint, options);
            Thread.Sleep(Settle);
            if (scenario.Name == "idle") AwaitIdle(abuser, options.Number("idle", 10_000));
            pairs.Add((alone, Phase(options, fleet, server)));
            standing = abuser.Connected;
            Console.Error.WriteLine($"{scenario.Name}, pair {pairs.Count}: {alone.Rate:N0}/s alone, {pairs[^1].Beside.Rate:N0}/s beside");
        }
        fleet.ForEach(publisher => publisher.Dispose());
        var changes = pairs.Select(pair => pair.Beside.Rate / pair.Alone.Rate - 1).Order().ToList();
        string Both(string form, Func<Window, double> of) => $"{Median(pairs, pair => of(pair.Alone)).ToString(form, CultureInfo.InvariantCulture)} | {Median(pairs, pair => of(pair.Beside)).ToString(form, CultureInfo.InvariantCulture)}";
        report.Line($"| {(scenario.Name == "idle" ? $"{standing:N0} " : "")}{scenario.What} | {Both("N0", w => w.Rate)} | {changes[changes.Count / 2] * 100:+0.0;-0.0;0.0} % | {changes[0] * 100:+0.0;-0.0;0.0} to {changes[^1] * 100:+0.0;-0.0;0.0} % "
            + $"| {Both("F2", w => w.P50Ms)} | {Both("F2", w => w.P99Ms)} | {Both("F0", w => w.RssMiB)} |");
        return changes[changes.Count / 2] >= ChangeMax;
    }

    private static double Median(List<(Window Alone, Window Beside)> pairs, Func<(Window Alone, Window Beside), double> of) => pairs.Select(of).Order().ElementAt(pairs.Count / 2);

    private static void AwaitIdle(Abuser abuser, int count)
    {
        for (var tries = 0; abuser.Connected < count && tries < 600; tries++) Thread.Sleep(100);
        Thread.Sleep(TimeSpan.FromSeconds(3));
    }

    private static Window Phase(Options options, List<PacedPublisher> fleet, Child server)
    {
        var seconds = options.Number("seconds", 5);
        fleet.ForEach(publisher => publisher.TakeLatency());
        var before = fleet.Sum(publisher => publisher.Acknowledged);
        Thread.Sleep(TimeSpan.FromSeconds(seconds));
        var rate = (fleet.Sum(publisher => publisher.Acknowledged) - before) / (double)seconds;
        var all = new Histogram();
        fleet.ForEach(publisher => all.Add(publisher.TakeLatency()));
        return new Window(rate, all.Quantile(0.5) / 1e3, all.Quantile(0.99) / 1e3, server.RssMiB);
    }
}
