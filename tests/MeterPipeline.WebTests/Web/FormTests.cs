using System.Net;
using System.Text;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Access;

namespace MeterPipeline.Tests.Web;

/// <summary>Forms: that only ours are taken, none too large or too many, nothing typed is lost, and what they show is on record.</summary>
public sealed class FormTests : IAsyncLifetime
{
    private const string UnmaskPath = $"/households/{WebSite.Household}/unmask?season=2025-2026";
    private WebSite site = null!;

    public async Task InitializeAsync()
    {
        site = await WebSite.StartAsync(new AccessOptions { FormsPerMinute = 40 });
        site.AddUser("admin", Role.Administrator, WebVisitor.Password);
        site.AddUser("li", Role.Bureau, WebVisitor.Password);
    }

    public async Task DisposeAsync() => await site.DisposeAsync();

    [Fact]
    public async Task Forms_of_other_sites_are_refused()
    {
        using var li = await WebVisitor.SignedInAsync(site, "li");
        using var other = await WebVisitor.SignedInAsync(site, "li");
        await other.GetAsync($"/households/{WebSite.Household}");
        await li.GetAsync($"/households/{WebSite.Household}");
        var own = site.Address.GetLeftPart(UriPartial.Authority);
        foreach (var (token, headers) in new (string?, (string, string)[])[]
        {
            (null, [("Origin", own)]), ("", [("Origin", own)]), (other.Token, [("Origin", own)]), (li.Token, [("Origin", "https://evil.example")]),
            (li.Token, [("Origin", "null")]), (li.Token, [("Origin", own), ("Sec-Fetch-Site", "cross-site")]), (li.Token, [("Sec-Fetch-Site", "same-site")]),
        })
        {
            var form = new FormUrlEncodedContent([KeyValuePair.Create("reason", "核查"), .. token is null ? [] : (KeyValuePair<string, string>[])[KeyValuePair.Create("form_token", token)]]);
            Assert.Equal(HttpStatusCode.Forbidden, (await li.PostRawAsync(UnmaskPath, form, headers)).StatusCode);
        }
        Assert.DoesNotContain(site.Ledger.Access.Log(long.MaxValue, 9), entry => entry.Act == AccessAct.Unmask);
        await li.GetAsync($"/households/{WebSite.Household}");
        Assert.Equal(HttpStatusCode.Redirect, (await li.PostAsync(UnmaskPath, ("reason", "核查"))).StatusCode);
        // Not even signing in is done for somebody.
        using var victim = new WebVisitor(site);
        var login = new FormUrlEncodedContent([KeyValuePair.Create("name", "li"), KeyValuePair.Create("password", WebVisitor.Password)]);
        Assert.Equal(HttpStatusCode.Forbidden, (await victim.PostRawAsync("/sign-in", login)).StatusCode);
    }

