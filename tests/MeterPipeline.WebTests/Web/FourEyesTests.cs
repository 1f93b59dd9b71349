using System.Net;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Tests.Policies;
using static MeterPipeline.Tests.Web.SettlementSteps;

namespace MeterPipeline.Tests.Web;

/// <summary>One site for several tests: who may do which step of a run, what stops money, and what somebody typed in vain.</summary>
public sealed class FourEyesTests : IAsyncLifetime
{
    private WebSite site = null!;

    public async Task InitializeAsync() => site = await StartAsync();

    public async Task DisposeAsync() => await site.DisposeAsync();

    [Fact]
    public async Task Finance_drafts_and_nobody_does_two_steps_in_a_row()
    {
        using var wang = await In("wang");
        await Draft(wang, Township);
        using var li = await In("li");
        await Do(li, "notice", HttpStatusCode.Redirect, ("from", Day(0)), ("until", Day(0)));
        site.Pass(TimeSpan.FromDays(1));
        using var drafter = await In("wang");
        await Do(drafter, "confirm", HttpStatusCode.Conflict, ("note", "我自己确认"));
        Assert.Contains("第 1 批不能确认：本批由 wang 起草，涉及资金须由另一人办理", drafter.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("four eyes", drafter.Html, StringComparison.Ordinal);
        using var zhao = await In("zhao");
        await Do(zhao, "confirm", HttpStatusCode.Redirect);
        await Do(zhao, "pay", HttpStatusCode.Conflict, ("on", Day(1)), ("reference", "B-1"));
        await Do(drafter, "pay", HttpStatusCode.Redirect, ("on", Day(1)), ("reference", "B-1"));
        Assert.Equal(
            [(RunStepKind.Drafted, "wang"), (RunStepKind.Noticed, "li"), (RunStepKind.Confirmed, "zhao"), (RunStepKind.Paid, "wang")],
            site.Ledger.Settlements.Run(1)!.Steps.Select(step => (step.Kind, step.Actor)));
    }

    [Fact]
    public async Task A_hold_placed_after_the_confirmation_keeps_a_household_out_of_file_and_payment_until_it_is_lifted()
    {
        await Confirmed();
        var balance = site.Ledger.Settlements.Balance(2025, WebSite.Household);
        using var zhao = await In("zhao");
        Assert.Contains("/settlements/1/bank.txt", await Html(zhao, "/settlements/1/bank?layout=rural-credit"), StringComparison.Ordinal);
        Say(HoldAct.Place);
        var page = await Html(zhao, "/settlements/1/bank?layout=rural-credit");
        Assert.Contains("暂缓发放：待现场核查", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/settlements/1/bank.txt", page, StringComparison.Ordinal);
        await Do(zhao, "pay", HttpStatusCode.Redirect, ("on", Day(8)), ("reference", "B-1"));
        Assert.Contains(site.Ledger.Settlements.Disbursements(2025, 1), row => row is { Kind: DisbursementKind.Deferred, HouseholdId: WebSite.Household, Reference: "B-1" } && row.Yuan == balance.Owed);
        Assert.Equal(balance, site.Ledger.Settlements.Balance(2025, WebSite.Household));
        Assert.Contains("暂缓发放", await Html(zhao, "/settlements/1"), StringComparison.Ordinal);
        Say(HoldAct.Lift);
        Assert.Contains("6228480402564890018", await (await zhao.GetAsync("/settlements/1/bank.txt?layout=rural-credit")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await Do(zhao, "pay", HttpStatusCode.Redirect, ("on", Day(8)), ("reference", "B-2"));
        Assert.Equal(0, site.Ledger.Settlements.Balance(2025, WebSite.Household).Owed);
        await Do(zhao, "pay", HttpStatusCode.Conflict, ("on", Day(8)), ("reference", "B-3"));
    }

    [Fact]
    public async Task What_somebody_typed_stands_in_the_form_that_was_refused()
    {
        using var li = await In("li");
        await li.GetAsync("/settlements");
        Assert.Equal(HttpStatusCode.Conflict, (await li.PostAsync("/settlements/draft", ("season", "2025-2026"), ("division", "14x"), ("provisional", "true"))).StatusCode);
        Assert.Contains("name=\"division\" value=\"14x\"", li.Html, StringComparison.Ordinal);
        Assert.Contains("name=\"provisional\" value=\"true\" checked", li.Html, StringComparison.Ordinal);
        await Draft(li, Township);
        await Do(li, "notice", HttpStatusCode.Conflict, ("from", Day(3)), ("until", Day(1)), ("note", WebSite.Evil));
        Assert.Contains($"末日 {Day(1)} 早于首日 {Day(3)}", li.Html, StringComparison.Ordinal);
        Assert.Contains($"name=\"from\" value=\"{Day(3)}\"", li.Html, StringComparison.Ordinal);
        Assert.Contains("name=\"note\" value=\"&lt;script&gt;alert(1)", li.Html, StringComparison.Ordinal);
        // Somebody withdrew the run meanwhile: the page has no such form any more.
        Assert.True(site.Ledger.Settlements.AddStep(new RunStep(1, RunStepKind.Withdrawn, 1, "qian", ""), 1));
        Assert.Equal(HttpStatusCode.Conflict, (await li.PostAsync("/settlements/1/object", ("household", WebSite.Household), ("note", "三月读数不符"))).StatusCode);
        Assert.DoesNotContain("action=\"/settlements/1/object\"", li.Html, StringComparison.Ordinal);
        Assert.Contains("<dd>三月读数不符</dd>", li.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_township_objects_for_its_own_households_in_a_run_of_its_county_and_sees_nothing_else_of_it()
    {
        using var li = await In("li");
        await Draft(li, "140802");
        using var town = await In("town");
        Assert.DoesNotContain("/settlements/1", await Html(town, "/settlements"), StringComparison.Ordinal);
        foreach (var path in new[] { "/settlements/1/objections", $"/settlements/1/line?household={WebSite.Household}" }) Assert.Equal(HttpStatusCode.Forbidden, (await town.GetAsync(path)).StatusCode);
        await Do(li, "notice", HttpStatusCode.Redirect, ("from", Day(0)), ("until", Day(7)));
        Assert.Contains("/settlements/1/objections", await Html(town, "/settlements"), StringComparison.Ordinal);
        var elsewhere = SettlementDrafting.Run(site.Ledger, KnownPolicies.Shipped, 2025, "140882", new Signatory("li", Office.Bureau), LocalDay.On(2026, 4, 1).StartMs, false);
        Assert.True(site.Ledger.Settlements.AddStep(new RunStep(elsewhere.Id, RunStepKind.Noticed, elsewhere.AtMs, "li", "") { From = LocalDay.On(2026, 4, 1), Until = LocalDay.On(2026, 4, 8) }, 1));
        Assert.DoesNotContain($"/settlements/{elsewhere.Id}", await Html(town, "/settlements"), StringComparison.Ordinal);
        await town.GetAsync("/settlements/1/objections");
        Assert.Equal(HttpStatusCode.Conflict, (await town.PostAsync("/settlements/1/object", ("household", AccessSite.NeighbourHousehold), ("note", "邻乡的户"))).StatusCode);
        Assert.Contains($"没有户 {AccessSite.NeighbourHousehold}", town.Html, StringComparison.Ordinal);
        Assert.Contains("value=\"邻乡的户\"", town.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, (await town.PostAsync("/settlements/1/object", ("household", WebSite.Household), ("note", " "))).StatusCode);
        Assert.Equal("/settlements/1/objections", (await town.PostAsync("/settlements/1/object", ("household", WebSite.Household), ("note", "少算了"))).Headers.Location!.ToString());
        Assert.Contains("少算了", await Html(town, "/settlements/1/objections"), StringComparison.Ordinal);
        Assert.Equal([(RunStepKind.Objected, "town", WebSite.Household)], site.Ledger.Settlements.Run(1)!.Steps.Skip(2).Select(step => (step.Kind, step.Actor, step.HouseholdId!)));
        Assert.Equal(HttpStatusCode.OK, (await town.GetAsync($"/settlements/1/line?household={WebSite.Household}")).StatusCode);
        foreach (var path in new[] { "/settlements/1", $"/settlements/1/line?household={AccessSite.NeighbourHousehold}", "/settlements/1/line?household=H-none", "/settlements/1/workbook.xlsx", "/api/v1/settlements/1", "/api/v1/settlements/1/lines" })
            Assert.Equal(HttpStatusCode.Forbidden, (await town.GetAsync(path)).StatusCode);
        // The neighbours do not read it.
        using var next = await In("next");
        Assert.DoesNotContain("少算了", await Html(next, "/settlements/1/objections"), StringComparison.Ordinal);
    }

    private async Task Confirmed()
    {
        using var li = await In("li");
        await Draft(li, Township);
        await Do(li, "notice", HttpStatusCode.Redirect, ("from", Day(0)), ("until", Day(7)));
        site.Pass(TimeSpan.FromDays(8));
        using var wang = await In("wang");
        await Do(wang, "confirm", HttpStatusCode.Redirect);
    }

    private void Say(HoldAct act) => site.Ledger.AddHoldEntry(new HoldEntry(0, WebSite.Household, 2025, "site-inspection", act, "", "look", "li", 1));

    private Task<WebVisitor> In(string name) => WebVisitor.SignedInAsync(site, name);
}
