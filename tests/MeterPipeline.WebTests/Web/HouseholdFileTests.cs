using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Tests.Web;

/// <summary>One household, one file: found, complete, masked, and of one's own divisions only.</summary>
public sealed class HouseholdFileTests : IAsyncLifetime
{
    /// <summary>An id may hold this: no blank, none of / + #.</summary>
    private const string EvilId = "<img_src=x>";
    private const string Hook = "<svg onload=alert(1)>\"'&";
    private RegistrySite registry = null!;

    public async Task InitializeAsync()
    {
        registry = await RegistrySite.StartAsync();
        await ImportAsync("meters", "meter_id,household_id,company,energy,register_digits,decimals,capacity,multiplier,installed_on,opening,removed_on,closing,serves\n"
            + $"M140802100201-01,{WebSite.Household},grid,electricity,6,2,8,1.5,,,2026-01-05,1901.25,heating\nMNEW,{WebSite.Household},grid,electricity,6,2,,,2026-01-05,3.5,,,heating\n");
        await ImportAsync("aliases", $"account,household_id,from,until\n1402345678,{WebSite.Household},,2025-01-01\n3301402345678,{WebSite.Household},2025-01-01,\n");
        await ImportAsync("households", "household_id,name,division,route,accepted_on,hardship,note,excluded_from,excluded_to,exclusion\n"
            + $"{WebSite.Household},张建国,{WebSite.Village},coal-to-electricity,2024-11-01,dibao,东院,2025-12-01,2025-12-15,idle\n");
    }

    public async Task DisposeAsync() => await registry.DisposeAsync();

