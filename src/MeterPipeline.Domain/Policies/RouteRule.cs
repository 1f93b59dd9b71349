using System.Runtime.CompilerServices;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Policies;

/// <summary>How heating use is told apart from household use 采暖用电 / 采暖用气; the documents do not define it, so a policy says.</summary>
public enum HeatingSeparation : byte
{
    /// <summary>Everything that the household's meters count in the season.</summary>
    None,

    /// <summary>Only meters that serve heating alone 分表计量.</summary>
    DedicatedMeter,

    /// <summary>Only the tariff registers named: valley use 谷段 is T4.</summary>
    TouWindow,

    /// <summary>What a month uses beyond the household's use in a base month without heating.</summary>
    BaseMonth,

    /// <summary>What lies beyond a quantity for cooking and light in the season.</summary>
    Floor,
}

/// <summary>Where a rule comes from.</summary>
/// <param name="Document">Issuing number, such as 运政办发〔2025〕11号.</param>
/// <param name="Clause">Place in it, such as 三（二）2.</param>
/// <param name="Quote">The words that the rule rests on; null: not quoted.</param>
public sealed record LegalBasis(string Document, string Clause, string? Quote = null);

/// <summary>A separation and what it needs to know.</summary>
/// <param name="Window">Registers that count, with <see cref="HeatingSeparation.TouWindow"/>.</param>
/// <param name="BaseMonth">Month whose use is not heating, 1 to 12, with <see cref="HeatingSeparation.BaseMonth"/>.</param>
/// <param name="Floor">0.0001 kWh or m³ per season, with <see cref="HeatingSeparation.Floor"/>.</param>
/// <param name="AllOnceAbove">Whether everything counts once the floor is passed, or only what lies above it.</param>
public sealed record Separation(HeatingSeparation Kind, IReadOnlyList<Register> Window, int BaseMonth, long Floor, bool AllOnceAbove)
{
    public static Separation Of(HeatingSeparation kind) => new(kind, [], 0, 0, false);
}

/// <summary>Quota of a village heating enterprise 供暖用电量额度.</summary>
/// <param name="PerHousehold">0.0001 kWh or m³ for each actually heated household.</param>
/// <param name="DailyAverage">Whether the households of all days of the season are averaged; otherwise those of its last day count 清算.</param>
public sealed record Quota(long PerHousehold, bool DailyAverage)
{
    /// <summary>The season's quota, 0.0001 kWh or m³, rounded down.</summary>
    /// <param name="householdsOn">Actually heated households 企业实际供暖户数 on a day.</param>
    public long Of(HeatingSeason season, Func<LocalDay, int> householdsOn)
    {
        if (!DailyAverage) return PerHousehold * householdsOn(season.Last);
        var days = 0L;
        for (var day = season.First; day <= season.Last; day = day.Next) days += householdsOn(day);
        return (long)((Int128)PerHousehold * days / season.Days);
    }
}

/// <summary>Limits of a rule; null: none. Quantities in 0.0001 kWh or m³.</summary>
/// <param name="SeasonMoney">Most yuan per household and season 采暖季每户居民累计最高补贴.</param>
/// <param name="MonthQuantity">Most per calendar month; what a month leaves over is lost.</param>
public sealed record Caps(decimal? SeasonMoney, long? SeasonQuantity, long? MonthQuantity)
{
    public static Caps None { get; } = new(null, null, null);
}

/// <summary>Which households of the route a rule is for; null: no limit.</summary>
/// <param name="AcceptedFrom">First day of acceptance.</param>
/// <param name="AcceptedTo">Last day of acceptance.</param>
public sealed record Claimants(Conversion? Conversion, LocalDay? AcceptedFrom, LocalDay? AcceptedTo)
{
    public static Claimants All { get; } = new(null, null, null);

    public bool Include(Household household) =>
        (Conversion is not { } conversion || household.Conversion == conversion)
        && (AcceptedFrom is not { } from || household.AcceptedOn >= from) && (AcceptedTo is not { } to || household.AcceptedOn <= to);

    /// <summary>Whether some household could be meant by both.</summary>
    public bool Overlap(Claimants other) =>
        (Conversion is null || other.Conversion is null || Conversion == other.Conversion)
        && !(AcceptedTo < other.AcceptedFrom) && !(other.AcceptedTo < AcceptedFrom);
}

/// <summary>Operating subsidy 运行补贴 of one heating route. Quantities in 0.0001 kWh, m³ or t.</summary>
/// <param name="Energy">What is metered; null: nothing, as with biomass and methanol.</param>
/// <param name="Unit">Of rates and quantities: <c>kWh</c>, <c>m³</c>, or where nothing is metered <c>t</c> or <c>can</c>.</param>
/// <param name="Prices">In order of their days, the first without one; empty with a fixed sum alone.</param>
/// <param name="FixedSum">Yuan per household and season for any claim, whatever it used; null: none.</param>
/// <param name="WholeUnits">Only whole kWh or m³ of the season count: gas decimals are usually not billed.</param>
public sealed record RouteRule(
    HeatingRoute Route, Energy? Energy, string Unit, IReadOnlyList<Prices> Prices, decimal? FixedSum, Caps Caps, Separation Separation, bool WholeUnits,
    Quota? Quota, Claimants Claimants, FundingShares Shares, Payment Payment, LegalBasis Basis)
{
    /// <summary>A city's lines ask a few rules 160,000 times.</summary>
    private static readonly ConditionalWeakTable<RouteRule, string> RateTexts = [];

    /// <summary>The plainest rule: a rate and a cap in money.</summary>
    public static RouteRule Flat(HeatingRoute route, Energy energy, decimal rate, decimal? seasonCap, LegalBasis basis) =>
        new(route, energy, UnitOf(energy), [Policies.Prices.Flat(rate)], null, new Caps(seasonCap, null, null), Separation.Of(HeatingSeparation.None), false, null,
            Claimants.All, FundingShares.Unsaid, Payment.Default, basis);

    public static string UnitOf(Energy energy) => energy == Registry.Energy.Electricity ? "kWh" : "m³";

    /// <summary>Every rate in order, for people: <c>0.1</c> or <c>1.36/1.1</c>.</summary>
    public string RateText => RateTexts.GetValue(this, static rule => string.Join('/', rule.Prices.SelectMany(p => p.Tiers)
        .Select(t => t.Rate.ToString("0.####", System.Globalization.CultureInfo.InvariantCulture)).Distinct()));

    public decimal HighestRate => Prices.Count == 0 ? 0 : Prices.Max(p => p.HighestRate);

    /// <summary>Whether it matters on which days a quantity was used; otherwise the amount depends on the season's sum alone.</summary>
    public bool IsByDays => Prices.Count > 1 || Caps.MonthQuantity is not null || Separation.Kind == HeatingSeparation.BaseMonth;

    /// <summary>Index of the prices in force on a day.</summary>
    public int PeriodOf(LocalDay day)
    {
        var period = 0;
        while (period + 1 < Prices.Count && Prices[period + 1].From <= day) period++;
        return period;
    }

    /// <summary>The most that a household can earn in money, by the rule's cap or by those of all levels; null: no limit.</summary>
    public decimal? MoneyCapIn(string division) =>
        (Caps.SeasonMoney, FundingShares.MostOf(Shares.In(division))) switch
        {
            ({ } season, { } levels) => Math.Min(season, levels),
            var (season, levels) => season ?? levels,
        };
}
