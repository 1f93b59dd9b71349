using MeterPipeline.Domain.Policies;
using MeterPipeline.Policies;
using MeterPipeline.Tests.House;

namespace MeterPipeline.Tests.Policies;

/// <summary>The shipped policies, and with them the rules collected from other places, as one book.</summary>
internal static class KnownPolicies
{
    public static PolicyBook Shipped { get; } = PolicyFiles.Load(Repository.PathOf("deploy", "policies"));

    public static PolicyBook All { get; } =
        new(Shipped.Policies.Concat(PolicyFiles.Load(Repository.PathOf("tests", "MeterPipeline.Tests", "Policies", "examples")).Policies));
}