    [Fact]
    public async Task A_form_that_comes_after_the_session_is_kept_and_sent_after_all()
    {
        using var admin = await WebVisitor.SignedInAsync(site, "admin");
        await admin.GetAsync("/users");
        site.Pass(TimeSpan.FromMinutes(31));
        var late = await admin.PostAsync("/users", ("name", "wang<b>"), ("role", "township"), ("divisions", "140802100,\"'&"), ("company", "第一行\n第二行"));
        Assert.Equal(HttpStatusCode.Unauthorized, late.StatusCode);
        Assert.Contains("您填写的内容没有丢失", admin.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", admin.Html, StringComparison.Ordinal);
        // A wrong password loses nothing either.
        Assert.Equal(HttpStatusCode.Unauthorized, (await admin.PostAsync("/sign-in", ("name", "admin"), ("password", "not the right one"))).StatusCode);
        var back = await admin.PostAsync("/sign-in", ("name", "admin"), ("password", WebVisitor.Password));
        Assert.Equal(HttpStatusCode.OK, back.StatusCode);
        Assert.Contains("<dd>wang&lt;b&gt;</dd>", admin.Html, StringComparison.Ordinal);
        Assert.Contains("<dd>140802100,&quot;&#x27;&amp;</dd>", admin.Html, StringComparison.Ordinal);
        var sent = await admin.PostAsync("/users");
        Assert.Equal(HttpStatusCode.BadRequest, sent.StatusCode);
        Assert.Contains("value=\"wang&lt;b&gt;\"", admin.Html, StringComparison.Ordinal);
        Assert.Contains("value=\"第一行&#xA;第二行\"", admin.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_typed_survives_a_password_that_must_be_changed_but_passwords_are_not_kept()
    {
        using var li = await WebVisitor.SignedInAsync(site, "li");
        await li.GetAsync($"/households/{WebSite.Household}");
        var token = li.Token;
        site.AddUser("li", Role.Bureau, "given by the administrator", mustChange: true);
        await SignInTests.Eventually(async () => (await li.GetAsync("/api/v1/seasons")).StatusCode == HttpStatusCode.Unauthorized);
        var form = new FormUrlEncodedContent([KeyValuePair.Create("form_token", token), KeyValuePair.Create("reason", "核查户号"), KeyValuePair.Create("old-password", "a secret of mine")]);
        await li.PostRawAsync(UnmaskPath, form, ("Origin", site.Address.GetLeftPart(UriPartial.Authority)));
        Assert.DoesNotContain("a secret of mine", li.Html, StringComparison.Ordinal);
        await li.PostAsync("/sign-in", ("name", "li"), ("password", "given by the administrator"));
        Assert.Contains("new-password", li.Html, StringComparison.Ordinal);
        await li.PostAsync("/password", ("password", "given by the administrator"), ("new-password", "a third long one"), ("again-password", "a third long one"));
        Assert.Contains("<dd>核查户号</dd>", li.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await li.PostAsync(UnmaskPath)).StatusCode);
        Assert.Equal("核查户号", site.Ledger.Access.Log(long.MaxValue, 1)[0].Reason);
    }

    [Fact]
    public async Task A_form_of_another_site_is_not_carried_through_a_sign_in()
    {
        using var victim = new WebVisitor(site);
        var form = new FormUrlEncodedContent([KeyValuePair.Create("name", "evil"), KeyValuePair.Create("role", "administrator")]);
        Assert.Equal(HttpStatusCode.Forbidden, (await victim.PostRawAsync("/users", form, ("Origin", "https://evil.example"))).StatusCode);
        Assert.DoesNotContain("draft.", victim.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/sign-in", 300)]
    [InlineData("/users", 70)]
    [InlineData("/healthz", 70)]
    [InlineData("/nothing", 300)]
    public async Task Uploads_that_are_too_large_are_refused_with_and_without_a_stated_length(string path, int kilobytes)
    {
        using var admin = await WebVisitor.SignedInAsync(site, "admin");
        await admin.GetAsync("/users");
        var form = $"form_token={admin.Token}&name=" + new string('x', kilobytes * 1024);
        foreach (var chunked in new[] { false, true })
        {
            HttpContent content = chunked ? new StreamContent(new Trickle(Encoding.ASCII.GetBytes(form))) : new StringContent(form);
            content.Headers.ContentType = new("application/x-www-form-urlencoded");
            var status = (int)(await admin.PostRawAsync(path, content)).StatusCode;
            Assert.Contains(status, path is "/sign-in" or "/users" ? [413] : new[] { 404, 405, 413 });
        }
    }

    [Fact]
    public async Task Too_many_forms_of_one_address_are_told_to_wait_and_reading_goes_on()
    {
        using var visitor = new WebVisitor(site);
        HttpResponseMessage answer;
        var sent = 0;
        do answer = await visitor.PostAsync("/sign-out"); while (answer.StatusCode != HttpStatusCode.TooManyRequests && ++sent <= 40);
        Assert.InRange(sent, 1, 40);
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.Contains("提交过于频繁", visitor.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/sign-in")).StatusCode);
    }

    [Fact]
    public async Task Names_are_masked_until_somebody_says_why_and_masked_again_after_ten_minutes()
    {
        using var li = await WebVisitor.SignedInAsync(site, "li");
        using var other = await WebVisitor.SignedInAsync(site, "li");
        await li.GetAsync($"/households/{WebSite.Household}");
        Assert.Contains("张某", li.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await li.PostAsync(UnmaskPath, ("reason", "  "))).StatusCode);
        await li.GetAsync($"/households/{WebSite.Household}");
        var answer = await li.PostAsync(UnmaskPath, ("reason", WebSite.Evil));
        Assert.Equal($"/households/{WebSite.Household}?season=2025-2026", answer.Headers.Location!.ToString());
        await li.GetAsync($"/households/{WebSite.Household}");
        Assert.Contains("<dd>张建国</dd>", li.Html, StringComparison.Ordinal);
        await other.GetAsync($"/households/{WebSite.Household}");
        Assert.DoesNotContain("张建国", other.Html, StringComparison.Ordinal);
        await li.GetAsync("/households/H140802100201-03");
        Assert.DoesNotContain("建国", li.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("建国", await (await li.GetAsync($"/api/v1/households/{WebSite.Household}")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        site.Pass(TimeSpan.FromMinutes(10));
        await li.GetAsync($"/households/{WebSite.Household}");
        Assert.DoesNotContain("张建国", li.Html, StringComparison.Ordinal);
        using var admin = await WebVisitor.SignedInAsync(site, "admin");
        Assert.Equal(HttpStatusCode.Forbidden, (await admin.PostAsync(UnmaskPath, ("reason", "核查"))).StatusCode);
        await admin.GetAsync("/access");
        Assert.Contains($"<td class=\"text\">li</td><td class=\"text\">查看个人信息</td><td class=\"text prose\" title=\"{WebSite.Household}\"><a href=\"/households/{WebSite.Household}\">户 {WebSite.Household}</a></td><td class=\"text prose\">&lt;script&gt;", admin.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", admin.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_imported_text_becomes_markup_on_any_page()
    {
        var change = new RegistryChange();
        change.Companies.Add(new Company("grid", WebSite.Evil, Energy.Electricity));
        foreach (var code in new[] { "140802000000", "140802100000", WebSite.Village }) change.Divisions.Add(new Division(code, WebSite.Evil, null));
        change.Aliases.Add(new AccountAlias(WebSite.Evil, WebSite.Household, null, null));
        change.Installations.Add(new Installation(
            WebSite.Evil, WebSite.Household, "grid", Energy.Electricity, 6, 2, null, 1, null, null, null, null, Serves.Heating, 0));
        site.Ledger.ChangeRegistry(change, WebSite.Evil, 1);
        using var li = await WebVisitor.SignedInAsync(site, "li");
        await li.GetAsync($"/households/{WebSite.Household}");
        await li.PostAsync(UnmaskPath, ("reason", WebSite.Evil));
        foreach (var path in new[] { "/", "/?division=140802", "/?division=140802100", $"/?division={WebSite.Village}", $"/households/{WebSite.Household}", "/quarantine" })
        {
            await li.GetAsync(path);
            Assert.DoesNotContain("<script>alert", li.Html, StringComparison.Ordinal);
            if (path != "/") Assert.Contains("&lt;script&gt;alert", li.Html, StringComparison.Ordinal);
        }
        await li.GetAsync($"/households/{WebSite.Household}");
        Assert.Contains("<dd>&lt;script&gt;alert", li.Html, StringComparison.Ordinal);
        var json = await li.GetAsync($"/api/v1/households/{WebSite.Household}");
        Assert.Equal(("application/json", "nosniff"), (json.Content.Headers.ContentType!.MediaType, json.Headers.GetValues("X-Content-Type-Options").Single()));
    }

    [Fact]
    public async Task What_is_taken_away_is_on_record()
    {
        using var li = await WebVisitor.SignedInAsync(site, "li");
        var answer = await li.GetAsync($"/exports/accruals.csv?season=2025-2026&division={WebSite.Village}");
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(7, lines.Length);
        Assert.StartsWith("season,division,household_id", lines[0], StringComparison.Ordinal);
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        var entry = site.Ledger.Access.Log(long.MaxValue, 1)[0];
        Assert.Equal((AccessAct.Export, "li", $"accruals-2025-2026-{WebSite.Village}.csv"), (entry.Act, entry.Actor, entry.Subject));
    }

    [Fact]
    public async Task An_administrator_adds_limits_resets_and_disables_users()
    {
        using var admin = await WebVisitor.SignedInAsync(site, "admin");
        await admin.GetAsync("/users");
        foreach (var (name, role, divisions, company) in new[] { ("x y", "bureau", "", ""), ("li", "bureau", "", ""), ("w", "township", "", ""), ("w", "bureau", "x", ""), ("w", "company", "", "no-such") })
            Assert.Equal(HttpStatusCode.BadRequest, (await admin.PostAsync("/users", ("name", name), ("role", role), ("divisions", divisions), ("company", company))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await admin.PostAsync("/users", ("name", "wang"), ("role", "township"), ("divisions", "140802101000"), ("company", ""))).StatusCode);
        var given = System.Text.RegularExpressions.Regex.Match(admin.Html, "<code>([^<]+)</code>").Groups[1].Value;
        using (var wang = await WebVisitor.SignedInAsync(site, "wang", given)) Assert.Contains("new-password", wang.Html, StringComparison.Ordinal);
        await admin.GetAsync("/users");
        Assert.DoesNotContain(given, admin.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await admin.PostAsync("/users/wang/divisions", ("divisions", "140802100，140802101"))).StatusCode);
        Assert.Equal(["140802100", "140802101"], site.Ledger.Users().Single(user => user.Name == "wang").Divisions);
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.PostAsync("/users/wang/divisions", ("divisions", ""))).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await admin.PostAsync("/users/wang/state", ("enabled", "false"))).StatusCode);
        Assert.False(site.Ledger.Users().Single(user => user.Name == "wang").Enabled);
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.PostAsync("/users/admin/state", ("enabled", "false"))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.PostAsync("/users/nobody/state", ("enabled", "false"))).StatusCode);
        using var view = site.Ledger.OpenView();
        Assert.All(view.Audit("user", "wang"), row => Assert.Equal("admin", row.Actor));
    }

    [Fact]
    public async Task Machines_come_with_a_key_that_is_limited_and_can_be_taken_back()
    {
        var key = AccessToken.New();
        var stored = new ApiKey("scada", Role.Finance, null, ["140802100"], AccessToken.Hash(key), 1, null, null);
        site.Ledger.Access.PutKey(stored, "test", 1);
        using var machine = new WebVisitor(site);
        (string, string) bearer = ("Authorization", "Bearer " + key);
        await SignInTests.Eventually(async () => (await machine.GetAsync("/api/v1/seasons", bearer)).StatusCode == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await machine.GetAsync($"/api/v1/households/{WebSite.Household}", bearer)).StatusCode);
        var elsewhere = await machine.GetAsync("/api/v1/households/H140802101201-01", bearer);
        Assert.Equal((HttpStatusCode.Forbidden, "application/problem+json"), (elsewhere.StatusCode, elsewhere.Content.Headers.ContentType?.MediaType));
        Assert.Equal(HttpStatusCode.OK, (await machine.GetAsync("/exports/accruals.csv?division=140802100", bearer)).StatusCode);
        Assert.Equal("key:scada", site.Ledger.Access.Log(long.MaxValue, 1)[0].Actor);
        // A key unmasks nobody: there is no person who says why.
        var form = new FormUrlEncodedContent([KeyValuePair.Create("reason", "x")]);
        Assert.Equal(HttpStatusCode.Forbidden, (await machine.PostRawAsync(UnmaskPath, form, bearer)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await machine.GetAsync("/api/v1/seasons", ("Authorization", "Bearer " + AccessToken.New()))).StatusCode);
        await SignInTests.Eventually(() => Task.FromResult(site.Ledger.Access.Keys()[0].UsedDay == WebSite.Today.Number));
        using var admin = await WebVisitor.SignedInAsync(site, "admin");
        await admin.GetAsync("/users?lang=en");
        Assert.Contains("<tr><th scope=\"row\">scada</th><td class=\"text\" data-label=\"Role\">bureau of finance</td><td class=\"text\" data-label=\"Divisions\">140802100</td>", admin.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(stored.Hash, admin.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.PostAsync("/users/keys/nobody/revoke")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await admin.PostRawAsync("/users/keys/scada/revoke", new FormUrlEncodedContent([]))).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await admin.PostAsync("/users/keys/scada/revoke")).StatusCode);
        using (var view = site.Ledger.OpenView()) Assert.Equal("admin", view.Audit("key", "scada")[^1].Actor);
        await SignInTests.Eventually(async () => (await machine.GetAsync("/api/v1/seasons", bearer)).StatusCode == HttpStatusCode.Unauthorized);
    }

    /// <summary>A stream that does not say how long it is.</summary>
    private sealed class Trickle(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
