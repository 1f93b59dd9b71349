using MeterPipeline.Domain;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Policies;
using MeterPipeline.Tests.House;

namespace MeterPipeline.Tests.Policies;

/// <summary>What the loader says about a wrong file: place to the column, message, remedy.</summary>
public sealed class PolicyFilesTests
{
    [Fact]
    public void The_shipped_policies_say_what_the_documents_say()
    {
        var book = PolicyFiles.Load(Repository.PathOf("deploy", "policies"));
        Assert.Equal(["hejin-2024", "yuncheng-2025"], book.Policies.Select(p => p.Id));
        Assert.Equal("yuncheng-2025", book.Select("140826101201", 2025)?.Id);
        Assert.Equal("hejin-2024", book.Select("140882101214", 2025)?.Id);
        Assert.Equal("hejin-2024", book.Select("140882101214", 2024)?.Id);
        Assert.Null(book.Select("140826101201", 2024));
        Assert.Null(book.Select("140922100000", 2025));
        foreach (var policy in book.Policies)
        {
            var rules = policy.Rules.ToDictionary(r => r.Route, r => (r.RateText, r.Caps.SeasonMoney));
            Assert.Equal(("0.1", 1040m), rules[HeatingRoute.CoalToElectricity]);
            Assert.Equal(("1", 1200m), rules[HeatingRoute.CoalToGas]);
            Assert.Equal((121, 122), (policy.Season(2025).Days, policy.Season(2027).Days));
            Assert.All(policy.Rules, rule => Assert.NotNull(rule.Basis.Quote));
        }
    }

    [Fact]
    public void A_sound_file_is_read_exactly()
    {
        var text = Spoilt("    rate: 1", "    rate: 0.2862").Replace("  end: \"03-15\"", "  end: \"02-29\"\n  dated:\n    2026-2027: { first: 2026-11-01, last: 2027-03-31 }");
        using var folder = new PolicyFolder(("a.yaml", text));
        var policy = PolicyFiles.Load(folder.Path).Policies.Single();
        Assert.Equal("0.2862", policy.Rules.Single().RateText);
        Assert.Equal(LocalDay.On(2026, 2, 28), policy.Season(2025).Last);
        Assert.Equal(LocalDay.On(2028, 2, 29), policy.Season(2027).Last);
        Assert.Equal((LocalDay.On(2026, 11, 1), LocalDay.On(2027, 3, 31)), (policy.Season(2026).First, policy.Season(2026).Last));
        Assert.Equal("文〔2025〕1号", policy.Rules.Single().Basis.Document);
        Assert.False(policy.TopUps.Single().RequiresConsumption);
    }

