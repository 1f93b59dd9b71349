namespace MeterPipeline.Domain.Policies;

/// <summary>
/// A season's quantity under one rule, taken day by day: base month, whole units, floor, month cap, season cap and quota, in this order;
/// then priced. Integer arithmetic until a price is asked for.
/// </summary>
internal sealed class Accumulation
{
    private readonly RouteRule rule;
    private readonly Claim claim;
    private readonly long limit;
    private readonly bool monthly;

    /// <summary>Counted quantity at the end of each price period so far.</summary>
    private readonly long[] until;

    private int period;
    private int month;
    private long monthUse;
    private long monthAllowance;
    private long monthCounted;
    private long passed;

    public Accumulation(RouteRule rule, Claim claim)
    {
        (this.rule, this.claim) = (rule, claim);
        limit = Math.Min(rule.Caps.SeasonQuantity ?? long.MaxValue, claim.Quota ?? long.MaxValue);
        monthly = rule.Caps.MonthQuantity is not null || rule.Separation.Kind == HeatingSeparation.BaseMonth;
        until = new long[Math.Max(1, rule.Prices.Count)];
    }

    /// <summary>Heating use: after separation by a base month, before anything else.</summary>
    public long Used { get; private set; }

    /// <summary>Quantity that is priced.</summary>
    public long Counted { get; private set; }

    /// <summary>A season cap in quantity, or the quota, is used up.</summary>
    public bool LimitReached { get; private set; }

    /// <summary>Whole units of the heating use where the rule counts only these.</summary>
    public long Whole => rule.WholeUnits ? Used - Used % Quantity.PerUnit : Used;

    /// <summary>The use is not above the floor that everything depends on.</summary>
    public bool BelowFloor => rule.Separation is { Kind: HeatingSeparation.Floor, AllOnceAbove: true } floor && Whole <= floor.Floor;

    public void Add(int index, long quantity)
    {
        if (monthly) TurnMonth(index);
        Used += rule.Separation.Kind == HeatingSeparation.BaseMonth ? BeyondBase(quantity) : quantity;
        var beyond = rule.Separation is { Kind: HeatingSeparation.Floor, AllOnceAbove: false } floor ? Math.Max(0, Whole - floor.Floor) : Whole;
        var step = beyond - passed;
        passed = beyond;
        if (rule.Caps.MonthQuantity is { } most)
        {
            step = Math.Min(step, most - monthCounted);
            monthCounted += step;
        }
        if (rule.Prices.Count > 1)
            for (var now = rule.PeriodOf(claim.Day(index)); period < now;) until[++period] = Counted;
        LimitReached = LimitReached || limit - Counted <= step;
        Counted += Math.Min(step, limit - Counted);
        until[period] = Counted;
    }

    /// <summary>Yuan for everything so far, exact, before caps in money.</summary>
    public decimal Raw()
    {
        var amount = claim.Any ? rule.FixedSum ?? 0 : 0;
        if (rule.Prices.Count == 0 || BelowFloor) return amount;
        var before = 0L;
        for (var i = 0; i <= period; i++)
        {
            amount += Price(rule.Prices[i], before, until[i]);
            before = until[i];
        }
        return amount;
    }

    /// <summary>What each price period counted, with its prices.</summary>
    public IEnumerable<(Prices Prices, long From, long Until)> Periods()
    {
        for (var i = 0; i <= period && i < rule.Prices.Count; i++) yield return (rule.Prices[i], i == 0 ? 0 : until[i - 1], until[i]);
    }

    private decimal Price(Prices prices, long from, long to)
    {
        if (prices.Mode == TierMode.Marginal) return prices.Marginal(from, to);
        var end = prices.End ?? long.MaxValue;
        return Quantity.ToDecimal(Math.Min(to, end) - Math.Min(from, end)) * prices.TierOf(Counted).Rate;
    }

    private void TurnMonth(int index)
    {
        var date = claim.Day(index).Date;
        if (date.Month == month) return;
        (month, monthUse, monthCounted) = (date.Month, 0, 0);
        if (rule.Separation.Kind != HeatingSeparation.BaseMonth) return;
        // A month that carries the claim on some of its days only has its part of the base.
        var days = 0;
        for (var i = index; i < claim.Claimed.Count && claim.Day(i).Date.Month == month; i++)
            if (claim.Claimed[i]) days++;
        monthAllowance = Quantity.MultiplyDivide(claim.Base.Quantity, days, DateTime.DaysInMonth(date.Year, date.Month));
    }

    private long BeyondBase(long quantity)
    {
        var before = Math.Max(0, monthUse - monthAllowance);
        monthUse += quantity;
        return Math.Max(0, monthUse - monthAllowance) - before;
    }
}
