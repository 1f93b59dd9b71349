namespace MeterPipeline.Domain.Policies;

/// <summary>A sum on top of the operating subsidy that a household gets.</summary>
public readonly record struct GrantedTopUp(TopUp TopUp, decimal Yuan);

/// <summary>What a household has earned in a season under one rule. Pure arithmetic: exact until it is rounded as the policy says.</summary>
public sealed record Accrual
{
    private readonly Accumulation sum;

    private Accrual(RouteRule rule, Claim claim, Accumulation sum) => (Rule, Claim, this.sum) = (rule, claim, sum);

    public RouteRule Rule { get; }

    public Claim Claim { get; }

    /// <summary>Eligible quantity, 0.0001 kWh or m³.</summary>
    public long Quantity => Claim.Quantity;

    /// <summary>Of it, what is priced: after separation, whole units, caps in quantity and quota.</summary>
    public long Counted { get; private init; }

    /// <summary>The counted quantity's price and the fixed sum, yuan, exact.</summary>
    public decimal Raw { get; private init; }

    /// <summary>The same in fen.</summary>
    public decimal Gross => Money.RoundToFen(Raw);

    /// <summary>Cap in money of the rule or of all levels of finance together; null: none.</summary>
    public decimal? MoneyCap { get; private init; }

    /// <summary>A season's cap is used up, in money or in quantity; decided by raw numbers, never by rounded ones.</summary>
    public bool CapReached { get; private init; }

    /// <summary>Index of the season day that used up the cap; null: none did.</summary>
    public int? CapDay { get; private init; }

    /// <summary>Operating subsidy 运行补贴, yuan, rounded.</summary>
    public decimal Operating { get; private init; }

    /// <summary>Sums on top of it.</summary>
    public IReadOnlyList<GrantedTopUp> TopUps { get; private init; } = [];

    /// <summary>All top-ups together, yuan.</summary>
    public decimal Hardship => Sum(TopUps);

    public decimal Total => Operating + Hardship;

    /// <summary>Who bears the operating subsidy; empty where the documents do not say.</summary>
    public IReadOnlyList<BorneShare> Shares { get; private init; } = [];

    /// <summary>Total if the household truly used the least that the readings allow.</summary>
    public decimal LowTotal { get; private init; }

    /// <summary>Total if it truly used the most that they allow.</summary>
    public decimal HighTotal { get; private init; }

    /// <summary>The parts of the counted quantity and their rates, in order.</summary>
    internal IEnumerable<AccrualStep> Tiers => AccrualTrace.Tiers(Rule, sum);

    /// <exception cref="ArgumentException">The bounds do not enclose the quantity.</exception>
    public static Accrual Of(SubsidyPolicy policy, RouteRule rule, Claim claim)
    {
        if (claim.Low > claim.Quantity || claim.High < claim.Quantity)
            throw new ArgumentException($"Bounds {claim.Low}..{claim.High} do not enclose the quantity {claim.Quantity}.");
        var cap = rule.MoneyCapIn(claim.Household.Division);
        var (sum, operating) = Run(policy.Rounding, rule, claim, cap);
        var raw = sum.Raw();
        var bounds = AccrualBounds.Of(policy.Rounding, rule, claim, cap, sum, operating);
        var capped = sum.LimitReached || raw >= cap;
        return new Accrual(rule, claim, sum)
        {
            Counted = sum.Counted,
            Raw = raw,
            MoneyCap = cap,
            CapReached = capped,
            CapDay = capped ? CrossingDay(rule, claim, cap) : null,
            Operating = operating,
            TopUps = policy.TopUpsOf(claim, claim.Quantity),
            Shares = FundingShares.Split(Money.RoundToFen(operating), rule.Shares.In(claim.Household.Division)),
            LowTotal = bounds.Low + Sum(policy.TopUpsOf(claim, claim.Low)),
            HighTotal = bounds.High + Sum(policy.TopUpsOf(claim, claim.High)),
        };
    }

    /// <summary>
    /// What each day earned, yuan, exact: the day that reaches the cap gets the remainder. The days add up to the capped raw amount.
    /// </summary>
    public void PerDay(Span<decimal> into)
    {
        var sum = new Accumulation(Rule, Claim);
        var before = 0m;
        for (var i = 0; i < Claim.PerDay.Count; i++)
        {
            sum.Add(i, Claim.PerDay[i]);
            var now = Capped(sum.Raw(), MoneyCap);
            into[i] = now - before;
            before = now;
        }
    }

    private static decimal Sum(IReadOnlyList<GrantedTopUp> topUps)
    {
        var sum = 0m;
        for (var i = 0; i < topUps.Count; i++) sum += topUps[i].Yuan;
        return sum;
    }

    internal static decimal Capped(decimal raw, decimal? cap) => cap is { } most && raw > most ? most : raw;

    /// <summary>Takes all days and rounds at the policy's stages.</summary>
    private static (Accumulation Sum, decimal Operating) Run(Rounding rounding, RouteRule rule, Claim claim, decimal? cap)
    {
        var sum = new Accumulation(rule, claim);
        var (rounded, before, last) = (0m, 0m, claim.PerDay.Count - 1);
        // Where only their sum matters the days are taken as one: most rules are so, and a city has twenty million days.
        var together = !rule.IsByDays && rounding.Stage == RoundingStage.Season;
        for (var i = together ? last : 0; i <= last; i++)
        {
            sum.Add(i, together ? claim.Quantity : claim.PerDay[i]);
            if (i < last && !EndsStage(rounding.Stage, claim.Day(i))) continue;
            var now = Capped(sum.Raw(), cap);
            rounded += rounding.Apply(now - before);
            before = now;
        }
        return (sum, Capped(rounded, cap));
    }

    private static bool EndsStage(RoundingStage stage, LocalDay day) =>
        stage == RoundingStage.Day || (stage == RoundingStage.Month && day.Next.Date.Day == 1);

    private static int? CrossingDay(RouteRule rule, Claim claim, decimal? cap)
    {
        var sum = new Accumulation(rule, claim);
        var least = LeastThatReaches(cap, rule);
        for (var i = 0; i < claim.PerDay.Count; i++)
        {
            sum.Add(i, claim.PerDay[i]);
            if (sum.LimitReached || (sum.Counted >= least && sum.Raw() >= cap)) return i;
        }
        return null;
    }

    /// <summary>A counted quantity below which no price reaches the cap, so that none is asked for: no unit earns more than the highest rate.</summary>
    private static long LeastThatReaches(decimal? cap, RouteRule rule) =>
        cap is not { } most ? long.MaxValue
        : rule.HighestRate is var rate && rate <= 0 ? 0
        : (long)Math.Clamp((most - (rule.FixedSum ?? 0)) / rate * Domain.Quantity.PerUnit, 0, Domain.Quantity.Max);
}
