using System.Diagnostics;
using System.Net;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Access;

namespace MeterPipeline.Tests.Web;

/// <summary>Coming in, staying in, and being shown out; each test has a site of its own, because clocks and lockouts are the site's.</summary>
public sealed class SignInTests : IAsyncLifetime
{
    private const string Another = "another long one";
    private WebSite site = null!;

    public async Task InitializeAsync() => site = await WebSite.StartAsync(new AccessOptions { FormsPerMinute = 60 });

    public async Task DisposeAsync() => await site.DisposeAsync();

    [Fact]
    public async Task Without_people_a_visitor_at_this_machine_reads_and_is_called_a_guest()
    {
        using var guest = new WebVisitor(site);
        await guest.GetAsync("/");
        Assert.Contains("访客 · 只读", guest.Html, StringComparison.Ordinal);
        await guest.GetAsync("/quarantine?lang=en");
        Assert.Contains("Guest · read only", guest.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await guest.GetAsync("/users")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await guest.GetAsync("/exports/accruals.csv")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await guest.PostAsync($"/households/{WebSite.Household}/unmask", ("reason", "x"))).StatusCode);
        // A page elsewhere whose name was made to point to this machine.
        Assert.Equal(HttpStatusCode.Unauthorized, (await guest.GetAsync("/api/v1/overview", ("Host", "rebound.example"))).StatusCode);
        // Publishers alone change nothing here; a person, though disabled, does.
        site.AddUser("pub", Role.Company, WebVisitor.Password, company: "grid");
        await Eventually(async () => (await guest.GetAsync("/")).StatusCode == HttpStatusCode.OK);
        site.Ledger.PutUser(site.AddUser("li", Role.Bureau, WebVisitor.Password) with { Enabled = false }, "test", 1);
        await Eventually(async () => (await guest.GetAsync("/")).StatusCode == HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task One_comes_in_where_one_wanted_to_go_and_a_session_that_was_left_is_over()
    {
        site.AddUser("li", Role.Bureau, WebVisitor.Password);
        using var li = new WebVisitor(site);
        await li.GetAsync("/sign-in?return=%2Fquarantine");
        var answer = await li.PostAsync("/sign-in", ("name", "li"), ("password", WebVisitor.Password));
        Assert.Equal("/quarantine", answer.Headers.Location!.ToString());
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("session=", StringComparison.Ordinal));
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("expires", cookie, StringComparison.OrdinalIgnoreCase);
        var token = cookie["session=".Length..cookie.IndexOf(';', StringComparison.Ordinal)];
        await li.GetAsync("/quarantine");
        Assert.Contains("li · 能源局", li.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("访客", li.Html, StringComparison.Ordinal);
        Assert.Equal("/sign-in", (await li.PostAsync("/sign-out")).Headers.Location!.ToString());
        using var thief = new WebVisitor(site);
        Assert.Equal(HttpStatusCode.Unauthorized, (await thief.GetAsync("/api/v1/overview", ("Cookie", "session=" + token))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await thief.GetAsync("/api/v1/overview", ("Cookie", "session=" + AccessToken.New()))).StatusCode);
    }

    [Fact]
    public async Task A_password_that_was_given_is_changed_before_anything_else()
    {
        site.AddUser("li", Role.Bureau, WebVisitor.Password, mustChange: true);
        using var li = await WebVisitor.SignedInAsync(site, "li");
        Assert.Contains("new-password", li.Html, StringComparison.Ordinal);
        Assert.Equal("/password?return=%2Fquarantine", (await li.GetAsync("/quarantine")).Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.Forbidden, (await li.GetAsync("/api/v1/overview")).StatusCode);
        await li.GetAsync("/password?return=%2Fquarantine");
        foreach (var (old, chosen, again, status) in new[]
        {
            (WebVisitor.Password, Another, "a third long one", HttpStatusCode.BadRequest), (WebVisitor.Password, "short", "short", HttpStatusCode.BadRequest),
            (WebVisitor.Password, WebVisitor.Password, WebVisitor.Password, HttpStatusCode.BadRequest), ("not the old one", Another, Another, HttpStatusCode.Unauthorized),
        })
            Assert.Equal(status, (await li.PostAsync("/password", ("password", old), ("new-password", chosen), ("again-password", again))).StatusCode);
        using var elsewhere = await WebVisitor.SignedInAsync(site, "li");
        var answer = await li.PostAsync("/password", ("password", WebVisitor.Password), ("new-password", Another), ("again-password", Another));
        Assert.Equal("/quarantine", answer.Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.OK, (await li.GetAsync("/quarantine")).StatusCode);
        // Whoever else had come in with the old password is out.
        Assert.StartsWith("/sign-in", (await elsewhere.GetAsync("/quarantine")).Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.False(site.Ledger.Users()[0].MustChange);
    }

    [Fact]
    public async Task A_session_ends_when_it_is_idle_and_after_a_working_day_and_pages_that_ask_by_themselves_do_not_keep_it()
    {
        site.AddUser("li", Role.Bureau, WebVisitor.Password);
        using var li = await WebVisitor.SignedInAsync(site, "li");
        for (var hour = 0; hour < 3; hour++)
        {
            site.Pass(TimeSpan.FromMinutes(29));
            Assert.Equal(HttpStatusCode.OK, (await li.GetAsync("/")).StatusCode);
        }
        site.Pass(TimeSpan.FromMinutes(29));
        Assert.Equal(HttpStatusCode.OK, (await li.GetAsync("/api/v1/overview", ("Sec-Fetch-Mode", "cors"))).StatusCode);
        site.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.Unauthorized, (await li.GetAsync("/api/v1/overview")).StatusCode);
        using var wang = await WebVisitor.SignedInAsync(site, "li");
        for (var half = 0; half < 24; half++)
        {
            Assert.Equal(HttpStatusCode.OK, (await wang.GetAsync("/api/v1/seasons")).StatusCode);
            site.Pass(TimeSpan.FromMinutes(29.9));
        }
        site.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal(HttpStatusCode.Unauthorized, (await wang.GetAsync("/api/v1/seasons")).StatusCode);
    }

    [Fact]
    public async Task A_disabled_user_is_shown_out_wherever_it_was_said()
    {
        var user = site.AddUser("li", Role.Bureau, WebVisitor.Password);
        using var li = await WebVisitor.SignedInAsync(site, "li");
        site.Ledger.PutUser(user with { Enabled = false }, "another process", 1);
        await Eventually(async () => (await li.GetAsync("/quarantine")).StatusCode == HttpStatusCode.Redirect);
        site.Ledger.PutUser(user, "another process", 2);
        await Task.Delay(150);
        Assert.Equal(HttpStatusCode.Redirect, (await li.GetAsync("/quarantine")).StatusCode);
    }

    [Fact]
    public async Task Guessing_is_answered_later_and_later_and_then_not_at_all()
    {
        site.AddUser("li", Role.Bureau, WebVisitor.Password);
        site.AddUser("wang", Role.Bureau, WebVisitor.Password);
        using var guesser = new WebVisitor(site);
        await guesser.GetAsync("/sign-in?lang=en");
        for (var n = 0; n < 3; n++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await guesser.PostAsync("/sign-in", ("name", "li"), ("password", $"guess number {n}"))).StatusCode);
        Assert.Contains("Unknown user, wrong password, or a disabled account.", guesser.Html, StringComparison.Ordinal);
        // The fourth and fifth at once: what waits is no way around the count.
        await Task.WhenAll(guesser.PostAsync("/sign-in", ("name", "li"), ("password", "guess number 4")), guesser.PostAsync("/sign-in", ("name", "li"), ("password", "guess number 5")));
        var locked = await guesser.PostAsync("/sign-in", ("name", "li"), ("password", WebVisitor.Password));
        Assert.Equal(HttpStatusCode.TooManyRequests, locked.StatusCode);
        Assert.InRange(locked.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        using var wang = await WebVisitor.SignedInAsync(site, "wang");
    }

    [Fact]
    public async Task An_unknown_name_is_answered_as_a_known_one()
    {
        site.AddUser("li", Role.Bureau, WebVisitor.Password);
        using var guesser = new WebVisitor(site);
        await guesser.GetAsync("/sign-in");
        var known = await guesser.PostAsync("/sign-in", ("name", "li"), ("password", "not the right one"));
        var (status, html) = (known.StatusCode, guesser.Html.Replace("li", "", StringComparison.Ordinal));
        var unknown = await guesser.PostAsync("/sign-in", ("name", "nobody"), ("password", "not the right one"));
        Assert.Equal((status, html), (unknown.StatusCode, guesser.Html.Replace("nobody", "", StringComparison.Ordinal).Replace("li", "", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Behind_TLS_cookies_are_the_hosts_own_and_nobody_is_taken_for_a_guest()
    {
        await using var behind = await WebSite.StartAsync(new AccessOptions { BehindTls = true });
        using var stranger = new WebVisitor(behind);
        var answer = await stranger.GetAsync("/");
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("max-age=31536000", answer.Headers.GetValues("Strict-Transport-Security").Single());
        var page = await stranger.GetAsync("/sign-in?lang=en");
        Assert.Contains("There are no users yet.", stranger.Html, StringComparison.Ordinal);
        var cookie = page.Headers.GetValues("Set-Cookie").Single(c => c.Contains("visit", StringComparison.Ordinal));
        Assert.StartsWith("__Host-visit=", cookie, StringComparison.Ordinal);
        Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("/metrics")).StatusCode);
    }

    [Fact]
    public async Task Return_addresses_stay_here()
    {
        using var visitor = new WebVisitor(site);
        foreach (var (asked, taken) in new[]
        {
            ("/quarantine?x=1", "/quarantine?x=1"), ("//evil.example/", "/"), ("/\\evil.example/", "/"), ("https://evil.example/", "/"), ("javascript:alert(1)", "/"),
            ("/a\\b", "/"), ("/\t/evil.example", "/"), ("", "/"), ("/\"><script>", "/&quot;&gt;&lt;script&gt;"),
        })
        {
            await visitor.GetAsync("/sign-in?return=" + Uri.EscapeDataString(asked));
            Assert.Contains($"name=\"return\" value=\"{taken}\"", visitor.Html, StringComparison.Ordinal);
        }
    }

    /// <summary>What another process changed is seen within a tenth of a second; here, as soon as the machine allows.</summary>
    internal static async Task Eventually(Func<Task<bool>> holds)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromMinutes(1);)
        {
            if (await holds()) return;
            await Task.Delay(20);
        }
        Assert.Fail("It did not come to pass.");
    }
}