    [Fact]
    public async Task The_file_tells_everything_and_masks_what_is_personal()
    {
        registry.Site.Ledger.AddHoldEntry(new HoldEntry(0, WebSite.Household, 2025, "site-inspection", HoldAct.Place, "", "电表箱破损", "li", WebSite.Today.StartMs));
        var page = WebUtility.HtmlDecode(await registry.Client.GetStringAsync($"/registry/households/{WebSite.Household}?lang=zh"));
        foreach (var told in new[]
        {
            "张某", "运城市 › 盐湖区 › 解州镇 › 东村", "煤改电", "2024-11-01", "东院", "6 位整数 + 2 位小数", "8 kW", "1.5", "****5678", "闲置", "2025-12-15",
            "换表", "1,901.2500 kWh", "3.5000 kWh", "电表箱破损", "li", "2026-01-05",
        }) Assert.Contains(told, page, StringComparison.Ordinal);
        Assert.Contains("拆除日期</td><td class=\"text prose\"><del>–</del> → <ins>2026-01-05", page, StringComparison.Ordinal);
        foreach (var hidden in new[] { "张建国", "3301402345678", "1402345678" }) Assert.DoesNotContain(hidden, page, StringComparison.Ordinal);

        var file = await Json($"/api/v1/registry/households/{WebSite.Household}");
        Assert.DoesNotContain("3301402345678", file.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("张建国", file.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(["****5678", "****5678"], file.GetProperty("accounts").EnumerateArray().Select(a => a.GetProperty("account").GetString()!));
        Assert.Equal(["1901.2500", null], file.GetProperty("meters").EnumerateArray().Select(m => m.TryGetProperty("closing", out var closing) ? closing.GetString() : null));
        Assert.Contains("alias", file.GetProperty("history").EnumerateArray().Select(e => e.GetProperty("kind").GetString()));
        var paths = (await Json("/openapi/v1.json")).GetProperty("paths");
        foreach (var path in new[] { "/api/v1/registry/households", "/api/v1/registry/households/{id}", "/api/v1/registry/imports/{key}" })
            Assert.True(paths.TryGetProperty(path, out _), path);
    }

    [Theory]
    [InlineData("h140802100201-01", 1)]
    [InlineData("MNEW", 1)]
    [InlineData("5678", 1)]
    [InlineData("678", 0)]
    [InlineData("东村", 24)]
    [InlineData("140802100", 12)]
    [InlineData("没有", 0)]
    public async Task A_household_is_found_by_what_people_have_at_hand(string query, int count)
    {
        var found = await Json("/api/v1/registry/households?q=" + Uri.EscapeDataString(query));
        Assert.Equal(count, found.GetProperty("count").GetInt32());
        var page = await registry.Client.GetStringAsync("/registry?q=" + Uri.EscapeDataString(query));
        Assert.Equal(count, Regex.Count(page, "href=\"/registry/households/"));
    }

    [Fact]
    public async Task Nothing_is_found_beyond_ones_divisions()
    {
        await using var site = await RegistrySite.StartAsync(Role.Township, "140882");
        foreach (var id in new[] { WebSite.Household, "H-none" })
            foreach (var path in new[] { "/registry/households/", "/api/v1/registry/households/" })
                Assert.Equal(HttpStatusCode.Forbidden, (await site.Client.GetAsync(path + id)).StatusCode);
        Assert.DoesNotContain("H140802", await site.Client.GetStringAsync("/registry?q=东村"), StringComparison.Ordinal);
        Assert.Contains("H140882", await site.Client.GetStringAsync("/registry?q=东村"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await site.Client.GetAsync("/registry/households/H140882100201-01")).StatusCode);
    }

    [Fact]
    public async Task Every_imported_text_is_inert_on_every_page()
    {
        const string id = EvilId;
        var keys = new List<string>
        {
            await ImportAsync("divisions", $"code,name,{Quoted(Hook)}\n140802100201,{Quoted(Hook)},\n", "<script>alert(1)</script>.csv"),
            await ImportAsync("companies", $"company,name,energy\ngrid,{Quoted(Hook)},electricity\n"),
            await ImportAsync("households", $"household_id,name,division,route,note\n{id},{Quoted(Hook)},{WebSite.Village},coal-to-electricity,{Quoted(Hook)}\n"),
            await ImportAsync("meters", $"meter_id,household_id,company,energy\nM{id},{id},grid,electricity\n"),
            await ImportAsync("aliases", $"account,household_id\n{id},{id}\n"),
            await registry.PreviewAsync("households", $"household_id,name,division,route,note\nX,{Quoted(Hook)},{Quoted(Hook)},{Quoted(Hook)},\n{id}/,x,{WebSite.Village},{id},\n"),
        };
        var escaped = Uri.EscapeDataString(id);
        foreach (var path in keys.Select(key => "/registry/import/" + key).Concat(
        [
            "/registry?q=" + Uri.EscapeDataString(Hook), "/registry?q=" + escaped, "/registry?q=" + WebSite.Village, "/registry/households/" + escaped,
            "/households/" + escaped, "/?division=" + WebSite.Village, "/?division=140802", "/registry/households/" + Uri.EscapeDataString(Hook), "/registry/import/" + escaped,
        ]))
        {
            using var answer = await registry.Client.GetAsync(path);
            Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound, path);
            var html = await answer.Content.ReadAsStringAsync();
            Assert.DoesNotMatch(new Regex("<(svg|img_|script(?! src=\"/assets/))"), html);
            Assert.DoesNotMatch(new Regex(" (style|on[a-z]+)=\""), html);
        }
        Assert.Contains("&lt;svg onload", await registry.Client.GetStringAsync("/registry/households/" + escaped), StringComparison.Ordinal);
        foreach (var path in new[] { "/api/v1/registry/households/" + escaped, "/api/v1/registry/households?q=" + escaped })
            Assert.DoesNotContain("<svg", await registry.Client.GetStringAsync(path), StringComparison.Ordinal);
    }

    private async Task<string> ImportAsync(string kind, string text, string name = "file.csv")
    {
        var key = await registry.PreviewAsync(kind, text, name);
        await registry.PressAsync(key, "confirm");
        var state = await registry.RestAsync(key);
        Assert.True(state.GetProperty("stage").GetString() == "applied" && state.GetProperty("refused").GetInt32() == 0, await registry.PageAsync(key));
        return key;
    }

    private static string Quoted(string text) => '"' + text.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';

    private async Task<JsonElement> Json(string path) => JsonSerializer.Deserialize<JsonElement>(await registry.Client.GetStringAsync(path));
}
