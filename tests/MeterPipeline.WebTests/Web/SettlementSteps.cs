using System.Net;
using System.Text.Json;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Access;

namespace MeterPipeline.Tests.Web;

/// <summary>What people do with run 1 at the web port, sixty days after the site's readings end: the season is over.</summary>
internal static class SettlementSteps
{
    public const string Township = "140802100";

    /// <summary>li of the bureau, wang and zhao of finance, town and next of two townships; one household has a payee.</summary>
    public static async Task<WebSite> StartAsync()
    {
        var site = await WebSite.StartAsync(new AccessOptions { FormsPerMinute = 10_000 });
        site.Pass(TimeSpan.FromDays(60));
        site.AddUser("li", Role.Bureau, WebVisitor.Password);
        site.AddUser("wang", Role.Finance, WebVisitor.Password);
        site.AddUser("zhao", Role.Finance, WebVisitor.Password);
        site.AddUser("town", Role.Township, WebVisitor.Password, divisions: Township + "000");
        site.AddUser("next", Role.Township, WebVisitor.Password, divisions: "140802101000");
        site.Ledger.Settlements.PutPayees([(WebSite.Household, new Payee("张建国", "11010519491231002X", "信用社", "张建国", "6228480402564890018", ""))], "test", 1);
        return site;
    }

    /// <param name="after">Days after today.</param>
    public static string Day(int after) => LocalDay.FromDate(WebSite.Today.Date.AddDays(60 + after)).ToString();

    /// <summary>Drafted in the background: asked for until it is there.</summary>
    public static async Task Draft(WebVisitor who, string division)
    {
        await who.GetAsync("/settlements");
        Assert.Equal(HttpStatusCode.Redirect, (await who.PostAsync("/settlements/draft", ("season", "2025-2026"), ("division", division))).StatusCode);
        JsonElement draft;
        do draft = (await Json(who, "/api/v1/settlements")).GetProperty("draft"); while (!draft.TryGetProperty("run", out _) && !draft.TryGetProperty("fault", out _));
        Assert.True(draft.TryGetProperty("run", out var run) && run.GetInt32() == 1, draft.ToString());
    }

    public static async Task Do(WebVisitor who, string step, HttpStatusCode expected, params (string Name, string Value)[] fields)
    {
        await who.GetAsync("/settlements/1");
        var answer = await who.PostAsync($"/settlements/1/{step}", fields.Any(field => field.Name == "note") ? fields : [.. fields, ("note", "")]);
        Assert.True(answer.StatusCode == expected, $"{step}: {answer.StatusCode} {(answer.StatusCode == HttpStatusCode.Conflict ? who.Html : "")}");
    }

    public static async Task<string> Html(WebVisitor who, string path)
    {
        Assert.Equal(HttpStatusCode.OK, (await who.GetAsync(path)).StatusCode);
        return who.Html;
    }

    public static async Task<JsonElement> Json(WebVisitor who, string path) => JsonDocument.Parse(await (await who.GetAsync(path)).Content.ReadAsStringAsync()).RootElement;
}
