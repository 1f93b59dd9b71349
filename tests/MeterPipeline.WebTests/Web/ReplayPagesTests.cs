using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Tests.Web;

/// <summary>Replays of quarantine from the pages and by the API: previewed first, then for a reason, by those with the right.</summary>
public sealed class ReplayPagesTests : IAsyncLifetime
{
    /// <summary>The site's own message; these tests add theirs after it.</summary>
    private const long First = 1;
    private readonly AccessSite people = new();

    private WebSite Site => people.Site;

    public Task InitializeAsync() => people.InitializeAsync();

    public Task DisposeAsync() => people.DisposeAsync();

    [Fact]
    public async Task Chosen_messages_are_previewed_without_a_trace_and_taken_when_somebody_says_why()
    {
        var (good, other) = (Quarantine("M-LATE", "1.5"), Quarantine("M-NEVER", "1.5"));
        Register("M-LATE");
        using var bureau = await WebVisitor.SignedInAsync(Site, "bureau");
        await bureau.GetAsync("/quarantine");
        Assert.Contains($"name=\"message\" value=\"{good}\"", bureau.Html, StringComparison.Ordinal);
        var at = await Begin(bureau, ("act", "chosen"), ("message", $"{good}"), ("message", $"{other}"));
        Assert.Contains("预览完成", bureau.Html, StringComparison.Ordinal);
        Assert.Equal(["2", "1", "1", "1"], Figures(bureau));
        Assert.Equal([First, good, other], Open());
        Assert.Empty(Log());
        foreach (var note in new[] { " ", "一行\n两行", new string('说', 501) })
            Assert.Equal(HttpStatusCode.BadRequest, (await bureau.PostAsync(at + "/confirm", ("note", note))).StatusCode);
        Assert.Equal([First, good, other], Open());
        await Confirm(bureau, at, WebSite.Evil);
        Assert.Contains("重放完成", bureau.Html, StringComparison.Ordinal);
        Assert.Contains($"href=\"/quarantine/{good}\"", bureau.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", bureau.Html, StringComparison.Ordinal);
        Assert.Equal([First, other], Open());
        // Once more does nothing more.
        Assert.Equal(HttpStatusCode.Redirect, (await bureau.PostAsync(at + "/confirm", ("note", "再次"))).StatusCode);
        var entry = Assert.Single(Log());
        Assert.Equal(("bureau", WebSite.Evil, $"quarantine: 2 #{good} #{other}"), (entry.Actor, entry.Reason, entry.Subject));
        using var admin = await WebVisitor.SignedInAsync(Site, "admin");
        await admin.GetAsync("/access");
        Assert.Contains("重放隔离消息", admin.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_match_are_replayed_and_what_comes_after_the_preview_is_left()
    {
        var (good, bad) = (Quarantine("M-LATE", "1.5"), Quarantine("M-LATE", "x", "bad-value"));
        Register("M-LATE");
        using var bureau = await WebVisitor.SignedInAsync(Site, "bureau");
        await bureau.GetAsync("/quarantine?reason=unknown-meter&company=grid&open=true");
        var at = await Begin(bureau, ("act", "all"));
        Assert.Contains("供能企业 国网运城供电公司 · 表号未登记", bureau.Html, StringComparison.Ordinal);
        Assert.Equal(["2", "1", "1", "1"], Figures(bureau));
        var later = Quarantine("M-LATE", "2.5");
        await Confirm(bureau, at, "已补登记电表");
        Assert.Equal([First, bad, later], Open());
        Assert.Equal($"quarantine: 2 ≤ #{bad} company=grid reason=unknown-meter", Assert.Single(Log()).Subject);
    }

    [Fact]
    public async Task Without_token_right_or_ownership_nothing_is_replayed()
    {
        var good = Quarantine("M-LATE", "1.5");
        Register("M-LATE");
        using var bureau = await WebVisitor.SignedInAsync(Site, "bureau");
        await bureau.GetAsync("/quarantine");
        var forged = new FormUrlEncodedContent([new("act", "all")]);
        Assert.Equal(HttpStatusCode.Forbidden, (await bureau.PostRawAsync("/quarantine/replays", forged)).StatusCode);
        foreach (var nonsense in new[] { "", "0", "-1", "x", "99999999999999999999" })
            Assert.Equal(HttpStatusCode.BadRequest, (await bureau.PostAsync("/quarantine/replays", ("act", "chosen"), ("message", nonsense))).StatusCode);
        await bureau.GetAsync("/quarantine");
        var at = await Begin(bureau, ("act", "all"));
        foreach (var name in new[] { "finance", "county", "town", "pub" })
        {
            using var other = await WebVisitor.SignedInAsync(Site, name);
            await other.GetAsync(name == "pub" ? "/coverage" : "/settlements");
            Assert.Equal(HttpStatusCode.Forbidden, (await other.PostAsync("/quarantine/replays", ("act", "all"))).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await other.PostAsync(at + "/confirm", ("note", "x"))).StatusCode);
        }
        // Somebody else with the right has their own.
        using var admin = await WebVisitor.SignedInAsync(Site, "admin");
        await admin.GetAsync("/quarantine");
        Assert.Equal(HttpStatusCode.NotFound, (await admin.PostAsync(at + "/confirm", ("note", "x"))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.GetAsync("/api/v1" + at)).StatusCode);
        Assert.Equal([First, good], Open());
        Assert.Empty(Log());
    }

    [Fact]
    public async Task A_program_takes_the_same_two_steps()
    {
        var good = Quarantine("M-LATE", "1.5");
        Register("M-LATE");
        var (bearer, poor) = (Key("robot", Role.Bureau), Key("reader", Role.Finance));
        using var program = new WebVisitor(Site);
        await SignInTests.Eventually(async () => (await program.GetAsync("/api/v1/seasons", bearer)).StatusCode == HttpStatusCode.OK);
        await SignInTests.Eventually(async () => (await program.GetAsync("/api/v1/seasons", poor)).StatusCode == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.Forbidden, (await Post("", new { }, poor)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Post("", new { ids = Array.Empty<long>() }, bearer)).StatusCode);
        var begun = await Post("", new { ids = new[] { good } }, bearer);
        Assert.Equal(HttpStatusCode.Accepted, begun.StatusCode);
        var at = begun.Headers.Location!.ToString();
        var previewed = await Ended(program, at, "previewed", bearer);
        Assert.Equal((1, 1, 1), Numbers(previewed.GetProperty("preview")));
        var confirm = at["/api/v1/quarantine/replays".Length..] + "/confirm";
        Assert.Equal(HttpStatusCode.BadRequest, (await Post(confirm, new { note = "" }, bearer)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await Post(confirm, new { note = "registered" }, bearer)).StatusCode);
        var done = await Ended(program, at, "replayed", bearer);
        Assert.Equal((1, 1, 1), Numbers(done.GetProperty("result")));
        Assert.Equal(HttpStatusCode.Conflict, (await Post(confirm, new { note = "again" }, bearer)).StatusCode);
        Assert.Equal(("key:robot", "registered"), (Assert.Single(Log()).Actor, Log()[0].Reason));
        Assert.Equal([First], Open());

        Task<HttpResponseMessage> Post(string path, object body, (string, string) key) => program.PostRawAsync("/api/v1/quarantine/replays" + path, JsonContent.Create(body), key);
    }

    [Fact]
    public async Task Whoever_may_not_replay_is_not_offered_it()
    {
        using var guest = await WebVisitor.SignedInAsync(Site, "bureau");
        await guest.GetAsync("/quarantine?open=false");
        Assert.DoesNotContain("name=\"message\"", guest.Html, StringComparison.Ordinal);
        await guest.GetAsync($"/quarantine/{First}");
        Assert.Contains("预览重放此消息", guest.Html, StringComparison.Ordinal);
        await using var open = await WebSite.StartAsync();
        using var visitor = new WebVisitor(open);
        await visitor.GetAsync("/quarantine");
        Assert.DoesNotContain("name=\"message\"", visitor.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await visitor.PostAsync("/quarantine/replays", ("act", "all"))).StatusCode);
    }

    /// <summary>Sends the form of the list, and waits for the preview.</summary>
    /// <returns>Address of the replay.</returns>
    private static async Task<string> Begin(WebVisitor who, params (string, string)[] fields)
    {
        var answer = await who.PostAsync("/quarantine/replays", fields);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var at = answer.Headers.Location!.ToString();
        await Ended(who, "/api/v1" + at, "previewed");
        await who.GetAsync(at);
        return at;
    }

    private static async Task Confirm(WebVisitor who, string at, string note)
    {
        Assert.Equal(HttpStatusCode.Redirect, (await who.PostAsync(at + "/confirm", ("note", note))).StatusCode);
        await Ended(who, "/api/v1" + at, "replayed");
        await who.GetAsync(at);
    }

    private static async Task<JsonElement> Ended(WebVisitor who, string at, string stage, params (string, string)[] headers)
    {
        JsonElement told = default;
        await SignInTests.Eventually(async () =>
        {
            told = JsonDocument.Parse(await (await who.GetAsync(at, headers)).Content.ReadAsStringAsync()).RootElement;
            return told.GetProperty("stage").GetString() == stage;
        });
        return told;
    }

    private static (int, int, int) Numbers(JsonElement told) =>
        (told.GetProperty("messages").GetInt32(), told.GetProperty("taken").GetInt32(), told.GetProperty("readings").GetInt32());

    /// <summary>Of the four tiles.</summary>
    private static IEnumerable<string> Figures(WebVisitor who) => Regex.Matches(who.Html, "<div class=\"figure\">([^<]*)</div>").Select(match => match.Groups[1].Value);

    private (string, string) Key(string name, Role role)
    {
        var key = AccessToken.New();
        Site.Ledger.Access.PutKey(new ApiKey(name, role, null, [], AccessToken.Hash(key), 1, null, null), "test", 1);
        return ("Authorization", "Bearer " + key);
    }

    private long Quarantine(string meter, string value, string reason = "unknown-meter")
    {
        var (at, writer) = (WebSite.Today.StartMs + 6_000, new JournalBlob.Writer());
        writer.Begin(at, [new CompanyCount("grid", 1, 1)], 0);
        var payload = $"{{\"ts\":\"2026-01-19T00:00:00+08:00\",\"value\":\"{value}\"}}";
        Site.Ledger.Append(writer.Finish(), [new QuarantinedMessage(at, "endpoint", "grid", reason, "It could not be taken.", $"metering/v1/grid/{meter}/reading", Encoding.UTF8.GetBytes(payload))]);
        return Open()[^1];
    }

    private void Register(string meter)
    {
        var change = new RegistryChange();
        change.Installations.Add(new Installation(meter, WebSite.Household, "grid", Energy.Electricity, 6, 2, null, 1, null, null, null, null, Serves.Heating, 0));
        Site.Ledger.ChangeRegistry(change, "test", WebSite.Today.StartMs);
    }

    private List<long> Open()
    {
        using var view = Site.Ledger.OpenView();
        return [.. view.OpenQuarantine(0).Select(row => row.Id)];
    }

    private List<AccessEntry> Log() => [.. Site.Ledger.Access.Log(long.MaxValue, 100).Where(entry => entry.Act == AccessAct.Replay)];
}
