namespace MeterPipeline.Web;

/// <summary>Whether the pipeline takes and folds readings.</summary>
/// <param name="Reasons">Sentences for the operator, each a reason why not; empty: ready.</param>
public sealed record ReadinessReport(IReadOnlyList<string> Reasons)
{
    public static ReadinessReport Ready { get; } = new([]);

    public bool IsReady => Reasons.Count == 0;
}

/// <summary>One line of /metrics.</summary>
/// <param name="Name">Prometheus name: letters, digits, <c>_</c> and <c>:</c>.</param>
/// <param name="Type"><c>counter</c> or <c>gauge</c>.</param>
/// <param name="Labels">No personal data.</param>
public sealed record MetricSample(string Name, string Help, string Type, IReadOnlyList<KeyValuePair<string, string>> Labels, double Value);
