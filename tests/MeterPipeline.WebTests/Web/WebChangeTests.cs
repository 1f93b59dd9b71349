using System.Net;
using System.Text.Json;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Web;

namespace MeterPipeline.Tests.Web;

/// <summary>What the pages and the API say of what has just come: each test has a site of its own.</summary>
public sealed class WebChangeTests : IAsyncLifetime
{
    private readonly OpenSite open = new();

    public Task InitializeAsync() => open.InitializeAsync();

    public Task DisposeAsync() => open.DisposeAsync();

    [Fact]
    public async Task A_household_page_explains_its_amount_and_includes_what_was_acknowledged_a_moment_ago()
    {
        var page = await open.Client.GetStringAsync($"/households/{WebSite.Household}");
        Assert.Contains("为什么是这个数", page, StringComparison.Ordinal);
        Assert.Contains("运政办发〔2025〕11号 三（二）2", page, StringComparison.Ordinal);
        Assert.Contains("县级财政承担", page, StringComparison.Ordinal);
        Assert.Contains("yuncheng-2025 v1", page, StringComparison.Ordinal);
        Assert.DoesNotContain("张建国", page, StringComparison.Ordinal);
        const string other = "H140802100201-04";
        open.Site.Acknowledge("M140802100201-04", LocalDay.On(2026, 2, 1), 9000m);
        var days = (await Json($"/api/v1/households/{other}")).GetProperty("days").EnumerateArray().ToList();
        Assert.Equal("2026-01-31", days[^1].GetProperty("day").GetString());
    }

    [Fact]
    public async Task A_household_page_shows_its_certificate_and_what_was_said_of_its_holds()
    {
        open.Site.Ledger.AddHoldEntry(new HoldEntry(0, WebSite.EvilHousehold, 2025, "site-inspection", HoldAct.Place, "", WebSite.Evil, "bureau:li", WebSite.Today.StartMs));
        var page = await open.Client.GetStringAsync($"/households/{WebSite.EvilHousehold}");
        Assert.Contains("数据质量证书", page, StringComparison.Ordinal);
        Assert.Contains("待现场核查", page, StringComparison.Ordinal);
        Assert.Contains("bureau:li：&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains("prolonged estimation", await open.Client.GetStringAsync($"/households/{WebSite.EvilHousehold}?lang=en"), StringComparison.Ordinal);
        var certificate = (await Json($"/api/v1/households/{WebSite.EvilHousehold}")).GetProperty("certificate");
        Assert.Equal("standing", certificate.GetProperty("holds")[0].GetProperty("state").GetString());
        var rules = certificate.GetProperty("rules").EnumerateArray().ToDictionary(rule => rule.GetProperty("rule").GetString()!);
        Assert.Equal(("passed", 66), (rules["gap"].GetProperty("verdict").GetString(), rules["gap"].GetProperty("passed").GetInt32()));
        Assert.Equal(("skipped", "no-tariff-registers"), (rules["sum-check"].GetProperty("verdict").GetString(), rules["sum-check"].GetProperty("skipped_because").GetString()));
    }

    [Fact]
    public async Task What_changed_in_the_registry_is_said_in_the_readers_words()
    {
        var change = new RegistryChange();
        using (var view = open.Site.Ledger.OpenView()) change.Households.Add(view.Registry().Households[WebSite.Household] with { Route = HeatingRoute.CoalToGas });
        open.Site.Ledger.ChangeRegistry(change, "li", WebSite.Today.StartMs);
        var page = await open.Client.GetStringAsync($"/households/{WebSite.Household}");
        var edit = page.Split("data-keep=\"history\"")[1].Split("<tbody>")[1].Split("</tr>")[0];
        Assert.Contains($"<td class=\"text\">户 {WebSite.Household}</td><td class=\"text\">改造路径</td><td class=\"text\">煤改电</td><td class=\"text\">煤改气</td>", edit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counters_reconcile_with_the_journals_tail_as_pending()
    {
        open.Site.Acknowledge("M" + WebSite.Household[1..], LocalDay.On(2026, 1, 21), 9000m);
        var grid = (await Json("/api/v1/counters")).GetProperty("counters").EnumerateArray().Single(c => c.GetProperty("company").GetString() == "grid");
        Assert.Equal(2722, grid.GetProperty("received").GetInt64());
        Assert.Equal(1, grid.GetProperty("pending").GetInt64());
        Assert.True(grid.GetProperty("reconciles").GetBoolean());
    }

    [Fact]
    public async Task Readiness_gives_its_reasons()
    {
        Assert.Equal("ok\n", await open.Client.GetStringAsync("/healthz"));
        Assert.Equal(HttpStatusCode.OK, (await open.Client.GetAsync("/readyz")).StatusCode);
        open.Site.Readiness = new ReadinessReport(["Folding failed at row 7."]);
        var answer = await open.Client.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("Folding failed at row 7.\n", await answer.Content.ReadAsStringAsync());
    }

    private async Task<JsonElement> Json(string path) => JsonSerializer.Deserialize<JsonElement>(await open.Client.GetStringAsync(path));
}
