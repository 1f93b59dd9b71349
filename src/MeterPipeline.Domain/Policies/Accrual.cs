using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Policies;

/// <summary>What a household has earned in a season under one rule. Pure arithmetic: exact until the fen, rounded once per component.</summary>
public sealed record Accrual
{
    private Accrual(RouteRule rule) => Rule = rule;

    public RouteRule Rule { get; }

    /// <summary>Eligible quantity, 0.0001 kWh or m³.</summary>
    public long Quantity { get; private init; }

    /// <summary>Quantity × rate, exact.</summary>
    public decimal Raw { get; private init; }

    /// <summary>The same in fen.</summary>
    public decimal Gross => Money.RoundToFen(Raw);

    /// <summary>The cap's money is used up; decided by the raw amount, never by the rounded one.</summary>
    public bool CapReached { get; private init; }

    /// <summary>Index of the season day that used up the cap; null: none did.</summary>
    public int? CapDay { get; private init; }

    /// <summary>Operating subsidy 运行补贴, fen.</summary>
    public decimal Operating { get; private init; }

    /// <summary>Hardship top-up, fen.</summary>
    public decimal Hardship { get; private init; }

    public decimal Total => Operating + Hardship;

    /// <summary>Total if the household truly used the least that the readings allow.</summary>
    public decimal LowTotal { get; private init; }

    /// <summary>Total if it truly used the most that they allow.</summary>
    public decimal HighTotal { get; private init; }

    /// <param name="eligiblePerDay">Per season day, 0.0001 kWh or m³, zero where there is no claim.</param>
    /// <param name="low">Least eligible quantity; at most the sum of the days.</param>
    /// <param name="high">Most eligible quantity; at least the sum of the days.</param>
    /// <param name="anyClaim">Whether any day carries a claim; without one there is no top-up either.</param>
    /// <exception cref="ArgumentException">The bounds do not enclose the quantity.</exception>
    public static Accrual Of(SubsidyPolicy policy, RouteRule rule, Household household, ReadOnlySpan<long> eligiblePerDay, long low, long high, bool anyClaim)
    {
        var quantity = 0L;
        foreach (var day in eligiblePerDay) quantity += day;
        if (low > quantity || high < quantity) throw new ArgumentException($"Bounds {low}..{high} do not enclose the quantity {quantity}.");
        var raw = Price(rule, quantity);
        var capped = rule.SeasonCap is { } cap && raw >= cap;
        return new Accrual(rule)
        {
            Quantity = quantity,
            Raw = raw,
            CapReached = capped,
            CapDay = capped ? CrossingDay(rule, eligiblePerDay) : null,
            Operating = Money.RoundToFen(Capped(rule, raw)),
            Hardship = TopUpOf(policy, household, quantity, anyClaim),
            LowTotal = Money.RoundToFen(Capped(rule, Price(rule, low))) + TopUpOf(policy, household, low, anyClaim),
            HighTotal = Money.RoundToFen(Capped(rule, Price(rule, high))) + TopUpOf(policy, household, high, anyClaim),
        };
    }

    /// <summary>
    /// What each day earned, yuan, exact: the day that reaches the cap gets the remainder. The days add up to the capped raw amount.
    /// </summary>
    public static void PerDay(RouteRule rule, ReadOnlySpan<long> eligiblePerDay, Span<decimal> into)
    {
        var before = 0m;
        var quantity = 0L;
        for (var i = 0; i < eligiblePerDay.Length; i++)
        {
            quantity += eligiblePerDay[i];
            var until = Capped(rule, Price(rule, quantity));
            into[i] = until - before;
            before = until;
        }
    }

    private static decimal Price(RouteRule rule, long quantity) => Domain.Quantity.ToDecimal(quantity) * rule.Rate;

    private static decimal Capped(RouteRule rule, decimal raw) => rule.SeasonCap is { } cap && raw > cap ? cap : raw;

    private static int? CrossingDay(RouteRule rule, ReadOnlySpan<long> eligiblePerDay)
    {
        var quantity = 0L;
        for (var i = 0; i < eligiblePerDay.Length; i++)
        {
            quantity += eligiblePerDay[i];
            if (Price(rule, quantity) >= rule.SeasonCap) return i;
        }
        return null;
    }

    private static decimal TopUpOf(SubsidyPolicy policy, Household household, long quantity, bool anyClaim)
    {
        if (!anyClaim) return 0;
        foreach (var topUp in policy.TopUps)
            if (topUp.Who.Contains(household.Hardship) && (quantity > 0 || !topUp.RequiresConsumption)) return topUp.Amount;
        return 0;
    }
}
