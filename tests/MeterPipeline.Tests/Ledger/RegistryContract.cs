using MeterPipeline.Domain;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;

namespace MeterPipeline.Tests.Ledger;

/// <summary>What every ledger promises about the registry.</summary>
public abstract class RegistryContract
{
    private const long Now = 1_763_222_400_000;

    /// <summary>Opens this test's ledger, as one more process would.</summary>
    protected abstract ILedger Open();

    [Fact]
    public void Everything_comes_back_as_it_was_given()
    {
        var ledger = Open();
        var change = Village();
        var result = ledger.ChangeRegistry(change, "li", Now);
        Assert.Equal(new RegistryChangeResult(6, 0, 0, 1), result);

        using var view = Open().OpenView();
        var registry = view.Registry();
        Assert.Equal(1, registry.Version);
        Assert.Equal(change.Divisions[0], registry.Divisions["140882101214"]);
        Assert.Equal(change.Companies[0], registry.Companies["grid"]);
        var household = registry.Households["H1"];
        Assert.Equal(change.Households[0].Exclusions, household.Exclusions);
        Assert.Equal(change.Households[0] with { Exclusions = household.Exclusions }, household);
        Assert.Equal(change.Installations[0], registry.Meters["M1"].Current);
        Assert.Equal(1, registry.Meters["M1"].No);
        Assert.Equal(change.Aliases, view.Aliases("H1"));
        Assert.Equal(change.Aliases, view.Aliases("H9", "H1", "H\0"));
        Assert.Equal(change.Aliases, view.AccountAliases("3301234567890"));
        Assert.Empty(view.AccountAliases("1234567890"));
        Assert.Equal([40, 44], new[] { LocalDay.On(2025, 11, 16), LocalDay.On(2025, 11, 17) }.Select(day => registry.HeatedOn("H1", day)));
    }

    [Fact]
    public void The_same_change_twice_changes_nothing()
    {
        var ledger = Open();
        ledger.ChangeRegistry(Village(), "li", Now);
        Assert.Equal(new RegistryChangeResult(0, 0, 6, 1), Open().ChangeRegistry(Village(), "wang", Now + 1));
        using var view = ledger.OpenView();
        Assert.Equal(1, ledger.RegistryVersion());
        Assert.Single(view.Audit("household", "H1"));
    }

    [Fact]
    public void Changes_are_audited_with_both_texts_and_raise_the_version_once()
    {
        var ledger = Open();
        ledger.ChangeRegistry(Village(), "li", Now);
        using var before = ledger.OpenView();
        var change = new RegistryChange();
        change.Households.Add(Village().Households[0] with { Name = "王五", AcceptedOn = null });
        change.Companies.Add(new Company("gas", "燃气公司", Energy.Gas));
        Assert.Equal(new RegistryChangeResult(1, 1, 0, 2), ledger.ChangeRegistry(change, "wang", Now + 5));

        using var view = ledger.OpenView();
        var audit = view.Audit("household", "H1");
        Assert.Equal([("li", Now), ("wang", Now + 5)], audit.Select(row => (row.Actor, row.AtMs)));
        Assert.Null(audit[0].Before);
        Assert.Equal(audit[0].After, audit[1].Before);
        Assert.Contains("\"accepted_on\":\"2024-10-31\"", audit[1].Before, StringComparison.Ordinal);
        Assert.Contains("王五", audit[1].After, StringComparison.Ordinal);
        Assert.DoesNotContain("accepted_on", audit[1].After, StringComparison.Ordinal);
        Assert.Equal("王五", view.Registry().Households["H1"].Name);
        Assert.Equal("张三", before.Registry().Households["H1"].Name);
    }

    [Fact]
    public void A_view_shows_the_whole_registry_of_its_moment()
    {
        var ledger = Open();
        ledger.ChangeRegistry(Only(Life("M", "H1", "2024-01-01", null)), "li", Now);
        using var before = ledger.OpenView();
        ledger.ChangeRegistry(Only(Life("N", "H1", "2024-01-01", null)), "li", Now);
        using var view = ledger.OpenView();
        Assert.Equal(["M"], before.Registry().Meters.Keys);
        Assert.Equal(["M", "N"], view.Registry().Meters.Keys.Order());
    }

