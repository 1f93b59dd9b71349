namespace MeterPipeline.Domain.Policies;

/// <summary>
/// The least and the most that an operating subsidy can truly be. Exact where the amount depends on the season's sum alone; otherwise every
/// doubtful unit is taken where it costs or earns most, which is too wide rather than too narrow.
/// </summary>
internal static class AccrualBounds
{
    /// <param name="sum">The claim's own accumulation, all days taken.</param>
    /// <param name="operating">The claim's own amount: always inside.</param>
    public static (decimal Low, decimal High) Of(Rounding rounding, RouteRule rule, Claim claim, decimal? cap, Accumulation sum, decimal operating)
    {
        var byDays = rule.IsByDays;
        var staged = rounding.Stage != RoundingStage.Season;
        if (claim.Low == claim.High && !((byDays || staged) && claim.Movable > 0) && claim.Base.Low == claim.Base.High) return (operating, operating);
        var (low, high) = byDays ? Wide(rule, claim, sum) : Exact(rule, claim);
        var drift = staged ? rounding.Unit * claim.PerDay.Count : 0;
        return (Math.Min(operating, rounding.Apply(Math.Max(0, Accrual.Capped(low, cap) - drift))),
            Math.Max(operating, Accrual.Capped(rounding.Apply(Accrual.Capped(high, cap)) + drift, cap)));
    }

    /// <summary>The price of a season's sum is a function; it has its extremes at the ends and beside the tiers' borders.</summary>
    private static (decimal Low, decimal High) Exact(RouteRule rule, Claim claim)
    {
        var (low, high) = (decimal.MaxValue, decimal.MinValue);
        foreach (var quantity in Candidates(rule, claim))
        {
            if (quantity < claim.Low || quantity > claim.High) continue;
            var sum = new Accumulation(rule, claim);
            sum.Add(0, quantity);
            var raw = sum.Raw();
            (low, high) = (Math.Min(low, raw), Math.Max(high, raw));
        }
        return (low, high);
    }

    private static IEnumerable<long> Candidates(RouteRule rule, Claim claim)
    {
        yield return claim.Low;
        yield return claim.High;
        if (rule.Prices.Count == 0 || rule.Prices[0].Mode == TierMode.Marginal) yield break;
        var shift = rule.Separation.AllOnceAbove ? 0 : rule.Separation.Floor;
        foreach (var tier in rule.Prices[0].Tiers)
        {
            if (tier.UpTo is not { } end) continue;
            yield return end + shift;
            yield return end + shift + (rule.WholeUnits ? Quantity.PerUnit : 1);
        }
    }

    private static (decimal Low, decimal High) Wide(RouteRule rule, Claim claim, Accumulation sum)
    {
        var months = claim.Season.Days / 28 + 2;
        var doubtful = Quantity.ToDecimal(claim.High - claim.Low) + 2 * Quantity.ToDecimal(claim.Movable) + Quantity.ToDecimal(claim.Base.High - claim.Base.Low) * months;
        var counted = Quantity.ToDecimal(sum.Counted);
        var (raw, fixedSum) = (sum.Raw(), claim.Any ? rule.FixedSum ?? 0 : 0);
        // No unit earns more than the highest rate. One more or less shifts those after it by a place in the tiers of each period, either way.
        var most = fixedSum + (counted + doubtful) * rule.HighestRate;
        if (rule.Separation.AllOnceAbove || rule.Prices.Any(p => p.Mode == TierMode.WholeVolume)) return (fixedSum, most);
        var moved = doubtful * rule.HighestRate * rule.Prices.Count;
        return (Math.Max(fixedSum, raw - moved), Math.Min(most, raw + moved));
    }
}
