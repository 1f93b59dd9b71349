namespace MeterPipeline.Domain.Policies;

/// <summary>How tiers 阶梯 price a season's quantity.</summary>
public enum TierMode : byte
{
    /// <summary>Each tier's rate for the part that falls into it.</summary>
    Marginal,

    /// <summary>The rate of the tier that the whole season ends in, for everything: amounts jump at the borders.</summary>
    WholeVolume,
}

/// <summary>When a tier is paid out.</summary>
public enum PaidWhen : byte { AfterSeason, BeforeSeason }

/// <param name="UpTo">Last cumulative quantity of the tier, 0.0001 kWh or m³, inclusive; null: without end.</param>
/// <param name="Rate">Yuan per kWh or m³, not negative.</param>
public sealed record Tier(long? UpTo, decimal Rate, PaidWhen Paid = PaidWhen.AfterSeason);

/// <summary>Rates in force from a day on.</summary>
/// <param name="From">First day; null: from the beginning.</param>
/// <param name="Tiers">At least one, ends ascending; what lies beyond the last end earns nothing more. A flat rate is one tier without end.</param>
public sealed record Prices(LocalDay? From, TierMode Mode, IReadOnlyList<Tier> Tiers)
{
    public static Prices Flat(decimal rate) => new(null, TierMode.Marginal, [new Tier(null, rate)]);

    /// <summary>Quantity beyond which nothing more is earned; null: there is no such end.</summary>
    public long? End => Tiers[^1].UpTo;

    public decimal HighestRate => Tiers.Max(t => t.Rate);

    public decimal LowestRate => Tiers.Min(t => t.Rate);

    /// <summary>Yuan for the quantities between two cumulative ones, each at the rate of its tier; exact.</summary>
    public decimal Marginal(long from, long until)
    {
        var (amount, begin) = (0m, 0L);
        foreach (var tier in Tiers)
        {
            var end = tier.UpTo ?? long.MaxValue;
            var part = Math.Min(until, end) - Math.Max(from, begin);
            if (part > 0) amount += Quantity.ToDecimal(part) * tier.Rate;
            begin = end;
        }
        return amount;
    }

    /// <summary>The tier that a cumulative quantity lies in; the last one beyond all ends.</summary>
    public Tier TierOf(long quantity)
    {
        foreach (var tier in Tiers)
            if (tier.UpTo is not { } end || quantity <= end) return tier;
        return Tiers[^1];
    }
}
