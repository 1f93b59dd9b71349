using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MeterPipeline.Tests.Web;

/// <summary>Pages and API of one site that nobody changes.</summary>
public sealed class WebTests(OpenSite open) : IClassFixture<OpenSite>
{
    private readonly HttpClient client = open.Client;

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

    [Theory]
    [InlineData("/")]
    [InlineData("/coverage")]
    [InlineData("/quarantine")]
    [InlineData("/quarantine/1")]
    public async Task Companies_are_named_as_the_registry_names_them(string path)
    {
        var page = await client.GetStringAsync(path);
        Assert.Contains(">国网运城供电公司<", page, StringComparison.Ordinal);
        Assert.DoesNotContain(">grid<", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zh", "暂缓户")]
    [InlineData("en", "On hold")]
    public async Task A_household_that_waits_is_marked_so_in_its_village(string language, string mark)
    {
        var village = await client.GetStringAsync($"/?division={WebSite.Reset[1..13]}&lang={language}");
        var row = village.Split($"/households/{WebSite.Reset}?")[1].Split("</tr>")[0];
        Assert.Contains($"<span class=\"flag\">{mark}</span>", row, StringComparison.Ordinal);
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

    [Theory]
    [InlineData("/nothing", 404, "text/html")]
    [InlineData("/households/H-none", 404, "text/html")]
    [InlineData("/?division=99", 404, "text/html")]
    [InlineData("/?season=1800-1801", 404, "text/html")]
    [InlineData("/usage?page=abc", 400, "text/html")]
    [InlineData("/settlements/draft", 405, "text/html")]
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
