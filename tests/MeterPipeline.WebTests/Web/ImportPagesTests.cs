using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Tests.Web;

/// <summary>Imports from the browser: what is previewed is what is written, by somebody with a name, and bad files harm nothing.</summary>
public sealed class ImportPagesTests : IAsyncLifetime
{
    private const string Households = "household_id,name,division,route,note\n";
    private RegistrySite registry = null!;

    public async Task InitializeAsync() => registry = await RegistrySite.StartAsync();

    public async Task DisposeAsync() => await registry.DisposeAsync();

    [Fact]
    public async Task A_preview_changes_nothing_and_its_confirmation_what_it_showed()
    {
        var version = registry.Site.Ledger.RegistryVersion();
        var key = await registry.PreviewAsync("households",
            Households + $"{WebSite.Household},张建国,{WebSite.Village},coal-to-gas,\nNEW1,新户,{WebSite.Village},coal-to-gas,西院\nBAD,x,999,coal-to-gas,\n");
        var page = await registry.PageAsync(key);
        Assert.Matches("<li>route <del>[^<]+</del> → <ins>[^<]+</ins>", page);
        Assert.Contains("household NEW1", page, StringComparison.Ordinal);
        Assert.Contains("&quot;999&quot; is not a division code", page, StringComparison.Ordinal);
        Assert.DoesNotContain("张建国", page, StringComparison.Ordinal);
        var state = await registry.RestAsync(key);
        Assert.Equal(("previewed", 1, 1, 1), (state.GetProperty("stage").GetString(), Count(state, "added"), Count(state, "changed"), Count(state, "refused")));
        Assert.Equal(version, registry.Site.Ledger.RegistryVersion());

        Assert.Equal(HttpStatusCode.Redirect, await registry.PressAsync(key, "confirm"));
        Assert.Equal("applied", (await registry.RestAsync(key)).GetProperty("stage").GetString());
        using var view = registry.Site.Ledger.OpenView();
        Assert.Equal(version + 1, view.Registry().Version);
        Assert.Equal("西院", view.Registry().Households["NEW1"].Note);
        Assert.Equal(["test", "li"], view.Audit("household", WebSite.Household).Select(row => row.Actor));
        Assert.Single(Directory.GetFiles(registry.Site.Imports)); // the list of refused rows
    }

    [Fact]
    public async Task A_preview_says_what_the_import_then_does_for_every_kind_of_file()
    {
        foreach (var (kind, text) in new[]
        {
            ("divisions", "code,name,parent\n1409,忻州市,\n140802100201,东村新名,140802100\n140802,盐湖区,140800000000\n"),
            ("companies", "company,name,energy\ngas2,燃气二公司,gas\ngrid,国网运城供电公司,electricity\n"),
            ("households", $"household_id,name,division,route,excluded_from,excluded_to,exclusion\nP1,甲,{WebSite.Village},central-heating,2025-01-01,2025-02-01,idle\nP1,甲,{WebSite.Village},central-heating,2025-03-01,,idle\n"),
            ("meters", "meter_id,household_id,company,energy,removed_on,closing,installed_on,opening,serves\nM140802100201-01,H140802100201-01,grid,electricity,2026-01-05,90,,,heating\nMX,H140802100201-01,grid,electricity,,,2026-01-05,7,heating\nM140802100201-01,H140802100201-02,grid,electricity,,,2026-01-10,90,\n"),
            ("heated-households", "household_id,from,households\nP1,2025-11-15,120\nP1,2025-12-15,118\n"),
            ("aliases", "account,household_id,from,until\n1400000000001,P1,2024-01-01,2025-01-01\n3301400000000001,P1,2025-01-01,\n"),
        })
        {
            var key = await registry.PreviewAsync(kind, text);
            var preview = await registry.RestAsync(key);
            Assert.True(Count(preview, "refused") == 0, await registry.PageAsync(key));
            await registry.PressAsync(key, "confirm");
            var applied = await registry.RestAsync(key);
            foreach (var count in new[] { "added", "changed", "unchanged", "refused" }) Assert.Equal((kind, Count(preview, count)), (kind, Count(applied, count)));
            Assert.True(Count(applied, "added") > 0, kind);
        }
    }

