using System.Globalization;
using System.Net;
using System.Text.Json;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Tests.Web;

/// <summary>The boards of households over a real ledger: what they say, and that every number can be followed to what it is made of.</summary>
public sealed class BoardTests : IAsyncLifetime
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
    public async Task Conversions_in_use_are_told_from_those_that_are_not()
    {
        await DrawnAsync();
        Assert.Equal([WebSite.Unused], await Ids("/api/v1/use/households?list=never-used"));
        Assert.Equal([WebSite.Stopped], await Ids("/api/v1/use/households?list=stopped"));
        Assert.Equal([WebSite.FarBelow], await Ids("/api/v1/use/households?list=far-below"));
        Assert.Equal([WebSite.NeverRead], await Ids("/api/v1/use/households?list=no-data"));
        Assert.Equal([WebSite.Unused, WebSite.Stopped, WebSite.FarBelow], await Ids("/api/v1/use/households"));
        Assert.Empty(await Ids("/api/v1/use/households?division=140802"));
        var row = (await Json("/api/v1/use/households?list=stopped")).GetProperty("households")[0];
        Assert.Equal(("2025-12-31", 19, "2026-01-19"), (row.GetProperty("last_use").GetString(), row.GetProperty("idle_days").GetInt32(), row.GetProperty("last_reading").GetString()));
        Assert.Equal("kWh", row.GetProperty("unit").GetString());
        Assert.Equal(7, row.GetProperty("peers").GetInt32());
    }

    [Fact]
    public async Task Counts_of_the_overview_lead_to_lists_of_that_length()
    {
        await DrawnAsync();
        var overview = await Json("/api/v1/use");
        var counts = overview.GetProperty("counts");
        var html = await client.GetStringAsync("/");
        foreach (var (name, list, page) in new[] { ("never_used", "never-used", "usage"), ("stopped", "stopped", "usage"), ("far_below", "far-below", "usage"), ("no_data", "no-data", "usage"), ("near_cap", "near-cap", "caps"), ("at_cap", "at-cap", "caps") })
        {
            var path = $"/{page}?season=2025-2026&list={list}";
            Assert.Contains($"href=\"{path.Replace("&", "&amp;", StringComparison.Ordinal)}\"", html, StringComparison.Ordinal);
            var api = page == "usage" ? "/api/v1/use/households" : "/api/v1/caps";
            Assert.Equal(counts.GetProperty(name).GetInt32(), (await Json($"{api}?list={list}")).GetProperty("count").GetInt32());
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(path)).StatusCode);
        }
        Assert.Equal(counts.GetProperty("on_hold").GetInt32(), (await Json("/api/v1/holds")).GetProperty("count").GetInt32());
        var parts = overview.GetProperty("parts").EnumerateArray().Select(p => p.GetProperty("counts").GetProperty("households").GetInt32()).ToList();
        Assert.Equal((48, 2), (parts.Sum(), parts.Count));
    }

    [Fact]
    public async Task Money_stands_beside_its_budget_and_the_forecast_says_how_it_was_made()
    {
        await DrawnAsync();
        var money = (await Json("/api/v1/use")).GetProperty("money");
        Assert.Equal("12000.00", money.GetProperty("budget_yuan").GetString());
        Assert.Equal(Number(money, "operating_yuan") + Number(money, "top_ups_yuan"), Number(money, "total_yuan"));
        Assert.InRange(Number(money, "forecast_yuan"), Number(money, "forecast_low_yuan"), Number(money, "forecast_high_yuan"));
        Assert.True(Number(money, "forecast_low_yuan") >= Number(money, "total_yuan"));
        // 31 electric households of 48 cannot earn more than 240 yuan each.
        Assert.Equal("5000.00", (await Json("/api/v1/use?division=140882")).GetProperty("money").GetProperty("budget_yuan").GetString());
        var village = (await Json($"/api/v1/use?division={WebSite.Village}")).GetProperty("money");
        Assert.False(village.TryGetProperty("budget_yuan", out _));
        var rows = (await Json($"/api/v1/households?division={WebSite.Village}")).GetProperty("households").EnumerateArray().Sum(h => Number(h, "total_yuan"));
        Assert.Equal(rows, Number(village, "total_yuan"));
        var html = await client.GetStringAsync("/");
        Assert.Contains("预测方法", html, StringComparison.Ordinal);
        Assert.Contains("12,000.00", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Households_near_the_cap_say_when_it_was_or_will_be_reached()
    {
        await DrawnAsync();
        var rows = (await Json("/api/v1/caps")).GetProperty("households").EnumerateArray().ToList();
        Assert.NotEmpty(rows);
        foreach (var row in rows) Assert.InRange(row.GetProperty("cap_per_mille").GetInt32(), 800, 1000);
        Assert.Equal(rows.Select(r => r.GetProperty("cap_per_mille").GetInt32()).OrderDescending(), rows.Select(r => r.GetProperty("cap_per_mille").GetInt32()));
        var reached = rows.First(r => r.GetProperty("cap_per_mille").GetInt32() == 1000);
        Assert.True(string.CompareOrdinal(reached.GetProperty("cap_day").GetString(), "2026-01-20") < 0);
        // Who uses nothing any more will not reach the cap.
        Assert.False(rows.Single(r => r.GetProperty("household_id").GetString() == WebSite.Stopped).TryGetProperty("cap_day", out _));
        Assert.Contains("本季预计不达", await client.GetStringAsync("/caps?list=near-cap"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Holds_are_a_work_list_with_evidence_and_age()
    {
        site.Ledger.AddHoldEntry(new HoldEntry(0, WebSite.EvilHousehold, 2025, "site-inspection", HoldAct.Place, "", WebSite.Evil, "bureau:li", LocalDay.On(2026, 1, 10).StartMs));
        await DrawnAsync();
        var holds = (await Json("/api/v1/holds?sort=age")).GetProperty("holds").EnumerateArray().ToList();
        var (reset, placed) = (holds[0], holds[1]);
        Assert.Equal((WebSite.Reset, "register-reset", "2025-12-25"), (reset.GetProperty("household_id").GetString(), reset.GetProperty("reason").GetString(), reset.GetProperty("since").GetString()));
        Assert.Equal(("site-inspection", 10), (placed.GetProperty("reason").GetString(), placed.GetProperty("waiting_days").GetInt32()));
        Assert.Single((await Json("/api/v1/holds?reason=site-inspection")).GetProperty("holds").EnumerateArray());
        var html = await client.GetStringAsync("/holds");
        Assert.Contains("示值倒退且未登记换表", html, StringComparison.Ordinal);
        Assert.Contains("bureau:li：&lt;script&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Companies_are_measured_by_coverage_and_lag()
    {
        await DrawnAsync();
        var companies = (await Json("/api/v1/companies")).GetProperty("companies").EnumerateArray().ToDictionary(c => c.GetProperty("company").GetString()!);
        var grid = companies["grid"];
        Assert.Equal((32, 1, 0), (grid.GetProperty("meters").GetInt32(), grid.GetProperty("never_read").GetInt32(), grid.GetProperty("lag_median_days").GetInt32()));
        Assert.Equal(3, grid.GetProperty("lag_p95_days").GetInt32());
        var told = new[] { "read_yesterday", "behind1_to3_days", "behind4_to7_days", "behind_more", "never_read" }.Sum(name => grid.GetProperty(name).GetInt32());
        Assert.Equal(32, told);
        Assert.True(grid.GetProperty("missing_meter_days").GetInt64() >= 66);
        Assert.Contains("国网运城供电公司", await client.GetStringAsync("/companies"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_load_curve_is_the_readings_of_the_day_with_the_journals_tail()
    {
        await DrawnAsync();
        var points = await Points(WebSite.Household, "2026-01-19", 1);
        Assert.Equal(97, points.Count); // both midnights
        Assert.Equal("2026-01-19T00:15:00+08:00", points[1].GetProperty("at").GetString());
        Assert.Equal(Number(points[1], "used") * 4, Number(points[1], "mean_power"));
        Assert.Equal(Number(points[^1], "register") - Number(points[0], "register"), points.Skip(1).Sum(p => Number(p, "used")));
        site.Acknowledge("M" + WebSite.Household[1..], LocalDay.On(2026, 1, 22), 9000m);
        Assert.Equal("9000.0000", (await Points(WebSite.Household, "2026-01-21", 1))[^1].GetProperty("register").GetString());
        var page = await client.GetStringAsync($"/households/{WebSite.Household}?day=2026-01-19&days=1");
        Assert.Contains("负荷曲线", page, StringComparison.Ordinal);
        Assert.Contains("改造设备使用情况", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync($"/api/v1/households/{WebSite.Household}/curve?day=2026-01-19&days=8")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/api/v1/households/H-none/curve?day=2026-01-19")).StatusCode);
    }

    [Fact]
    public async Task Quarantine_is_searched_and_every_message_opened_to_its_bytes()
    {
        var blob = new JournalBlob.Writer();
        blob.Begin(WebSite.Today.StartMs + 6_000, [new CompanyCount("gas", 60, 60)], 0);
        site.Ledger.Append(blob.Finish(), [.. Enumerable.Range(0, 60).Select(i => new QuarantinedMessage(
            WebSite.Today.StartMs + 6_000, "endpoint", "gas", "bad-json", "Not JSON.", "metering/v1/gas/M1/reading", [0, 1, (byte)i]))]);
        var first = await Json("/api/v1/quarantine/search?company=gas");
        Assert.Equal(50, first.GetProperty("messages").GetArrayLength());
        var rest = await Json($"/api/v1/quarantine/search?company=gas&before={first.GetProperty("next").GetInt64()}");
        Assert.Equal(10, rest.GetProperty("messages").GetArrayLength());
        Assert.False(rest.TryGetProperty("next", out _));
        Assert.Equal(1, (await Json("/api/v1/quarantine/search?reason=unknown-meter&open=true")).GetProperty("messages").GetArrayLength());
        Assert.Equal(0, (await Json("/api/v1/quarantine/search?reason=unknown-meter&open=false")).GetProperty("messages").GetArrayLength());
        var id = rest.GetProperty("messages")[0].GetProperty("id").GetInt64();
        var message = await Json($"/api/v1/quarantine/{id}");
        Assert.Equal((true, 3), (message.GetProperty("whole").GetBoolean(), message.GetProperty("payload_bytes").GetInt32()));
        Assert.StartsWith("0001", message.GetProperty("hex").GetString(), StringComparison.Ordinal);
        Assert.Contains("000000  00 01 ", await client.GetStringAsync($"/quarantine/{id}"), StringComparison.Ordinal);
        Assert.Contains($"/quarantine/{id}\"", await client.GetStringAsync($"/quarantine?company=gas&before={first.GetProperty("next").GetInt64()}"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/quarantine/999999")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"/api/v1/quarantine/{long.MaxValue}")).StatusCode);
    }

    [Fact]
    public async Task An_answer_that_has_not_changed_costs_no_body()
    {
        await DrawnAsync();
        var first = await client.GetAsync("/api/v1/use/households");
        using var again = new HttpRequestMessage(HttpMethod.Get, "/api/v1/use/households");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await client.SendAsync(again)).StatusCode);
    }

    [Fact]
    public async Task What_cannot_be_asked_is_said()
    {
        foreach (var (path, status) in new[]
        {
            ("/api/v1/use/households?list=rich", HttpStatusCode.BadRequest), ("/api/v1/use/households?list=at-cap", HttpStatusCode.BadRequest),
            ("/api/v1/holds?sort=colour", HttpStatusCode.BadRequest), ("/api/v1/holds?sort=0", HttpStatusCode.BadRequest), ("/api/v1/use?division=99", HttpStatusCode.NotFound),
            ("/api/v1/use?season=winter", HttpStatusCode.BadRequest), ("/usage?list=rich", HttpStatusCode.NotFound), ("/holds?division=14x", HttpStatusCode.NotFound),
        })
            Assert.Equal((path, status), (path, (await client.GetAsync(path)).StatusCode));
    }

    [Fact]
    public async Task Whoever_may_see_one_county_sees_that_county_only()
    {
        site.AddUser("ping", Role.Township, WebVisitor.Password, divisions: ["140802"]);
        using var ping = await WebVisitor.SignedInAsync(site, "ping");
        foreach (var path in new[] { "/?division=140802", "/usage?division=140802", "/api/v1/use?division=140802000000", "/api/v1/use/households?division=140802" })
        {
            Assert.Equal((path, HttpStatusCode.OK), (path, (await ping.GetAsync(path)).StatusCode));
            Assert.DoesNotContain("河津市", ping.Html, StringComparison.Ordinal);
        }
        foreach (var path in new[]
        {
            "/?division=140882", "/usage?division=140882", "/caps?division=1408", "/holds?division=140882", "/companies?division=140882", $"/households/{WebSite.Unused}",
            $"/api/v1/households/{WebSite.Unused}", $"/api/v1/households/{WebSite.Unused}/curve?day=2026-01-19", "/api/v1/use?division=140882", "/api/v1/holds?division=1408",
            "/api/v1/households?division=140882", "/api/v1/use", "/usage", "/quarantine", "/api/v1/quarantine/search",
        })
            Assert.Equal((path, HttpStatusCode.Forbidden), (path, (await ping.GetAsync(path)).StatusCode));
        Assert.Equal(HttpStatusCode.OK, (await ping.GetAsync($"/households/{WebSite.Household}")).StatusCode);
    }

    [Fact]
    public async Task Every_board_is_described_and_speaks_both_languages()
    {
        var paths = (await Json("/openapi/v1.json")).GetProperty("paths");
        foreach (var path in new[] { "/use", "/use/households", "/caps", "/holds", "/companies", "/households/{id}/curve", "/quarantine/search", "/quarantine/{id}" })
            Assert.True(paths.GetProperty("/api/v1" + path).GetProperty("get").GetProperty("summary").GetString()!.Length > 10, path);
        foreach (var (path, chinese, english) in new[]
        {
            ("/usage", "使用情况", "Households that may not use"), ("/caps", "补贴上限", "Households that have used up"), ("/holds", "暂缓清单", "Households whose amount waits"),
            ("/companies", "供能企业", "Coverage and lag"), ("/quarantine", "隔离消息", "Newest first"),
        })
        {
            Assert.Contains(chinese, await client.GetStringAsync(path), StringComparison.Ordinal);
            Assert.Contains(english, await client.GetStringAsync(path + "?lang=en"), StringComparison.Ordinal);
        }
    }

    /// <summary>Requests wait for the first board for a second and a half, and are answered without it where the machine is busier than that.</summary>
    private Task DrawnAsync() => SignInTests.Eventually(async () => (await client.GetAsync("/api/v1/use/households")).Headers.ETag is not null);

    private async Task<List<string>> Ids(string path) =>
        [.. (await Json(path)).GetProperty("households").EnumerateArray().Select(h => h.GetProperty("household_id").GetString()!)];

    private async Task<List<JsonElement>> Points(string id, string day, int days) =>
        [.. (await Json($"/api/v1/households/{id}/curve?day={day}&days={days}")).GetProperty("points").EnumerateArray()];

    private async Task<JsonElement> Json(string path) => JsonSerializer.Deserialize<JsonElement>(await client.GetStringAsync(path));

    private static decimal Number(JsonElement element, string name) => decimal.Parse(element.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}
