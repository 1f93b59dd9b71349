using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Policies;
using MeterPipeline.Tests.House;
using Xunit.Abstractions;

namespace MeterPipeline.Tests.Season;

/// <summary>A season with every fault against the oracle, small; the server tests run 2,000 households.</summary>
public sealed class SeasonTests(ITestOutputHelper output)
{
    private static readonly PolicyBook Policies = PolicyFiles.Load(Repository.PathOf("deploy", "policies"));

    [Fact]
    public void Every_amount_is_the_truth_or_encloses_it()
    {
        var delivery = SeasonDelivery.Of(SeasonDelivery.Faulty(75, seed: 3, quarterHourShare: 0.04));
        delivery.Run();
        output.WriteLine(SeasonProof.Of(delivery, new Statements(delivery.Books, Policies)));
    }
}
