using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Policies;
using MeterPipeline.Tests.House;

namespace MeterPipeline.Tests.Policies;

/// <summary>The arithmetic under the shipped policies. A new case is a line in cases/*.txt and needs no code.</summary>
public sealed class AccrualTests
{
    private static readonly string Cases = Repository.PathOf("tests", "MeterPipeline.Tests", "Policies", "cases");
    private static readonly LegalBasis Basis = new("document", "clause");
    private static readonly Household Anyone =
        new("H", "", "140826101201", HeatingRoute.CoalToElectricity, Conversion.Programme, LocalDay.On(2020, 1, 1), Hardship.Dibao, "", []);

    public static TheoryData<string> CaseFiles() => [.. Directory.EnumerateFiles(Cases, "*.txt").Order(StringComparer.Ordinal).Select(f => Path.GetFileName(f)!)];

    [Theory]
    [MemberData(nameof(CaseFiles))]
    public void Every_line_of_a_case_file_holds(string file)
    {
        var run = new AccrualCase(PolicyFiles.Load(Repository.PathOf("deploy", "policies")));
        var failures = new List<string>();
        var lines = File.ReadAllLines(Path.Combine(Cases, file));
        for (var i = 0; i < lines.Length; i++)
            if (lines[i].Trim() is not ("" or ['#', ..])) failures.AddRange(run.Run(lines[i]).Select(problem => $"{file}:{i + 1}: {problem}"));
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    /// <summary>Seeded: a failure names the seed that repeats it.</summary>
    [Fact]
    public void Whatever_the_days_the_cap_holds_and_the_days_add_up()
    {
        for (var seed = 0; seed < 3_000; seed++)
        {
            var random = new Random(seed);
            var (policy, rule) = AnyPolicy(random);
            var days = AnyDays(random);
            var sum = days.Sum();
            var (low, high) = (sum - random.NextInt64(sum + 1), sum + random.NextInt64(sum + 1));
            var accrual = Accrual.Of(policy, rule, Anyone, days, low, high, true);
            var perDay = new decimal[days.Length];
            Accrual.PerDay(rule, days, perDay);

            var cap = rule.SeasonCap ?? decimal.MaxValue;
            Assert.True(perDay.Sum() == Math.Min(accrual.Raw, cap), $"seed {seed}: days add up to {perDay.Sum()}, raw {accrual.Raw}, cap {cap}");
            Assert.True(perDay.All(yuan => yuan >= 0), $"seed {seed}: a day takes money back");
            Assert.True(accrual.Operating <= cap && accrual.Operating == Math.Round(accrual.Operating, 2), $"seed {seed}: operating {accrual.Operating}, cap {cap}");
            Assert.True(Math.Abs(accrual.Operating - perDay.Sum()) <= 0.005m, $"seed {seed}: rounding moved {accrual.Operating - perDay.Sum()}");
            Assert.True(accrual.LowTotal <= accrual.Total && accrual.Total <= accrual.HighTotal, $"seed {seed}: {accrual.LowTotal} {accrual.Total} {accrual.HighTotal}");
            Assert.True(accrual.CapReached == (accrual.Raw >= cap), $"seed {seed}: cap reached {accrual.CapReached}");
            AssertCapDay(seed, rule, accrual, days, perDay);
        }
    }

    [Fact]
    public void More_use_never_earns_less()
    {
        for (var seed = 0; seed < 1_000; seed++)
        {
            var random = new Random(seed);
            var (policy, rule) = AnyPolicy(random);
            var days = AnyDays(random);
            var before = Total(policy, rule, days);
            days[random.Next(days.Length)] += random.NextInt64(1_000_000);
            Assert.True(Total(policy, rule, days) >= before, $"seed {seed}: {Total(policy, rule, days)} after {before}");
        }
    }

    [Fact]
    public void A_top_up_may_ask_for_consumption()
    {
        var rule = new RouteRule(HeatingRoute.CoalToElectricity, Energy.Electricity, 0.1m, 1040, HeatingSeparation.None, Basis);
        var policy = Policy(rule, new TopUp([Hardship.Dibao], 200, "county", true, Basis));
        Assert.Equal(0, Accrual.Of(policy, rule, Anyone, [0L], 0, 0, true).Total);
        var uncertain = Accrual.Of(policy, rule, Anyone, [0L], 0, 1, true);
        Assert.Equal((0m, 200m), (uncertain.LowTotal, uncertain.HighTotal));
        Assert.Equal(200.10m, Accrual.Of(policy, rule, Anyone, [10_000L], 10_000, 10_000, true).Total);
    }

    [Fact]
    public void Bounds_that_do_not_enclose_the_quantity_are_refused()
    {
        var (policy, rule) = AnyPolicy(new Random(1));
        Assert.Throws<ArgumentException>(() => Accrual.Of(policy, rule, Anyone, [5L], 6, 7, true));
        Assert.Throws<ArgumentException>(() => Accrual.Of(policy, rule, Anyone, [5L], 3, 4, true));
    }

    private static void AssertCapDay(int seed, RouteRule rule, Accrual accrual, long[] days, decimal[] perDay)
    {
        if (accrual.CapDay is not { } day)
        {
            Assert.False(accrual.CapReached, $"seed {seed}: the cap is reached on no day");
            return;
        }
        Assert.True(accrual.CapReached && perDay[..(day + 1)].Sum() == rule.SeasonCap, $"seed {seed}: by day {day} {perDay[..(day + 1)].Sum()} of {rule.SeasonCap}");
        Assert.True(rule.SeasonCap == 0 || perDay[..day].Sum() < rule.SeasonCap, $"seed {seed}: reached before day {day}");
        Assert.True(perDay[(day + 1)..].All(yuan => yuan == 0), $"seed {seed}: paid after day {day} of {days.Length}");
    }

    private static decimal Total(SubsidyPolicy policy, RouteRule rule, long[] days) => Accrual.Of(policy, rule, Anyone, days, days.Sum(), days.Sum(), true).Total;

    private static (SubsidyPolicy, RouteRule) AnyPolicy(Random random)
    {
        decimal? cap = random.Next(4) == 0 ? null : random.Next(0, 200_000) / 100m;
        var rule = new RouteRule(HeatingRoute.CoalToElectricity, Energy.Electricity, random.Next(0, 20_000) / 10_000m, cap, HeatingSeparation.None, Basis);
        return (Policy(rule, new TopUp([Hardship.Dibao], random.Next(0, 30_000) / 100m, "county", random.Next(2) == 0, Basis)), rule);
    }

    private static long[] AnyDays(Random random)
    {
        var days = new long[random.Next(1, 153)];
        var most = random.Next(1, 3_000_000);
        for (var i = 0; i < days.Length; i++) days[i] = random.Next(5) == 0 ? 0 : random.Next(most);
        return days;
    }

    private static SubsidyPolicy Policy(RouteRule rule, TopUp topUp) => new(
        "p", 1, "", ["1408"], 2025, null, (11, 15), (3, 15), new Dictionary<string, HeatingSeason>(), new HashSet<ExclusionKind>(), [rule], [topUp], Basis);
}
