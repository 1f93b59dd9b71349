using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Policies;
using MeterPipeline.Tests.House;
using MeterPipeline.Tests.Season;
using Xunit.Abstractions;

namespace MeterPipeline.ServerTests.Season;

/// <summary>A whole season with every fault switched on against the oracle: many households, in memory.</summary>
public sealed class WholeSeasonTests(ITestOutputHelper output)
{
    private static readonly PolicyBook Policies = PolicyFiles.Load(Repository.PathOf("deploy", "policies"));

    [Fact]
    public void Two_thousand_households_come_out_as_the_truth_or_enclose_it()
    {
        var delivery = SeasonDelivery.Of(SeasonDelivery.Faulty(2_000, seed: 20251115, quarterHourShare: 0.15));
        delivery.Run();
        output.WriteLine(SeasonProof.Of(delivery, new Statements(delivery.Books, Policies)));
    }
}