    [Fact]
    public async Task Whoever_changes_the_registry_in_between_makes_the_preview_void()
    {
        var key = await registry.PreviewAsync("households", Households + $"NEW1,新户,{WebSite.Village},coal-to-gas,\n");
        var other = await registry.PreviewAsync("companies", "company,name,energy\ngas3,燃气三公司,gas\n");
        await registry.PressAsync(other, "confirm");
        await registry.PressAsync(key, "confirm");
        Assert.Equal("moved", (await registry.RestAsync(key)).GetProperty("stage").GetString());
        using (var view = registry.Site.Ledger.OpenView()) Assert.False(view.Registry().Households.ContainsKey("NEW1"));
        Assert.DoesNotContain("/confirm", await registry.PageAsync(key), StringComparison.Ordinal);
        await registry.PressAsync(key, "preview");
        await registry.PressAsync(key, "confirm");
        Assert.Equal("applied", (await registry.RestAsync(key)).GetProperty("stage").GetString());
    }

    [Fact]
    public async Task Only_those_with_the_right_import_and_a_guest_only_reads()
    {
        await using var open = await WebSite.StartAsync();
        using var guest = new WebVisitor(open);
        Assert.Equal(HttpStatusCode.OK, (await guest.GetAsync("/registry")).StatusCode);
        Assert.DoesNotContain("/registry/import", guest.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await guest.GetAsync("/registry/import")).StatusCode);
        using var form = new MultipartFormDataContent { { new StringContent("households"), "kind" } };
        form.Add(new StringContent(Households), "file", "file.csv");
        Assert.Equal(HttpStatusCode.Forbidden, (await guest.PostRawAsync("/registry/import", form)).StatusCode);

