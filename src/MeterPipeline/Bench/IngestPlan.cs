using LoadGenerator;

namespace MeterPipeline.Bench;

/// <summary>What to measure.</summary>
/// <param name="Loads">One after the other.</param>
/// <param name="Runs">Of each on each server; the one with the median rate is told.</param>
/// <param name="Beside">What stands beside the pipeline.</param>
internal sealed record IngestPlan(IReadOnlyList<LoadOptions> Loads, int Runs, Baselines Beside)
{
    /// <summary>Messages in flight over all connections of the table, so that its rows wait for the same queue: 4,096 for each of eight.</summary>
    private const int InFlight = 32 * 1024;

    /// <summary>Every number of connections with every number of meters.</summary>
    internal static IngestPlan Grid(LoadOptions load, IReadOnlyList<int> connections, IReadOnlyList<int> meters, int runs, Baselines beside) =>
        new([.. from count in meters from each in connections select load with { Connections = each, Meters = count }], runs, beside);

    /// <summary>The published table: connections, then meters, then TLS, each varied alone.</summary>
    internal static IngestPlan Table(LoadOptions load, int runs)
    {
        LoadOptions Of(int connections, int meters, bool tls = false) =>
            load with { Connections = connections, Meters = meters, Tls = tls, Window = Math.Min(4_096, InFlight / connections) };
        return new([Of(8, 10_000), Of(1, 10_000), Of(64, 10_000), Of(1_000, 10_000), Of(8, 10_000, tls: true), Of(8, 100_000), Of(8, 1_000_000)], runs, Baselines.All);
    }
}

/// <summary>Which other servers get the same load.</summary>
internal enum Baselines
{
    None,

    /// <summary>With TCP no-delay and without.</summary>
    Mosquitto,

    /// <summary>Mosquitto, the textbook worker, and for the first load the pipeline with InfluxDB behind it.</summary>
    All,
}