    [Fact]
    public void Meter_numbers_are_dense_and_stay()
    {
        var ledger = Open();
        foreach (var id in new[] { "C", "A", "B", "A" }) ledger.ChangeRegistry(Only(Life(id, "H1", "2024-01-01", null)), "li", Now);
        using var view = ledger.OpenView();
        Assert.Equal([("C", 1), ("A", 2), ("B", 3)], view.Registry().Meters.Values.OrderBy(m => m.No).Select(m => (m.Id, m.No)));
    }

    [Fact]
    public void A_correction_replaces_a_life_and_a_later_day_begins_one()
    {
        var ledger = Open();
        ledger.ChangeRegistry(Only(Life("M", "H1", "2024-01-01", null)), "li", Now);
        ledger.ChangeRegistry(Only(Life("M", "H1", "2024-01-02", "2025-01-01")), "li", Now);
        ledger.ChangeRegistry(Only(Life("M", "H2", "2025-01-02", null)), "li", Now);
        using var view = ledger.OpenView();
        var meter = view.Registry().Meters["M"];
        Assert.Equal([("H1", "2024-01-02"), ("H2", "2025-01-02")], meter.Installations.Select(i => (i.HouseholdId, LocalDay.Of(i.FromMs).ToString())));
        Assert.Equal(1, meter.No);
        Assert.Equal(["M"], view.Registry().MetersOf("H1").Select(m => m.Id));
        var audit = view.Audit("meter", "M");
        Assert.Equal([true, false, true], audit.Select(row => row.Before is null));
    }

    [Fact]
    public void A_meter_is_never_at_two_households_at_once()
    {
        var ledger = Open();
        ledger.ChangeRegistry(Only(Life("M", "H1", "2024-01-01", null)), "li", Now);
        var change = Only(Life("N", "H1", "2024-01-01", null));
        change.Installations.Add(Life("M", "H2", "2025-01-01", null));
        var refused = Assert.Throws<LedgerException>(() => ledger.ChangeRegistry(change, "li", Now));
        Assert.Contains("still installed at household H1", refused.Message, StringComparison.Ordinal);
        using var view = ledger.OpenView();
        Assert.Equal(["M"], view.Registry().Meters.Keys);
        Assert.Equal(1, ledger.RegistryVersion());
    }

    [Fact]
    public void Account_numbers_are_found_by_how_they_end()
    {
        var change = new RegistryChange();
        foreach (var (account, household) in new[] { ("33012345", "H1"), ("9912345", "H2"), ("345", "H4"), ("33%45", "H5") })
            change.Aliases.Add(new AccountAlias(account, household, Day("2024-06-01"), null));
        change.Aliases.Add(new AccountAlias("33012345", "H3", Day("2025-06-01"), null));
        Open().ChangeRegistry(change, "li", Now);
        using var view = Open().OpenView();
        Assert.Equal(["H1", "H3", "H2"], Found("2345", 9));
        Assert.Equal(["H1", "H3"], Found("2345", 2));
        Assert.Equal(["H5"], Found("%45", 9));
        Assert.Empty(Found("0345", 9));
        Assert.Empty(Found("", 9));

        IEnumerable<string> Found(string ending, int max) => view.AccountsEnding(ending, max).Select(alias => alias.HouseholdId);
    }

    [Fact]
    public void A_change_for_one_version_is_not_made_at_another()
    {
        var ledger = Open();
        Assert.Equal(new RegistryChangeResult(1, 0, 0, 1), ledger.ChangeRegistry(At(0, "供电公司"), "li", Now));
        Assert.Equal(new RegistryChangeResult(0, 0, 0, 1, Moved: true), Open().ChangeRegistry(At(0, "另一家"), "wang", Now + 1));
        Assert.Equal(new RegistryChangeResult(0, 0, 0, 1, Moved: true), ledger.ChangeRegistry(At(2, "另一家"), "wang", Now + 1));
        using (var view = ledger.OpenView())
        {
            Assert.Equal("供电公司", view.Registry().Companies["grid"].Name);
            Assert.Single(view.Audit("company", "grid"));
        }
        Assert.Equal(new RegistryChangeResult(0, 1, 0, 2), ledger.ChangeRegistry(At(1, "另一家"), "wang", Now + 2));

        static RegistryChange At(long version, string name)
        {
            var change = new RegistryChange { OnlyAt = version };
            change.Companies.Add(new Company("grid", name, Energy.Electricity));
            return change;
        }
    }

