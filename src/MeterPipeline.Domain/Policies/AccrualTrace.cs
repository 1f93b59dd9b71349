namespace MeterPipeline.Domain.Policies;

/// <summary>What a step of an accrual did; in the order in which steps come.</summary>
public enum AccrualStepKind : byte
{
    /// <summary>Quantity of all days with a claim.</summary>
    Eligible,

    /// <summary>What is left beyond the base month's use, which stands in the limit.</summary>
    BaseMonth,

    /// <summary>Whole units of it.</summary>
    WholeUnits,

    /// <summary>What is left beyond the floor, which stands in the limit; nothing, or everything, where the floor is a threshold.</summary>
    Floor,

    /// <summary>A month that used more than the limit: what it counts.</summary>
    MonthCap,

    /// <summary>The season's cap in quantity: what counts within the limit.</summary>
    SeasonQuantity,

    /// <summary>The enterprise's quota: what counts within the limit.</summary>
    Quota,

    /// <summary>A part of the counted quantity, its rate, and their product.</summary>
    Tier,

    FixedSum,

    /// <summary>Everything above added up, exact.</summary>
    Raw,

    /// <summary>The cap in money, and what it leaves.</summary>
    MoneyCap,

    /// <summary>The operating subsidy.</summary>
    Rounded,

    TopUp,

    Total,

    /// <summary>What a level of finance bears of the operating subsidy.</summary>
    Share,
}

/// <summary>One step from quantity to money.</summary>
/// <param name="Subject">Which month, days, level or payer it is about; empty: the season.</param>
/// <param name="Quantity">After the step, 0.0001 of the unit; null: the step is about money.</param>
/// <param name="Limit">0.0001 of the unit.</param>
/// <param name="Rate">Yuan per unit.</param>
/// <param name="Yuan">After the step; null: the step is about quantity.</param>
/// <param name="Most">Cap in yuan.</param>
/// <param name="Basis">Where the step comes from; null: from the arithmetic.</param>
public sealed record AccrualStep(
    AccrualStepKind Kind, string Subject = "", long? Quantity = null, long? Limit = null, decimal? Rate = null, decimal? Yuan = null, decimal? Most = null,
    LegalBasis? Basis = null);

/// <summary>How an accrual came about, step by step: the same code that computed it, watched.</summary>
public static class AccrualTrace
{
    public static IReadOnlyList<AccrualStep> Of(Accrual accrual, Rounding rounding)
    {
        var (rule, claim) = (accrual.Rule, accrual.Claim);
        var steps = new List<AccrualStep> { new(AccrualStepKind.Eligible, Quantity: claim.Quantity) };
        var sum = Watch(rule, claim, steps);
        if (rule.Caps.SeasonQuantity is { } most) steps.Add(new(AccrualStepKind.SeasonQuantity, Quantity: sum.Counted, Limit: most, Basis: rule.Basis));
        if (claim.Quota is { } quota) steps.Add(new(AccrualStepKind.Quota, Quantity: sum.Counted, Limit: quota, Basis: rule.Basis));
        steps.AddRange(Tiers(rule, sum));
        if (rule.FixedSum is { } fixedSum) steps.Add(new(AccrualStepKind.FixedSum, Yuan: claim.Any ? fixedSum : 0, Basis: rule.Basis));
        steps.Add(new(AccrualStepKind.Raw, Yuan: accrual.Raw));
        if (accrual.MoneyCap is { } cap)
            steps.Add(new(AccrualStepKind.MoneyCap, accrual.CapDay is { } day ? claim.Day(day).ToString() : "", Yuan: Accrual.Capped(accrual.Raw, cap), Most: cap, Basis: rule.Basis));
        steps.Add(new(AccrualStepKind.Rounded, rounding.ToString(), Yuan: accrual.Operating));
        steps.AddRange(accrual.TopUps.Select(t => new AccrualStep(AccrualStepKind.TopUp, t.TopUp.Payer, Yuan: t.Yuan, Basis: t.TopUp.Basis)));
        steps.Add(new(AccrualStepKind.Total, Yuan: accrual.Total));
        steps.AddRange(accrual.Shares.Select(share => new AccrualStep(AccrualStepKind.Share, share.Level, Yuan: share.Yuan)));
        return steps;
    }

    /// <summary>The parts of the counted quantity and their rates alone, in order.</summary>
    internal static IEnumerable<AccrualStep> Tiers(RouteRule rule, Accumulation sum) =>
        sum.BelowFloor ? [] : sum.Periods().SelectMany(period => Tiers(rule, period.Prices, period.From, period.Until, sum.Counted));

    /// <summary>Takes the days again and notes what separation and month caps did.</summary>
    private static Accumulation Watch(RouteRule rule, Claim claim, List<AccrualStep> steps)
    {
        var sum = new Accumulation(rule, claim);
        var months = new List<AccrualStep>();
        var (monthUse, monthCounted) = (0L, 0L);
        for (var i = 0; i < claim.PerDay.Count; i++)
        {
            var (used, counted) = (sum.Used, sum.Counted);
            sum.Add(i, claim.PerDay[i]);
            monthUse += sum.Used - used;
            monthCounted += sum.Counted - counted;
            if (i < claim.PerDay.Count - 1 && claim.Day(i).Next.Date.Day != 1) continue;
            if (rule.Caps.MonthQuantity is { } most && monthUse > most)
                months.Add(new(AccrualStepKind.MonthCap, claim.Day(i).ToString()[..7], monthCounted, most, Basis: rule.Basis));
            (monthUse, monthCounted) = (0, 0);
        }
        if (rule.Separation.Kind == HeatingSeparation.BaseMonth) steps.Add(new(AccrualStepKind.BaseMonth, "", sum.Used, claim.Base.Quantity, Basis: rule.Basis));
        if (rule.WholeUnits) steps.Add(new(AccrualStepKind.WholeUnits, Quantity: sum.Whole));
        if (rule.Separation is { Kind: HeatingSeparation.Floor } floor)
            steps.Add(new(AccrualStepKind.Floor, "", floor.AllOnceAbove ? (sum.BelowFloor ? 0 : sum.Whole) : Math.Max(0, sum.Whole - floor.Floor), floor.Floor, Basis: rule.Basis));
        steps.AddRange(months);
        return sum;
    }

    private static IEnumerable<AccrualStep> Tiers(RouteRule rule, Prices prices, long from, long until, long counted)
    {
        var since = prices.From?.ToString() ?? "";
        if (prices.Mode == TierMode.WholeVolume)
        {
            var (tier, end) = (prices.TierOf(counted), prices.End ?? long.MaxValue);
            yield return Tier(Math.Min(until, end) - Math.Min(from, end), tier.Rate);
            yield break;
        }
        var begin = 0L;
        foreach (var tier in prices.Tiers)
        {
            var end = tier.UpTo ?? long.MaxValue;
            var part = Math.Min(until, end) - Math.Max(from, begin);
            if (part > 0 || (prices.Tiers.Count == 1 && part == 0)) yield return Tier(part, tier.Rate);
            begin = end;
        }

        AccrualStep Tier(long part, decimal rate) =>
            new(AccrualStepKind.Tier, since, part, Rate: rate, Yuan: Domain.Quantity.ToDecimal(part) * rate, Basis: rule.Basis);
    }
}
