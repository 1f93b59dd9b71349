using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Tests.Policies;

/// <summary>A policy with one rule made of everything that rules may have, and claims under it; by seed.</summary>
internal sealed class AnyPolicy
{
    private static readonly LegalBasis Basis = new("document", "clause");
    private static readonly Household Anyone =
        new("H", "", "140826101201", HeatingRoute.CoalToElectricity, Conversion.Programme, LocalDay.On(2020, 1, 1), Hardship.Dibao, "", []);

    private readonly Random random;

    public AnyPolicy(int seed)
    {
        random = new Random(seed);
        Rule = AnyRule();
        var rounding = new Rounding(new[] { 0.01m, 0.1m, 1 }[random.Next(3)], (RoundingMode)random.Next(4), random.Next(3) == 0 ? (RoundingStage)random.Next(3) : RoundingStage.Season);
        Policy = new SubsidyPolicy("p", 1, "", ["1408"], 2025, null, (11, 15), (3, 15), new Dictionary<string, HeatingSeason>(), new HashSet<ExclusionKind>(), [Rule],
            [new TopUp([Hardship.Dibao], [], random.Next(0, 30_000) / 100m, "county", random.Next(2) == 0, Basis)], rounding, Basis);
    }

    public RouteRule Rule { get; }

    public SubsidyPolicy Policy { get; }

    /// <summary>A claim without doubt.</summary>
    public Claim AnyClaim()
    {
        var season = Policy.Season(2025);
        var (days, claims) = (new long[season.Days], new bool[season.Days]);
        var (most, first) = (random.Next(1, 3_000_000), random.Next(season.Days));
        for (var i = 0; i < days.Length; i++)
        {
            claims[i] = i >= first && random.Next(20) != 0;
            if (claims[i]) days[i] = random.Next(5) == 0 ? 0 : random.Next(most);
        }
        var baseUse = random.Next(0, 3_000_000);
        return Of(season, days, claims, new BaseUse(baseUse, baseUse, baseUse), random.Next(3) == 0 ? random.NextInt64(100_000_000) : null);
    }

    /// <summary>The same claim seen through doubtful readings: another distribution of the days, and bounds that the truth lies within.</summary>
    public Claim Doubtful(Claim truth)
    {
        var days = truth.PerDay.ToArray();
        var moved = 0L;
        for (var times = random.Next(4); times > 0; times--)
        {
            var (from, to) = (random.Next(days.Length), random.Next(days.Length));
            if (!truth.Claimed[to] || days[from] == 0) continue;
            var part = random.NextInt64(days[from] + 1);
            days[from] -= part;
            days[to] += part;
            moved += part;
        }
        var some = truth.Claimed.ToList().FindIndex(c => c);
        var change = some < 0 || random.Next(3) == 0 ? 0 : random.NextInt64(-days[some], 5_000_000);
        if (some >= 0) days[some] += change;
        var use = truth.Base.Quantity + random.NextInt64(-Math.Min(truth.Base.Quantity, 100_000), 100_000);
        var seen = Of(truth.Season, days, [.. truth.Claimed], new BaseUse(use, Math.Min(use, truth.Base.Quantity), Math.Max(use, truth.Base.Quantity)), truth.Quota);
        return seen with { Low = Math.Min(seen.Quantity, truth.Quantity), High = Math.Max(seen.Quantity, truth.Quantity), Movable = moved };
    }

    /// <summary>The same claim with more use on some day.</summary>
    public Claim More(Claim claim)
    {
        var days = claim.PerDay.ToArray();
        if (claim.Any) days[claim.Claimed.ToList().FindLastIndex(c => c)] += random.NextInt64(1_000_000);
        return Of(claim.Season, days, [.. claim.Claimed], claim.Base, claim.Quota);
    }

    private static Claim Of(HeatingSeason season, long[] days, bool[] claims, BaseUse use, long? quota) =>
        new(Anyone, season, days, claims, days.Sum(), days.Sum(), 0, use, quota);

    private RouteRule AnyRule()
    {
        var flat = RouteRule.Flat(HeatingRoute.CoalToElectricity, Energy.Electricity, Rate(), random.Next(3) == 0 ? null : random.Next(0, 200_000) / 100m, Basis);
        var prices = new List<Prices> { AnyPrices(null) };
        for (var changes = random.Next(4) == 0 ? random.Next(1, 3) : 0; changes > 0; changes--)
            prices.Add(AnyPrices(new LocalDay((prices[^1].From ?? LocalDay.On(2025, 11, 20)).Number + random.Next(1, 50))));
        return flat with
        {
            Prices = prices,
            FixedSum = random.Next(5) == 0 ? random.Next(1, 1_000) : null,
            Caps = new Caps(flat.Caps.SeasonMoney, random.Next(4) == 0 ? random.NextInt64(1, 150_000_000) : null, random.Next(4) == 0 ? random.NextInt64(1, 50_000_000) : null),
            Separation = random.Next(4) switch
            {
                0 => new Separation(HeatingSeparation.BaseMonth, [], 10, 0, false),
                1 => new Separation(HeatingSeparation.Floor, [], 0, random.NextInt64(20_000_000), random.Next(2) == 0),
                _ => flat.Separation,
            },
            WholeUnits = random.Next(3) == 0,
            Shares = random.Next(3) == 0 ? new FundingShares([new("city", 2, random.Next(2) == 0 ? 500 : null), new("county", 3, random.Next(2) == 0 ? 300 : null)], new Dictionary<string, IReadOnlyList<FundingShare>>()) : flat.Shares,
        };
    }

    private Prices AnyPrices(LocalDay? from)
    {
        if (random.Next(2) == 0) return Prices.Flat(Rate()) with { From = from };
        var (tiers, end) = (new List<Tier>(), 0L);
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            end += random.NextInt64(1, 60_000_000);
            tiers.Add(new Tier(count == 1 && random.Next(2) == 0 ? null : end, Rate()));
        }
        return new Prices(from, (TierMode)random.Next(2), tiers);
    }

    private decimal Rate() => random.Next(0, 20_000) / 10_000m;
}
