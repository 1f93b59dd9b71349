using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Web;

namespace MeterPipeline.Tests.Web;

public sealed class WebTests : IAsyncLifetime
{
    private WebSite site = null!;
    private HttpClient client = null!;

    public async Task InitializeAsync()
    {
        site = await WebSite.StartAsync();
        client = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = site.Address };
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await site.DisposeAsync();
    }

    [Fact]
    public async Task The_overview_shows_the_season_in_Chinese_with_sums_that_match_the_api()
    {
        var html = await client.GetStringAsync("/");
        Assert.Contains("<html lang=\"zh-CN\">", html, StringComparison.Ordinal);
        Assert.Contains("<option value=\"2025-2026\" selected>", html, StringComparison.Ordinal);
        Assert.Contains("采暖季总览", html, StringComparison.Ordinal);
        Assert.Contains("盐湖区", html, StringComparison.Ordinal);
        var overview = await Json("/api/v1/overview?season=2025-2026");
        var sum = overview.GetProperty("sum");
        Assert.Equal(48, sum.GetProperty("households").GetInt32());
        var days = overview.GetProperty("days").EnumerateArray().ToList();
        Assert.Equal(days.Sum(d => Number(d, "electricity_kwh")), Number(sum, "electricity_kwh"));
        Assert.Equal(days.Sum(d => Number(d, "accrued_yuan")), Number(sum, "accrued_yuan"));
        Assert.True(Number(sum, "gas_m3") > 0);
        var parts = overview.GetProperty("parts").EnumerateArray().Select(p => p.GetProperty("sum")).ToList();
        Assert.Equal(2, parts.Count);
        Assert.Equal(parts.Sum(p => Number(p, "accrued_yuan")), Number(sum, "accrued_yuan"));
        Assert.Contains(Number(sum, "accrued_yuan").ToString("#,0.00", System.Globalization.CultureInfo.InvariantCulture), html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drilling_down_ends_at_households_with_masked_names()
    {
        Assert.Contains("division=140802100000", await client.GetStringAsync("/?division=140802"), StringComparison.Ordinal);
        Assert.Contains($"division={WebSite.Village}", await client.GetStringAsync("/?division=140802100"), StringComparison.Ordinal);
        var village = await client.GetStringAsync($"/?division={WebSite.Village}");
        Assert.Contains($"/households/{WebSite.Household}", village, StringComparison.Ordinal);
        Assert.Contains("张某", village, StringComparison.Ordinal);
        Assert.DoesNotContain("张建国", village, StringComparison.Ordinal);
        var list = await Json($"/api/v1/households?division={WebSite.Village}");
        Assert.Equal(6, list.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task A_household_page_explains_its_amount_and_includes_what_was_acknowledged_a_moment_ago()
    {
        var page = await client.GetStringAsync($"/households/{WebSite.Household}");
        Assert.Contains("为什么是这个数", page, StringComparison.Ordinal);
        Assert.Contains("运政办发〔2025〕11号 三（二）2", page, StringComparison.Ordinal);
        Assert.Contains("县级财政承担", page, StringComparison.Ordinal);
        Assert.Contains("yuncheng-2025 v1", page, StringComparison.Ordinal);
        Assert.DoesNotContain("张建国", page, StringComparison.Ordinal);
        const string other = "H140802100201-04";
        site.Acknowledge("M140802100201-04", LocalDay.On(2026, 2, 1), 9000m);
        var days = (await Json($"/api/v1/households/{other}")).GetProperty("days").EnumerateArray().ToList();
        Assert.Equal("2026-01-31", days[^1].GetProperty("day").GetString());
    }

    [Fact]
    public async Task A_household_page_shows_its_certificate_and_what_was_said_of_its_holds()
    {
        site.Ledger.AddHoldEntry(new HoldEntry(0, WebSite.EvilHousehold, 2025, "site-inspection", HoldAct.Place, "", WebSite.Evil, "bureau:li", WebSite.Today.StartMs));
        var page = await client.GetStringAsync($"/households/{WebSite.EvilHousehold}");
        Assert.Contains("数据质量证书", page, StringComparison.Ordinal);
        Assert.Contains("待现场核查", page, StringComparison.Ordinal);
        Assert.Contains("bureau:li: &lt;script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains("prolonged estimation", await client.GetStringAsync($"/households/{WebSite.EvilHousehold}?lang=en"), StringComparison.Ordinal);
        var certificate = (await Json($"/api/v1/households/{WebSite.EvilHousehold}")).GetProperty("certificate");
        Assert.Equal("standing", certificate.GetProperty("holds")[0].GetProperty("state").GetString());
        var rules = certificate.GetProperty("rules").EnumerateArray().ToDictionary(rule => rule.GetProperty("rule").GetString()!);
        Assert.Equal(("passed", 66), (rules["gap"].GetProperty("verdict").GetString(), rules["gap"].GetProperty("passed").GetInt32()));
        Assert.Equal(("skipped", "no-tariff-registers"), (rules["sum-check"].GetProperty("verdict").GetString(), rules["sum-check"].GetProperty("skipped_because").GetString()));
    }

    [Fact]
    public async Task Text_from_outside_never_becomes_markup()
    {
        foreach (var path in new[] { $"/households/{WebSite.EvilHousehold}", "/quarantine", $"/?division={WebSite.Village}", "/nothing?x=<script>alert(1)</script>", "/households/<script>alert(1)</script>" })
        {
            var html = await (await client.GetAsync(path)).Content.ReadAsStringAsync();
            Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
            Assert.DoesNotMatch(new Regex("<script(?! src=\"/assets/)"), html);
            Assert.DoesNotMatch(new Regex(" (style|on[a-z]+)=\""), html);
        }
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", await client.GetStringAsync($"/households/{WebSite.EvilHousehold}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_answer_carries_the_security_headers()
    {
        foreach (var path in new[] { "/", "/quarantine", "/api/v1/seasons", "/healthz", "/metrics", "/nothing" })
        {
            var answer = await client.GetAsync(path);
            Assert.StartsWith("default-src 'self'; script-src 'self'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        }
    }

    [Fact]
    public async Task English_is_chosen_by_query_and_kept_by_cookie()
    {
        var answer = await client.GetAsync("/?lang=en");
        Assert.Contains("<html lang=\"en\">", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith("lang=en;", cookie, StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/quarantine");
        request.Headers.Add("Cookie", "lang=en");
        Assert.Contains("Newest first", await (await client.SendAsync(request)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counters_reconcile_with_the_journals_tail_as_pending()
    {
        site.Acknowledge("M" + WebSite.Household[1..], LocalDay.On(2026, 1, 21), 9000m);
        var grid = (await Json("/api/v1/counters")).GetProperty("counters").EnumerateArray().Single(c => c.GetProperty("company").GetString() == "grid");
        Assert.Equal(2722, grid.GetProperty("received").GetInt64());
        Assert.Equal(1, grid.GetProperty("pending").GetInt64());
        Assert.True(grid.GetProperty("reconciles").GetBoolean());
    }

    [Fact]
    public async Task Metrics_are_Prometheus_text_without_personal_data()
    {
        var answer = await client.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Contains("# HELP meterpipeline_readings_total Readings\\nreceived.\n# TYPE meterpipeline_readings_total counter\n", text, StringComparison.Ordinal);
        Assert.Contains("meterpipeline_readings_total{company=\"grid\\\"\\\\\\n\"} 42\n", text, StringComparison.Ordinal);
        Assert.Contains("meterpipeline_journal_head_seq 2\n", text, StringComparison.Ordinal);
        Assert.Contains("meterpipeline_fold_lag_rows 1\n", text, StringComparison.Ordinal);
        Assert.Contains("meterpipeline_quarantine_open 1\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("H1408", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readiness_gives_its_reasons()
    {
        Assert.Equal("ok\n", await client.GetStringAsync("/healthz"));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/readyz")).StatusCode);
        site.Readiness = new ReadinessReport(["Folding failed at row 7."]);
        var answer = await client.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("Folding failed at row 7.\n", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/nothing", 404, "text/html")]
    [InlineData("/households/H-none", 404, "text/html")]
    [InlineData("/?division=99", 404, "text/html")]
    [InlineData("/?season=1800-1801", 404, "text/html")]
    [InlineData("/api/v1/nothing", 404, "application/problem+json")]
    [InlineData("/api/v1/households/H-none", 404, "application/problem+json")]
    [InlineData("/api/v1/overview?season=winter", 400, "application/problem+json")]
    [InlineData("/api/v1/overview?division=14x", 400, "application/problem+json")]
    [InlineData("/api/v1/overview?division=99", 404, "application/problem+json")]
    [InlineData("/api/v1/households", 400, "application/problem+json")]
    public async Task What_is_not_there_is_said_in_the_askers_form(string path, int status, string type)
    {
        var answer = await client.GetAsync(path);
        Assert.Equal((status, type), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Assets_are_kept_for_good_under_their_hash_and_the_api_describes_itself()
    {
        var html = await client.GetStringAsync("/");
        foreach (var path in Regex.Matches(html, "\"(/assets/[^\"]+)\"").Select(m => m.Groups[1].Value).Distinct())
        {
            var answer = await client.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Contains("immutable", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        }
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/assets/000000000000/pages.css")).StatusCode);
        var document = await Json("/openapi/v1.json");
        Assert.True(document.GetProperty("paths").TryGetProperty("/api/v1/overview", out _));
        Assert.False(document.GetProperty("paths").TryGetProperty("/quarantine", out _));
    }

    private async Task<JsonElement> Json(string path) => JsonSerializer.Deserialize<JsonElement>(await client.GetStringAsync(path));

    private static decimal Number(JsonElement element, string name) =>
        decimal.Parse(element.GetProperty(name).GetString()!, System.Globalization.CultureInfo.InvariantCulture);
}