    [Theory]
    [InlineData("version: 1", "version: one", 2, 10, "'one' is not a number")]
    [InlineData("version: 1", "version: 0", 2, 10, "'version' is 0")]
    [InlineData("version: 1", "version: 1.5", 2, 10, "'version' has more than 0 decimals: 1.5")]
    [InlineData("id: village-2025", "id: Village 2025", 1, 5, "'Village 2025' is no policy id")]
    [InlineData("title: Village", "titel: Village", 3, 1, "Unknown key 'titel'. Did you mean 'title'?")]
    [InlineData("title: Village", "title: [a, b]", 3, 8, "'title' must be a single value")]
    [InlineData("title: Village", "title:", 3, 7, "'title' is empty")]
    [InlineData("title: Village", "id: again", 3, 1, "Not YAML: Duplicate key")]
    [InlineData("areas: [\"140826\"]", "areas: \"140826\"", 6, 8, "'areas' must be a list")]
    [InlineData("areas: [\"140826\"]", "areas: []", 6, 8, "'areas' is empty")]
    [InlineData("areas: [\"140826\"]", "areas: [\"14082\"]", 6, 9, "'14082' is no beginning of a division code")]
    [InlineData("areas: [\"140826\"]", "areas: [\"140800000000\"]", 6, 9, "'140800000000' would match no village. Write its beginning only: \"1408\".")]
    [InlineData("areas: [\"140826\"]", "areas: [\"140826\", \"140826\"]", 6, 19, "Area 140826 is named twice")]
    [InlineData("  from: 2025-2026", "  from: 2025-2027", 8, 9, "'2025-2027' is no season")]
    [InlineData("  from: 2025-2026", "  from: 2025-2026\n  to: 2024-2025", 9, 7, "The last season is before the first")]
    [InlineData("  start: \"11-15\"", "  start: \"03-16\"", 10, 10, "The season would end before it starts")]
    [InlineData("  start: \"11-15\"", "  start: \"11-31\"", 10, 10, "'11-31' is no day of a year")]
    [InlineData("  end: \"03-15\"", "  end: \"11-20\"", 11, 8, "The season would end before it starts")]
    [InlineData("  end: \"03-15\"", "  dated: { 2025-2026: { first: 2025-11-15, last: 2025-11-14 } }", 11, 50, "Season 2025-2026 ends before it starts")]
    [InlineData("  end: \"03-15\"", "  dated: { 2025-2026: { first: 2024-11-15, last: 2026-03-14 } }", 11, 32, "2024-11-15 is not in the year of season 2025-2026")]
    [InlineData("  end: \"03-15\"", "  dated: { 2024-2025: { first: 2024-11-15, last: 2025-03-14 } }", 11, 23, "The policy does not cover season 2024-2025")]
    [InlineData("exclusions: [central-heating]", "exclusions: [centralheating]", 12, 14, "'centralheating' is not a value of 'exclusions'. Did you mean 'central-heating'?")]
    [InlineData("exclusions: [central-heating]", "", 1, 1, "Key 'exclusions' is missing")]
    [InlineData("  - route: coal-to-gas", "  - route: coal-to-gass", 14, 12, "'coal-to-gass' is not a value of 'route'. Did you mean 'coal-to-gas'?")]
    [InlineData("  - route: coal-to-gas", "  - route: coal-to-biomass", 14, 5, "Key 'unit' is missing")]
    [InlineData("    rate: 1", "    rate: -0.1", 15, 11, "'rate' is negative: -0.1")]
    [InlineData("    rate: 1", "    rate: 0.12345", 15, 11, "'rate' has more than 4 decimals: 0.12345")]
    [InlineData("    rate: 1", "    rate: 1e3", 15, 11, "'1e3' is not a number")]
    [InlineData("    rate: 1", "    rate: 0,1", 15, 11, "'0,1' is not a number")]
    [InlineData("    season-cap: 1200", "    season-cap: -1", 16, 17, "'season-cap' is negative: -1")]
    [InlineData("    season-cap: 1200", "    season_cap: 1200", 16, 5, "Unknown key 'season_cap'. Did you mean 'season-cap'?")]
    [InlineData("    separation: none", "    separation: base-month", 17, 17, "'base-month' needs more than its name. Write {kind: base-month, month: 10}.")]
    [InlineData("    separation: none", "    separation: {kind: floor, quantity: 40}", 17, 17, "Key 'counts' is missing")]
    [InlineData("    separation: none", "    separation: {kind: base-month, month: 0}", 17, 43, "'month' is 0")]
    [InlineData("    separation: none", "    separation: {kind: none, month: 10}", 17, 37, "'month' means nothing with this kind of separation")]
    [InlineData("    separation: none", "    separation: {kind: tou-window, registers: [T4]}", 17, 47, "Gas meters have no tariff registers")]
    [InlineData("    rate: 1", "    tiers: {mode: marginal, steps: [{up-to: 10, rate: 1}, {up-to: 10, rate: 2}]}", 15, 67, "Tiers are out of order: 10 does not come after 10")]
    [InlineData("    rate: 1", "    tiers: {mode: marginal, steps: [{rate: 1}, {up-to: 10, rate: 2}]}", 15, 44, "Only the last tier may be without end")]
    [InlineData("    rate: 1", "    rate: 1\n    tiers: {mode: marginal, steps: [{rate: 1}]}", 16, 12, "Both 'rate' and 'tiers' are given")]
    [InlineData("    rate: 1", "    rate: 1\n    rate-changes: [{from: 2025-06-30, rate: 2}]", 16, 27, "The policy does not cover 2025-06-30")]
    [InlineData("    rate: 1", "    rate: 1\n    rate-changes: [{from: 2026-01-02, rate: 2}, {from: 2026-01-01, rate: 3}]", 16, 56, "2026-01-01 does not come after 2026-01-02")]
    [InlineData("    rate: 1", "    rate: 1\n    rate-changes: [{from: 2026-01-02}]", 16, 27, "Nothing changes on 2026-01-02")]
    [InlineData("    rate: 1\n    season-cap: 1200", "    season-cap: 1200", 14, 5, "The rule pays nothing")]
    [InlineData("    rate: 1", "    rate: 1\n    quota: {per-household: 10400}", 16, 12, "Only village heating enterprises have a quota")]
    [InlineData("    rate: 1", "    rate: 1\n    unit: t", 16, 11, "The unit follows from the meter")]
    [InlineData("    rate: 1", "    rate: 1\n    shares: {split: [{level: city, share: 0.4}, {level: county, share: 0.5}]}", 16, 21, "The shares add up to 9/10 instead of 1")]
    [InlineData("    rate: 1", "    rate: 1\n    shares: {split: [{level: city, share: 1/0}]}", 16, 43, "'1/0' is no fraction")]
    [InlineData("    rate: 1", "    rate: 1\n    shares: {split: [{level: city, share: 0.5}, {level: city, share: 0.5}]}", 16, 57, "Level 'city' is named twice")]
    [InlineData("    rate: 1", "    rate: 1\n    payment: {mode: prepaid-credit, unused: return}", 16, 14, "Key 'credit' is missing")]
    [InlineData("    rate: 1", "    rate: 1\n    payment: {mode: reimburse, credit: 600}", 16, 40, "'credit' means nothing without a prepaid credit")]
    [InlineData("    rate: 1", "    rate: 1\n    claimants: {accepted-from: 2025-01-02, accepted-to: 2025-01-01}", 16, 57, "The last day of acceptance is before the first")]
    [InlineData("  - route: coal-to-gas", "  - route: central-heating", 14, 12, "A rule for central-heating must name its energy")]
    [InlineData("  - route: coal-to-gas", "  - route: coal-to-gas\n    energy: electricity", 15, 13, "Route 'coal-to-gas' does not use electricity")]
    [InlineData("exclusions: [central-heating]", "exclusions: []\nrounding: {unit: fen, mode: half-up, stage: year}", 13, 45, "'year' is not a value of 'stage'")]
    [InlineData("    separation: none", "    separation: non", 17, 17, "'non' is not a value of 'separation'. Did you mean 'none'?")]
    [InlineData("  - who: [dibao]", "  - who: [dibao, rich]", 20, 18, "'rich' is not a value of 'who'. Known: dibao, wubao, other.")]
    [InlineData("    amount: 200", "    amount: 200.005", 21, 13, "'amount' has more than 2 decimals: 200.005")]
    [InlineData("    payer: county", "    payer: count", 22, 12, "'count' is not a value of 'payer'. Did you mean 'county'?")]
    [InlineData("    payer: county", "    payer: county\n    requires-consumption: maybe", 23, 27, "'maybe' is not a value of 'requires-consumption'")]
    public void A_wrong_line_is_named_with_its_place(string line, string spoilt, int atLine, int atColumn, string message)
    {
        using var folder = new PolicyFolder(("a.yaml", Spoilt(line, spoilt)));
        var problem = Assert.Single(Problems(folder));
        Assert.StartsWith($"{Path.Combine(folder.Path, "a.yaml")}:{atLine}:{atColumn}: {message}", problem.ToString());
        Assert.EndsWith(problem.Remedy, problem.ToString());
        Assert.NotEmpty(problem.Remedy);
    }