    /// <summary>Before the first count the meter's row tells, after it never, however the counts came in.</summary>
    [Fact]
    public void A_heated_count_holds_from_its_day_until_the_next()
    {
        var ledger = Open();
        ledger.ChangeRegistry(Village(), "li", Now);
        Count(ledger, "2026-02-01", 0);
        Count(ledger, "2025-12-01", 50);
        Count(ledger, "2026-01-01", 47);
        Assert.Equal(new RegistryChangeResult(0, 1, 0, 5), Count(ledger, "2026-01-01", 48));
        Assert.Equal(new RegistryChangeResult(0, 0, 1, 5), Count(ledger, "2026-01-01", 48));

        using var view = Open().OpenView();
        (string Day, int Heated)[] expected =
            [("2025-11-14", 0), ("2025-11-15", 40), ("2025-11-30", 44), ("2025-12-01", 50), ("2025-12-31", 50), ("2026-01-01", 48), ("2026-01-31", 48), ("2026-02-01", 0)];
        Assert.Equal(expected, expected.Select(e => (e.Day, view.Registry().HeatedOn("H1", Day(e.Day)))));
        var audit = view.Audit("heated-count", "H1");
        Assert.Equal("""{"household_id":"H1","from":"2026-01-01","households":47}""", audit[^1].Before);
        Assert.Equal(audit[^1].Before!.Replace("47", "48", StringComparison.Ordinal), audit[^1].After);
    }

    private static RegistryChangeResult Count(ILedger ledger, string from, int households)
    {
        var change = new RegistryChange();
        change.HeatedCounts.Add(new HeatedCount("H1", Day(from), households));
        return ledger.ChangeRegistry(change, "li", Now);
    }

    private static RegistryChange Village()
    {
        var change = new RegistryChange();
        change.Divisions.Add(new Division("140882101214", "闫家洞村", "140882101000"));
        change.Companies.Add(new Company("grid", "供电公司", Energy.Electricity));
        change.Households.Add(new Household(
            "H1", "张三", "140882101214", HeatingRoute.CoalToElectricity, Conversion.Self, LocalDay.On(2024, 10, 31), Hardship.Wubao, "备注",
            [new(LocalDay.On(2025, 1, 1), LocalDay.On(2025, 2, 1), ExclusionKind.Idle), new(LocalDay.On(2025, 3, 1), null, ExclusionKind.PublicEmployee)]));
        change.Installations.Add(new Installation(
            "M1", "H1", "grid", Energy.Electricity, 6, 2, 80_000, 1.5m, Now - 1, 1, Now + 86_400_001, 123_4567, Serves.VillageCentralHeating, 40));
        change.HeatedCounts.Add(new HeatedCount("H1", LocalDay.On(2025, 11, 17), 44));
        change.Aliases.Add(new AccountAlias("3301234567890", "H1", null, LocalDay.On(2026, 1, 1)));
        return change;
    }

    private static RegistryChange Only(Installation life)
    {
        var change = new RegistryChange();
        change.Installations.Add(life);
        return change;
    }

    private static Installation Life(string meter, string household, string from, string? until) => new(
        meter, household, "grid", Energy.Electricity, null, null, null, 1, Ms(from), null, until is null ? null : Ms(until), null, Serves.Heating, 0);

    private static long Ms(string day) => Day(day).StartMs;

    private static LocalDay Day(string day) => LocalDay.TryParse(day, out var parsed) ? parsed : throw new ArgumentException(day);
}
