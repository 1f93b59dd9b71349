using MeterPipeline.Domain.Usage;

namespace MeterPipeline.Web;

/// <summary>What the boards go by.</summary>
/// <param name="Usage">When a household is suspected of not using its conversion.</param>
/// <param name="Budgets">What finance has set aside.</param>
public sealed record BoardSettings(UsageSettings Usage, Budgets Budgets)
{
    public static BoardSettings Default { get; } = new(UsageSettings.Default, Budgets.None);
}