    [Fact]
    public void Every_problem_is_named_not_only_the_first()
    {
        var text = Spoilt("    rate: 1", "    rate: -1").Replace("amount: 200", "amount: much").Replace("title:", "tilte:");
        using var folder = new PolicyFolder(("a.yaml", text), ("b.yaml", "- 1"));
        Assert.Equal([("a.yaml", 3L), ("a.yaml", 15L), ("a.yaml", 21L), ("b.yaml", 1L)], Problems(folder).Select(p => (Path.GetFileName(p.File), p.Line)));
    }

    [Fact]
    public void Two_files_that_nothing_decides_between_are_refused_by_both_names()
    {
        using var folder = new PolicyFolder(("a.yaml", PolicyFolder.Sound), ("b.yaml", Spoilt("id: village-2025", "id: other")));
        var problem = Assert.Single(Problems(folder));
        Assert.Equal(("b.yaml", 6L, 8L), (Path.GetFileName(problem.File), problem.Line, problem.Column));
        Assert.Contains("other v1 and village-2025 v1 (a.yaml) both claim area 140826", problem.Message);
    }

    [Fact]
    public void One_season_in_common_is_enough_to_refuse()
    {
        using var folder = new PolicyFolder(
            ("a.yaml", Spoilt("  from: 2025-2026", "  from: 2025-2026\n  to: 2026-2027")),
            ("b.yaml", Spoilt("id: village-2025", "id: other").Replace("from: 2025-2026", "from: 2026-2027")));
        Assert.Contains("both claim area 140826", Assert.Single(Problems(folder)).Message);
    }

