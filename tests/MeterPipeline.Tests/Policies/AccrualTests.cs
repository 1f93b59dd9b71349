using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Tests.House;

namespace MeterPipeline.Tests.Policies;

/// <summary>The arithmetic under the shipped policies and the rules collected from other places. A new case is a line in cases/*.txt and needs no code.</summary>
[Trait(Effort.Category, Effort.Random)]
public sealed class AccrualTests
{
    private static readonly int Seeds = Effort.Times(800);
    private static readonly string Cases = Repository.PathOf("tests", "MeterPipeline.Tests", "Policies", "cases");
    private static readonly LegalBasis Basis = new("document", "clause");
    private static readonly Household Anyone =
        new("H", "", "140826101201", HeatingRoute.CoalToElectricity, Conversion.Programme, LocalDay.On(2020, 1, 1), Hardship.Dibao, "", []);

    public static TheoryData<string> CaseFiles() => [.. Directory.EnumerateFiles(Cases, "*.txt").Order(StringComparer.Ordinal).Select(f => Path.GetFileName(f)!)];

    [Theory]
    [MemberData(nameof(CaseFiles))]
    public void Every_line_of_a_case_file_holds(string file)
    {
        var run = new AccrualCase(KnownPolicies.All);
        var failures = new List<string>();
        var lines = File.ReadAllLines(Path.Combine(Cases, file));
        for (var i = 0; i < lines.Length; i++)
            if (lines[i].Trim() is not ("" or ['#', ..])) failures.AddRange(run.Run(lines[i]).Select(problem => $"{file}:{i + 1}: {problem}"));
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    /// <summary>Seeded: a failure names the seed that repeats it.</summary>
    [Fact]
    public void Whatever_the_rule_the_cap_holds_and_the_days_add_up()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var any = new AnyPolicy(seed);
            var accrual = Accrual.Of(any.Policy, any.Rule, any.AnyClaim());
            var perDay = new decimal[accrual.Claim.PerDay.Count];
            accrual.PerDay(perDay);

            var cap = accrual.MoneyCap ?? decimal.MaxValue;
            Assert.True(perDay.Sum() == Math.Min(accrual.Raw, cap), $"seed {seed}: days add up to {perDay.Sum()}, raw {accrual.Raw}, cap {cap}");
            Assert.True(accrual.Operating <= cap, $"seed {seed}: operating {accrual.Operating}, cap {cap}");
            Assert.True(accrual.Counted <= Math.Min(any.Rule.Caps.SeasonQuantity ?? long.MaxValue, accrual.Claim.Quota ?? long.MaxValue), $"seed {seed}: counts {accrual.Counted}");
            Assert.True(accrual.Shares.Count == 0 || accrual.Shares.Sum(s => s.Yuan) == Money.RoundToFen(accrual.Operating), $"seed {seed}: shares of {accrual.Operating}");
            Assert.True(accrual.LowTotal == accrual.Total && accrual.Total == accrual.HighTotal, $"seed {seed}: {accrual.LowTotal} {accrual.Total} {accrual.HighTotal} without doubt");
            Assert.True(accrual.CapReached == (accrual.CapDay is not null), $"seed {seed}: cap reached {accrual.CapReached} on day {accrual.CapDay}");
            if (any.Policy.Rounding is { Stage: RoundingStage.Season } rounding)
                Assert.True(Math.Abs(accrual.Operating - perDay.Sum()) <= rounding.Unit, $"seed {seed}: rounding moved {accrual.Operating - perDay.Sum()}");
            var traced = AccrualTrace.Of(accrual, any.Policy.Rounding);
            Assert.True(traced.Where(s => s.Kind is AccrualStepKind.Tier or AccrualStepKind.FixedSum).Sum(s => s.Yuan) == accrual.Raw, $"seed {seed}: the steps do not add up to {accrual.Raw}");
        }
    }

    /// <summary>Doubtful readings widen the bounds so far that the true amount is always inside.</summary>
    [Fact]
    public void The_true_amount_lies_within_the_bounds()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var any = new AnyPolicy(seed);
            var truth = any.AnyClaim();
            var seen = Accrual.Of(any.Policy, any.Rule, any.Doubtful(truth));
            var amount = Accrual.Of(any.Policy, any.Rule, truth).Total;
            Assert.True(seen.LowTotal <= seen.Total && seen.Total <= seen.HighTotal, $"seed {seed}: {seen.LowTotal} {seen.Total} {seen.HighTotal}");
            Assert.True(seen.LowTotal <= amount && amount <= seen.HighTotal, $"seed {seed}: truly {amount}, bounds {seen.LowTotal} {seen.HighTotal}");
        }
    }

    [Fact]
    public void More_use_never_earns_less()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var any = new AnyPolicy(seed);
            // A cheaper band for everything, or an amount rounded in stages, may take back what more use earned.
            if (any.Rule.Prices.Any(p => p.Mode == TierMode.WholeVolume) || any.Policy.Rounding.Stage != RoundingStage.Season) continue;
            var claim = any.AnyClaim();
            var (before, after) = (Accrual.Of(any.Policy, any.Rule, claim).Total, Accrual.Of(any.Policy, any.Rule, any.More(claim)).Total);
            Assert.True(after >= before, $"seed {seed}: {after} after {before}");
        }
    }

    [Fact]
    public void A_top_up_may_ask_for_consumption()
    {
        var rule = RouteRule.Flat(HeatingRoute.CoalToElectricity, Energy.Electricity, 0.1m, 1040, Basis);
        var policy = KnownPolicies.Shipped.Select("140826101201", 2025)! with { Rules = [rule], TopUps = [new TopUp([Hardship.Dibao], [], 200, "county", true, Basis)] };
        Assert.Equal(0, Accrual.Of(policy, rule, OneDay(0, 0, 0)).Total);
        var uncertain = Accrual.Of(policy, rule, OneDay(0, 0, 1));
        Assert.Equal((0m, 200m), (uncertain.LowTotal, uncertain.HighTotal));
        Assert.Equal(200.10m, Accrual.Of(policy, rule, OneDay(10_000, 10_000, 10_000)).Total);
    }

    [Fact]
    public void Bounds_that_do_not_enclose_the_quantity_are_refused()
    {
        var any = new AnyPolicy(1);
        Assert.Throws<ArgumentException>(() => Accrual.Of(any.Policy, any.Rule, OneDay(5, 6, 7)));
        Assert.Throws<ArgumentException>(() => Accrual.Of(any.Policy, any.Rule, OneDay(5, 3, 4)));
    }

    [Fact]
    public void Without_a_document_that_names_shares_nobody_is_named() =>
        Assert.Empty(FundingShares.Split(10, FundingShares.Unsaid.In("140826101201")));

    private static Claim OneDay(long quantity, long low, long high) =>
        new(Anyone, new HeatingSeason("2025-2026", LocalDay.On(2025, 11, 15), LocalDay.On(2025, 11, 15)), [quantity], [true], low, high);
}
