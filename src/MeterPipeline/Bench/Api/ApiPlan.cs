namespace MeterPipeline.Bench.Api;

/// <summary>What to ask of a pipeline, and how often.</summary>
/// <param name="Seconds">Of each phase.</param>
/// <param name="Readers">Viewers, each with a connection.</param>
/// <param name="PerSecond">Requests of each.</param>
/// <param name="Connections">Of publishers.</param>
internal sealed record ApiPlan(int Households, int Seconds, int Readers, int PerSecond, int Connections)
{
    /// <summary>Messages of a publisher that wait for their PUBACK.</summary>
    public const int Window = 4_096;
}