    [Fact]
    public void The_same_version_twice_is_refused_even_for_another_area()
    {
        using var folder = new PolicyFolder(("a.yaml", PolicyFolder.Sound), ("b.yaml", Spoilt("areas: [\"140826\"]", "areas: [\"1403\"]")));
        var problem = Assert.Single(Problems(folder));
        Assert.Equal(("b.yaml", 2L, 10L, "village-2025 version 1 stands in a.yaml too"), (Path.GetFileName(problem.File), problem.Line, problem.Column, problem.Message));
    }

    [Fact]
    public void One_may_follow_the_other_or_be_more_specific()
    {
        using var folder = new PolicyFolder(
            ("a.yaml", Spoilt("  from: 2025-2026", "  from: 2025-2026\n  to: 2026-2027")),
            ("b.yaml", Spoilt("version: 1", "version: 2").Replace("from: 2025-2026", "from: 2027-2028")),
            ("c.yaml", Spoilt("id: village-2025", "id: city").Replace("140826", "1408")));
        var book = PolicyFiles.Load(folder.Path);
        Assert.Equal((1, 2), (book.Select("140826101201", 2026)!.Version, book.Select("140826101201", 2027)!.Version));
        Assert.Equal("city", book.Select("140801101201", 2027)!.Id);
    }

    [Theory]
    [InlineData("", "The file is empty")]
    [InlineData("a: [", "Not YAML")]
    [InlineData("just text", "Expected keys with values here")]
    public void What_is_no_policy_at_all_is_said(string text, string message)
    {
        using var folder = new PolicyFolder(("a.yaml", text));
        Assert.StartsWith(message, Assert.Single(Problems(folder)).Message);
    }

    [Fact]
    public void A_file_in_another_encoding_is_refused()
    {
        using var folder = new PolicyFolder();
        File.WriteAllBytes(Path.Combine(folder.Path, "a.yaml"), [.. "title: "u8, 0xD4, 0xCB, 0xB3, 0xC7]);
        Assert.Equal("The file is not UTF-8", Assert.Single(Problems(folder)).Message);
    }

    [Fact]
    public void A_second_document_is_refused()
    {
        using var folder = new PolicyFolder(("a.yaml", PolicyFolder.Sound + "\n---\nid: more\n"));
        Assert.Equal((25L, 1L, "A second document in one file"), Assert.Single(Problems(folder)) is var p ? (p.Line, p.Column, p.Message) : default);
    }

    [Fact]
    public void A_missing_or_empty_folder_is_refused()
    {
        using var folder = new PolicyFolder();
        Assert.Contains("holds no *.yaml file", Assert.Single(Problems(folder)).ToString());
        var missing = Assert.Throws<PolicyException>(() => PolicyFiles.Load(Path.Combine(folder.Path, "none")));
        Assert.Contains("does not exist. Name it with --policies DIR.", missing.Message);
    }

    private static IReadOnlyList<PolicyProblem> Problems(PolicyFolder folder) => Assert.Throws<PolicyException>(() => PolicyFiles.Load(folder.Path)).Problems;

    private static string Spoilt(string line, string spoilt)
    {
        Assert.Contains(line + "\n", PolicyFolder.Sound + "\n");
        return (PolicyFolder.Sound + "\n").Replace(line + "\n", spoilt + "\n");
    }
}
