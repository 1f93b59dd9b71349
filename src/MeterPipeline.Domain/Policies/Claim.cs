using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Policies;

/// <summary>What a household used in the month that a policy takes as use without heating, 0.0001 kWh or m³, with its bounds.</summary>
public readonly record struct BaseUse(long Quantity, long Low, long High);

/// <summary>What a household claims in a season, before any rule looked at it. Quantities in 0.0001 kWh, m³ or t.</summary>
/// <param name="PerDay">Per season day, zero where there is no claim.</param>
/// <param name="Claimed">Whether a season day carries a claim; as long as <paramref name="PerDay"/>.</param>
/// <param name="Low">Least that the sum of the days can truly be.</param>
/// <param name="High">Most that it can truly be.</param>
/// <param name="Movable">Part of the sum that is certain, but not on which day it was used.</param>
/// <param name="Base">Use of the base month; zero where the rule has none.</param>
/// <param name="Quota">Most quantity that the registry grants the claimant; null: no quota.</param>
public sealed record Claim(
    Household Household, HeatingSeason Season, IReadOnlyList<long> PerDay, IReadOnlyList<bool> Claimed, long Low, long High, long Movable = 0,
    BaseUse Base = default, long? Quota = null)
{
    public long Quantity { get; } = PerDay.Sum();

    /// <summary>Without any day there is no fixed sum and no top-up either.</summary>
    public bool Any { get; } = Claimed.Contains(true);

    public LocalDay Day(int index) => new(Season.First.Number + index);
}
