using MeterPipeline.Tests.House;
using MeterPipeline.Tests.Mqtt.Fuzz;

namespace MeterPipeline.Tests.Mqtt;

/// <summary>The short run of the fuzzer; the long one is a verb of the benchmarks.</summary>
[Trait(Effort.Category, Effort.Random)]
public sealed class FuzzTests
{
    private const int Seed = 20261121;

    /// <summary>Other tests share this heap. The long run, alone in its process, sees leaks of a byte a packet.</summary>
    private const long GrowthMax = 64 << 20;

    private static readonly int Packets = Effort.Times(40_000);

    [Fact]
    public async Task Packets_of_clients_that_break_rules_harm_nobody()
    {
        var result = await new FuzzRun(Seed, Packets, lanes: 4).RunAsync();
        Assert.True(result.Faults.Count == 0, string.Join('\n', result.Faults));
        Assert.True(result.HeapGrowth < GrowthMax, $"The heap grew by {result.HeapGrowth:N0} bytes.");
        Assert.NotEmpty(result.NeighbourMs);
        // Otherwise it would not be worth much.
        Assert.True(result.Taken > Packets / 10, $"Only {result.Taken:N0} messages were taken.");
        Assert.True(result.Refusals.Count > 15, string.Join(", ", result.Refusals.Keys));
    }
}