        await using var finance = await RegistrySite.StartAsync(Role.Finance);
        Assert.Equal(HttpStatusCode.Forbidden, (await finance.SendAsync("households", new StringContent(Households))).StatusCode);
        // Who is limited to a place does not write what holds everywhere.
        await using var county = await RegistrySite.StartAsync(Role.Bureau, "140802");
        Assert.Equal(HttpStatusCode.Forbidden, (await county.Client.GetAsync("/registry/import")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await county.SendAsync("households", new StringContent(Households))).StatusCode);
        Assert.False(Directory.Exists(county.Site.Imports));
    }

    [Fact]
    public async Task An_upload_proves_that_it_is_ours_before_its_file_is_read()
    {
        KeyValuePair<string, string> kind = new("kind", "households");
        Assert.Equal(HttpStatusCode.Forbidden, (await registry.SendAsync([kind], new StringContent(Households))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await registry.SendAsync([new("form_token", "x"), kind], new StringContent(Households))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await registry.SendTokenLastAsync("households", new StringContent(Households))).StatusCode);
        Assert.False(Directory.Exists(registry.Site.Imports));
        var key = await registry.PreviewAsync("companies", "company,name,energy\ngas3,燃气三公司,gas\n");
        using var forged = await registry.Client.PostAsync($"/registry/import/{key}/confirm", new FormUrlEncodedContent([]));
        Assert.Equal(HttpStatusCode.Forbidden, forged.StatusCode);
        registry.Client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "cross-site");
        Assert.Equal(HttpStatusCode.Forbidden, (await registry.SendAsync("households", new StringContent(Households))).StatusCode);
        registry.Client.DefaultRequestHeaders.Clear();
        Assert.Equal("previewed", (await registry.RestAsync(key)).GetProperty("stage").GetString());
    }

    [Fact]
    public async Task An_upload_is_its_owners_and_only_as_long_as_it_is_needed()
    {
        var key = await registry.PreviewAsync("companies", "company,name,energy\ngas3,燃气三公司,gas\n");
        if (!OperatingSystem.IsWindows())
        {
            foreach (var file in Directory.GetFiles(registry.Site.Imports)) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(registry.Site.Imports));
        }
        await registry.PressAsync(key, "discard");
        Assert.Empty(Directory.GetFiles(registry.Site.Imports));
        Assert.Equal(HttpStatusCode.NotFound, (await registry.Client.GetAsync($"/registry/import/{key}")).StatusCode);
        var wait = new List<string>();
        for (var i = 0; i < 9; i++) wait.Add(await registry.PreviewAsync("companies", $"company,name,energy\ngas{i},x,gas\n"));
        Assert.Equal(16, Directory.GetFiles(registry.Site.Imports).Length);
        Assert.Equal(HttpStatusCode.NotFound, (await registry.Client.GetAsync($"/registry/import/{wait[0]}")).StatusCode);
    }

    [Theory]
    [InlineData("gbk", "not UTF-8")]
    [InlineData("utf16", "UTF-16")]
    [InlineData("workbook", "workbook")]
    [InlineData("picture", "not UTF-8")]
    [InlineData("zeros", "needs the column")]
    [InlineData("cell", "rest of the file was not read")]
    public async Task A_file_that_is_none_is_refused_with_place_and_remedy(string what, string says)
    {
        byte[] file = what switch
        {
            "gbk" => [.. Encoding.ASCII.GetBytes(Households), 0xD5, 0xC5, 0xC8, 0xFD],
            "utf16" => [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Households)],
            "workbook" => [0x50, 0x4B, 3, 4, 0, 0],
            "picture" => [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10],
            "zeros" => new byte[4096],
            _ => Encoding.ASCII.GetBytes(Households + $"NEW1,{new string('x', 100_000)},{WebSite.Village},coal-to-gas,\n"),
        };
        var key = await registry.PreviewAsync("households", file);
        var page = await registry.PageAsync(key);
        Assert.Contains(says, page, StringComparison.Ordinal);
        Assert.DoesNotContain($"/{key}/confirm", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, await registry.PressAsync(key, "confirm"));
        using var view = registry.Site.Ledger.OpenView();
        Assert.False(view.Registry().Households.ContainsKey("NEW1"));
    }

    [Fact]
    public async Task An_oversized_upload_is_refused_and_leaves_nothing()
    {
        using var answer = await registry.SendAsync("households", new Endless(80 << 20));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("64 MiB", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(registry.Site.Imports));
    }

    [Theory]
    [InlineData("households", "", 400)]
    [InlineData("users", "x", 400)]
    [InlineData("payees", "x", 400)]
    [InlineData("disbursements", "x", 400)]
    public async Task An_upload_without_file_or_kind_is_answered_with_a_page(string kind, string file, int status)
    {
        using var answer = await registry.SendAsync(kind, new StringContent(file));
        Assert.Equal((status, "text/html"), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        using var other = await registry.Client.PostAsync("/registry/import", new StringContent("a,b\n", Encoding.UTF8, "text/csv"));
        Assert.Equal(HttpStatusCode.BadRequest, other.StatusCode);
    }

    [Fact]
    public async Task Refused_rows_cannot_run_in_a_spreadsheet()
    {
        var key = await registry.PreviewAsync("aliases",
            $"account,household_id,from,until\n=1|cmd,{WebSite.Household},,\n=1|cmd,{WebSite.Household},,\n@x,{WebSite.Household},,\n@x,{WebSite.Household},,\n");
        using var answer = await registry.Client.GetAsync($"/registry/import/{key}/refused.csv");
        Assert.Equal("refused.csv", answer.Content.Headers.ContentDisposition!.FileName);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        var lines = Encoding.UTF8.GetString(bytes[3..]).Split("\r\n");
        Assert.Equal("Line,Column,Reason,Remedy", lines[0]);
        Assert.Equal("3,account,'=1|cmd with this from stands in line 2 already,keep one of the two", lines[1]);
        Assert.StartsWith("5,account,'@x ", lines[2], StringComparison.Ordinal);
        Assert.DoesNotMatch(new Regex("(^|,)\"?[=+@-]", RegexOptions.Multiline), string.Join('\n', lines));
    }

    [Theory]
    [InlineData("divisions", "code,name,parent\n1,,\n140802100201,x,140802100201\n140802100201,x,\n140802100201,y,\n")]
    [InlineData("companies", "company,name,energy\n气,x,coal\ngrid,x,gas\na b,x,\ngrid2,x,gas\ngrid2,x,gas\n")]
    [InlineData("households", "household_id,name,division,route,accepted_on,note,excluded_from,excluded_to,exclusion\n1.4E+12,x,,煤,2025-02-30,,2025-01-02,2025-01-01,\n,x,140802100999,煤改气,,,,2025-01-01,idle\nA,x,140802100201,煤改气,,,,,\nA,y,140802100201,煤改气,,,,,\nA,x,140802100201,煤改气,,,2025-01-01,,idle\nA,x,140802100201,煤改气,,,,,,more\n")]
    [InlineData("meters", "meter_id,household_id,company,energy,register_digits,capacity,multiplier,installed_on,opening,removed_on,closing,serves,heated_households\nM1,H9,grid9,gas,13,0,0,,5,,6,,3\nM2,H140802100201-01,grid,gas,2,x,1,2025-01-02,500,2025-01-01,1,,\nM140802100201-01,H140802100201-02,grid,electricity,,,,2025-01-02,,,,,\nM3,H140802100201-01,grid,electricity,,,,2025-01-02,9,2025-02-02,1,,\nM4,H140802100201-01,grid,electricity,,-1,,x,,,,,\n")]
    [InlineData("heated-households", "household_id,from,households\nH9,,\nH140802100201-01,2025-01-01,1.5\n")]
    [InlineData("aliases", "account,household_id,from,until\nA1,H140802100201-01,2025-01-01,2025-01-01\nA2,H9,,\nA3,H140802100201-01,,\nA3,H140802100201-02,2025-01-01,\n")]
    [InlineData("aliases", "户号,户号\n")]
    [InlineData("companies", "company,name,energy\ng,\"x\"y,gas\n")]
    public async Task Every_reason_is_told_in_Chinese_too(string kind, string text)
    {
        var key = await registry.PreviewAsync(kind, text);
        var page = WebUtility.HtmlDecode(await registry.Client.GetStringAsync($"/registry/import/{key}?lang=zh"));
        var refused = page[page.IndexOf("拒收的行", StringComparison.Ordinal)..];
        var rows = Regex.Matches(refused, "<tr><th scope=\"row\">(\\d+)</th><td class=\"text\">(.*?)</td><td class=\"text\">(.*?)</td><td class=\"text\">(.*?)</td></tr>");
        Assert.NotEmpty(rows);
        foreach (Match row in rows)
        {
            Assert.Matches("[\u4e00-\u9fff]", row.Groups[4].Value);
            Assert.DoesNotMatch("\\b(is|the|stands|give|correct|has)\\b", row.Groups[3].Value + row.Groups[4].Value);
        }
    }

    private static int Count(System.Text.Json.JsonElement state, string name) => state.GetProperty(name).GetInt32();

    /// <summary>More bytes than anybody holds, sent as they are made, of no stated length.</summary>
    private sealed class Endless(int bytes) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var row = Encoding.ASCII.GetBytes(Households + new string('x', 60_000) + "\n");
            try
            {
                for (var sent = 0; sent < bytes; sent += row.Length) await stream.WriteAsync(row);
            }
            catch (IOException)
            {
                // The server has said enough.
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
