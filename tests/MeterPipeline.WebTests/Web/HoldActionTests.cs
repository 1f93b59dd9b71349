using System.Net;
using System.Text.RegularExpressions;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;

namespace MeterPipeline.Tests.Web;

/// <summary>Decisions on the work list: by those with the right, in their divisions, for exactly the evidence that they were shown.</summary>
public sealed class HoldActionTests : IAsyncLifetime
{
    private readonly AccessSite people = new();

    private WebSite Site => people.Site;

    public Task InitializeAsync() => people.InitializeAsync();

    public Task DisposeAsync() => people.DisposeAsync();

    [Fact]
    public async Task Chosen_holds_are_lifted_for_the_evidence_shown_and_what_changed_is_refused()
    {
        using var bureau = await WebVisitor.SignedInAsync(Site, "bureau");
        await ListedAsync(bureau, "/holds?season=2025-2026");
        var mark = Mark(bureau, WebSite.Reset);
        Assert.Equal(HttpStatusCode.BadRequest, (await Say(bureau, "lift", " ", mark)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Say(bureau, "lift", WebSite.Evil, "0000000000000000 register-reset " + WebSite.Reset)).StatusCode);
        Assert.Contains("依据已变化", bureau.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", bureau.Html, StringComparison.Ordinal);
        Assert.Empty(Entries());
        Assert.Equal(HttpStatusCode.OK, (await Say(bureau, "lift", "已换表", mark)).StatusCode);
        Assert.Contains("已处理", bureau.Html, StringComparison.Ordinal);
        var entry = Assert.Single(Entries());
        Assert.Equal(("bureau", HoldAct.Lift, "已换表", "register-reset"), (entry.Actor, entry.Act, entry.Note, entry.Reason));
        Assert.StartsWith("2025-12-25", entry.Evidence, StringComparison.Ordinal);
        await Say(bureau, "lift", "再次", mark);
        Assert.Contains("已不再暂缓", bureau.Html, StringComparison.Ordinal);
        await Say(bureau, "place", "入户核查", mark, "site-inspection");
        Assert.Equal([HoldAct.Lift, HoldAct.Place], Entries().Select(e => e.Act));
        Assert.Equal(HttpStatusCode.BadRequest, (await Say(bureau, "place", "x", mark, "register-reset")).StatusCode);
    }

    [Fact]
    public async Task A_form_that_nothing_was_done_with_comes_back_as_it_was_filled_in()
    {
        using var bureau = await WebVisitor.SignedInAsync(Site, "bureau");
        const string part = "/holds?season=2025-2026&reason=register-reset&sort=amount&page=1";
        await ListedAsync(bureau, part);
        Assert.Contains($"action=\"{WebUtility.HtmlEncode(part)}\"", bureau.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await bureau.PostAsync(part, ("act", "place"), ("reason", "site-inspection"), ("note", "已约\"周二\"入户"))).StatusCode);
        Assert.Contains("请至少选择一行", bureau.Html, StringComparison.Ordinal);
        Assert.Contains("value=\"已约&quot;周二&quot;入户\"", bureau.Html, StringComparison.Ordinal);
        Assert.Contains("<option value=\"site-inspection\" selected>", bureau.Html, StringComparison.Ordinal);
        var mark = Mark(bureau, WebSite.Reset);
        Assert.Equal(HttpStatusCode.BadRequest, (await bureau.PostAsync(part, ("act", "lift"), ("note", ""), ("hold", mark))).StatusCode);
        Assert.Contains($"value=\"{mark}\" aria-label=\"{WebSite.Reset}\" checked>", bureau.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await bureau.PostAsync(part, ("act", "lift"), ("note", "已换表"), ("hold", mark))).StatusCode);
        Assert.Contains($"href=\"{WebUtility.HtmlEncode(part)}\"", bureau.Html, StringComparison.Ordinal);
        Assert.Single(Entries());
    }

    [Fact]
    public async Task Two_who_decide_at_once_decide_once()
    {
        using var bureau = await WebVisitor.SignedInAsync(Site, "bureau");
        using var finance = await WebVisitor.SignedInAsync(Site, "finance");
        await ListedAsync(bureau, "/holds?season=2025-2026");
        await ListedAsync(finance, "/holds?season=2025-2026");
        var mark = Mark(bureau, WebSite.Reset);
        foreach (var (act, reason) in new[] { ("lift", ""), ("place", "site-inspection") })
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => Say(i % 2 == 0 ? bureau : finance, act, "同时", mark, reason))));
        }
        Assert.Equal([HoldAct.Lift, HoldAct.Place], Entries().Select(entry => entry.Act));
    }

    [Fact]
    public async Task Without_token_right_or_division_nothing_is_done()
    {
        using var bureau = await WebVisitor.SignedInAsync(Site, "bureau");
        await ListedAsync(bureau, "/holds?season=2025-2026");
        var mark = Mark(bureau, WebSite.Reset);
        var forged = new FormUrlEncodedContent([new("act", "lift"), new("note", "x"), new("hold", mark)]);
        Assert.Equal(HttpStatusCode.Forbidden, (await bureau.PostRawAsync("/holds?season=2025-2026", forged)).StatusCode);
        using var admin = await WebVisitor.SignedInAsync(Site, "admin");
        await ListedAsync(admin, "/holds");
        Assert.DoesNotContain("name=\"hold\"", admin.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await Say(admin, "lift", "x", mark)).StatusCode);
        using var county = await WebVisitor.SignedInAsync(Site, "county");
        await ListedAsync(county, "/holds?division=140802");
        foreach (var division in new[] { "", "&division=140802", "&division=140882" })
            Assert.Equal(HttpStatusCode.Forbidden, (await county.PostAsync("/holds?season=2025-2026" + division, ("act", "lift"), ("note", "x"), ("hold", mark))).StatusCode);
        Assert.Empty(Entries());
    }

    [Fact]
    public async Task A_household_without_anything_that_could_wait_is_refused_by_name()
    {
        // Others heat it now: it has a meter, and no subsidy of its own.
        var change = new RegistryChange();
        using (var view = Site.Ledger.OpenView()) change.Households.Add(view.Registry().Households[WebSite.Household] with { Route = HeatingRoute.CentralHeating });
        Site.Ledger.ChangeRegistry(change, "test", 1);
        using var bureau = await WebVisitor.SignedInAsync(Site, "bureau");
        await bureau.GetAsync("/holds?season=2025-2026");
        Assert.Equal(HttpStatusCode.OK, (await Say(bureau, "place", "入户核查", "0000000000000000 register-reset " + WebSite.Household, "site-inspection")).StatusCode);
        Assert.Contains("该户没有可暂缓的运行补贴", bureau.Html, StringComparison.Ordinal);
        Assert.Empty(Entries());
        // One that was never read has a statement, and waits.
        await Say(bureau, "place", "入户核查", "0000000000000000 register-reset " + WebSite.NeverRead, "site-inspection");
        Assert.Equal(WebSite.NeverRead, Assert.Single(Entries()).HouseholdId);
    }

    /// <summary>The work list with its rows: on a busy machine the first board is drawn for longer than a request waits for it, and the page says so instead.</summary>
    private static async Task ListedAsync(WebVisitor who, string path)
    {
        do await who.GetAsync(path);
        while (!who.Html.Contains("class=\"hint age\"", StringComparison.Ordinal));
    }

    private static Task<HttpResponseMessage> Say(WebVisitor who, string act, string note, string mark, string reason = "") =>
        who.PostAsync("/holds?season=2025-2026", ("act", act), ("note", note), ("hold", mark), ("reason", reason));

    private static string Mark(WebVisitor who, string household) => Regex.Match(who.Html, $"name=\"hold\" value=\"([^\"]* {household})\"").Groups[1].Value;

    private List<HoldEntry> Entries()
    {
        using var view = Site.Ledger.OpenView();
        return [.. view.HoldEntries(2025)];
    }
}
