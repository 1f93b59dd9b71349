using System.Net;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger.Users;
using static MeterPipeline.Tests.Web.SettlementSteps;

namespace MeterPipeline.Tests.Web;

/// <summary>Settlements at the web port: from draft to payment by the people whose steps they are, and files that stay what they were.</summary>
public sealed class SettlementPagesTests : IAsyncLifetime
{
    private WebSite site = null!;

    public async Task InitializeAsync() => site = await StartAsync();

    public async Task DisposeAsync() => await site.DisposeAsync();

    [Fact]
    public async Task The_draft_form_offers_the_season_with_data_and_places_by_name()
    {
        site.Pass(TimeSpan.FromDays(200));
        using var li = await In("li");
        var form = (await Html(li, "/settlements")).Split("action=\"/settlements/draft\"")[1].Split("</form>")[0];
        Assert.Contains("<option value=\"2026-2027\">", form, StringComparison.Ordinal);
        Assert.Contains("<option value=\"2025-2026\" selected>", form, StringComparison.Ordinal);
        Assert.Contains("<option value=\"140802000000\">盐湖区</option>", form, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_answers_a_form_does_not_ask_for_itself()
    {
        using var li = await In("li");
        Assert.Contains("data-live-state", await Html(li, "/settlements"), StringComparison.Ordinal);
        await li.PostAsync("/settlements/draft", ("season", "2025-2026"), ("division", "abc"));
        Assert.Contains("采暖季或区划代码有误", li.Html, StringComparison.Ordinal);
        Assert.Contains("data-api=\"\"", li.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("data-live-state", li.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task From_draft_over_an_objection_to_payment_by_two_persons()
    {
        using var li = await In("li");
        await Draft(li, Township);
        await Do(li, "notice", HttpStatusCode.Redirect, ("from", Day(0)), ("until", Day(7)));
        using var town = await In("town");
        await Do(town, "object", HttpStatusCode.Redirect, ("household", WebSite.Household), ("note", "少算了"));
        Assert.Equal(HttpStatusCode.Forbidden, (await town.PostAsync("/settlements/1/answer", ("household", WebSite.Household), ("note", "x"))).StatusCode);
        using var wang = await In("wang");
        await Do(wang, "confirm", HttpStatusCode.Conflict);
        foreach (var path in new[] { "bank", "bank.txt" }) Assert.Equal(HttpStatusCode.Conflict, (await wang.GetAsync($"/settlements/1/{path}?layout=rural-credit")).StatusCode);
        Assert.Contains("第 1 批不能发放：尚未确认", wang.Html, StringComparison.Ordinal);
        await Do(wang, "confirm", HttpStatusCode.Conflict);
        Assert.Contains($"公示至 {Day(7)} 为止", wang.Html, StringComparison.Ordinal);
        await Do(wang, "answer", HttpStatusCode.Redirect, ("note", "已核对"));
        site.Pass(TimeSpan.FromDays(8));
        using var later = await In("wang");
        await Do(later, "confirm", HttpStatusCode.Redirect);
        await Do(later, "pay", HttpStatusCode.Conflict, ("on", Day(8)), ("reference", "B-1"));
        Assert.Contains("须由另一人办理", later.Html, StringComparison.Ordinal);
        using var zhao = await In("zhao");
        (string, string)[] back = [("household", WebSite.Household), ("on", Day(8)), ("reference", "R-1")];
        await Do(zhao, "returned", HttpStatusCode.Conflict, [.. back, ("yuan", "1")]);
        Assert.Contains("第 1 批不能登记退票：本批尚未发放", zhao.Html, StringComparison.Ordinal);
        var bank = await (await zhao.GetAsync("/settlements/1/bank.txt?layout=rural-credit")).Content.ReadAsStringAsync();
        Assert.Contains("6228480402564890018", bank, StringComparison.Ordinal);
        Assert.Contains("没有登记收款人", await Html(zhao, "/settlements/1/bank?layout=rural-credit"), StringComparison.Ordinal);
        await Do(zhao, "pay", HttpStatusCode.Redirect, ("on", Day(8)), ("reference", "B-1"));
        Assert.Contains("现在没有应付款项", await Html(zhao, "/settlements/1/bank?layout=rural-credit"), StringComparison.Ordinal);
        await Do(zhao, "returned", HttpStatusCode.Conflict, [.. back, ("yuan", "99999")]);
        Assert.Contains("退回 99999.00 元超过该户已收的 440.00 元", zhao.Html, StringComparison.Ordinal);
        await Do(zhao, "returned", HttpStatusCode.Conflict, ("household", AccessSite.NeighbourHousehold), back[1], back[2], ("yuan", "1"));
        Assert.Contains($"没有户 {AccessSite.NeighbourHousehold}", zhao.Html, StringComparison.Ordinal);
        await Do(zhao, "returned", HttpStatusCode.Redirect, [.. back, ("yuan", "")]);
        Assert.Equal(440, site.Ledger.Settlements.Balance(2025, WebSite.Household).Returned);
        await Do(zhao, "returned", HttpStatusCode.Conflict, [.. back, ("yuan", "0.01")]);
        Assert.Contains("该户的凭证号 R-1 已登记", zhao.Html, StringComparison.Ordinal);
        Assert.Contains("1 户，", await Html(zhao, "/settlements/1/bank?layout=rural-credit"), StringComparison.Ordinal);
        Assert.Equal(
            [(RunStepKind.Drafted, "li"), (RunStepKind.Noticed, "li"), (RunStepKind.Objected, "town"), (RunStepKind.Answered, "wang"), (RunStepKind.Confirmed, "wang"), (RunStepKind.Paid, "zhao")],
            site.Ledger.Settlements.Run(1)!.Steps.Select(step => (step.Kind, step.Actor)));
        Assert.Contains(site.Ledger.Access.Log(long.MaxValue, 10), entry => entry is { Act: AccessAct.Export, Actor: "zhao" } && entry.Subject.StartsWith("settlement-1-2025-2026", StringComparison.Ordinal));
        Assert.Contains("R-1", await Html(zhao, "/settlements/1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Divisions_and_rights_bind_pages_files_and_forms()
    {
        using var li = await In("li");
        await Draft(li, Township);
        using var next = await In("next");
        foreach (var path in new[] { "/settlements/1", $"/settlements/1/line?household={WebSite.Household}", "/settlements/1/workbook.xlsx", "/api/v1/settlements/1", "/api/v1/settlements/1/lines", "/settlements/9" })
            Assert.Equal(HttpStatusCode.Forbidden, (await next.GetAsync(path)).StatusCode);
        Assert.DoesNotContain("第 1 批", await Html(next, "/settlements"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await next.PostAsync("/settlements/1/object", ("household", WebSite.Household), ("note", "x"))).StatusCode);
        using var town = await In("town");
        var page = await Html(town, "/settlements/1");
        Assert.DoesNotContain("建国", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await town.GetAsync("/settlements/1/workbook.xlsx")).StatusCode);
        foreach (var form in new[] { "/settlements/draft", "/settlements/1/notice", "/settlements/1/confirm", "/settlements/1/pay", "/settlements/1/returned", "/settlements/1/withdraw" })
            Assert.Equal(HttpStatusCode.Forbidden, (await town.PostAsync(form, ("note", ""))).StatusCode);
        await li.GetAsync("/settlements/1");
        var forged = new FormUrlEncodedContent([KeyValuePair.Create("form_token", li.Token), KeyValuePair.Create("note", "")]);
        Assert.Equal(HttpStatusCode.Forbidden, (await li.PostRawAsync("/settlements/1/withdraw", forged, ("Origin", "https://elsewhere.example"))).StatusCode);
        Assert.Equal(RunStage.Drafted, site.Ledger.Settlements.Run(1)!.Stage);
    }

    [Fact]
    public async Task A_frozen_run_gives_the_same_files_after_later_data_and_a_broken_download_goes_on()
    {
        using var li = await In("li");
        await Draft(li, "140802");
        var whole = await li.GetAsync("/settlements/1/workbook.xlsx");
        var (bytes, tag) = (await whole.Content.ReadAsByteArrayAsync(), whole.Headers.ETag!);
        using (var view = site.Ledger.OpenView()) Assert.True(view.Registry().Meters.ContainsKey("M140802100201-01"));
        site.Acknowledge("M140802100201-01", LocalDay.On(2026, 2, 1), 99_999);
        site.Pass(TimeSpan.FromHours(2));
        using var again = await In("li");
        var rest = await again.GetAsync("/settlements/1/workbook.xlsx", ("Range", "bytes=1000-"), ("If-Range", tag.ToString()));
        Assert.Equal(HttpStatusCode.PartialContent, rest.StatusCode);
        Assert.Equal(bytes[1000..], await rest.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync("/settlements/1/workbook.xlsx", ("Range", "bytes=1000-"), ("If-Range", "\"another\""))).StatusCode);
        Assert.Equal("application/zip", (await again.GetAsync("/settlements/1/sheets.zip")).Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_programs_key_is_nobodys_signature()
    {
        const string Key = "mp_a-key-of-finance";
        site.Ledger.Access.PutKey(new ApiKey("robot", Role.Finance, null, [], AccessToken.Hash(Key), 1, null, null), "test", 1);
        using var li = await In("li");
        await Draft(li, Township);
        using var robot = new WebVisitor(site);
        foreach (var step in new[] { "1/withdraw", "1/answer", "1/confirm", "1/pay", "1/returned", "draft" })
        {
            var form = new FormUrlEncodedContent([new("note", ""), new("season", "2025-2026"), new("division", "140882")]);
            var answer = await robot.PostRawAsync($"/settlements/{step}", form, ("Authorization", $"Bearer {Key}"));
            Assert.Equal((step, HttpStatusCode.Forbidden), (step, answer.StatusCode));
        }
        Assert.Equal(HttpStatusCode.OK, (await robot.GetAsync("/settlements/1/sheets.zip", ("Authorization", $"Bearer {Key}"))).StatusCode);
        Assert.Equal("key:robot", site.Ledger.Access.Log(long.MaxValue, 1)[0].Actor);
        Assert.Single(Assert.Single(site.Ledger.Settlements.Runs()).Steps);
    }

    [Fact]
    public async Task Programs_read_runs_and_lines_by_list_and_page()
    {
        using var li = await In("li");
        await Draft(li, "1408");
        var answer = await Json(li, "/api/v1/settlements/1/lines?list=unpayable");
        var run = (await Json(li, "/api/v1/settlements/1")).GetProperty("run");
        Assert.Equal(run.GetProperty("content_hash").GetString(), site.Ledger.Settlements.Run(1)!.Run.ContentHash);
        Assert.Equal(run.GetProperty("lines").GetInt32(), (await Json(li, "/api/v1/settlements/1/lines")).GetProperty("count").GetInt32());
        Assert.All(answer.GetProperty("lines").EnumerateArray(), line => Assert.False(line.GetProperty("has_payee").GetBoolean()));
        Assert.Equal(HttpStatusCode.BadRequest, (await li.GetAsync("/api/v1/settlements/1/lines?list=7")).StatusCode);
        Assert.Contains("按起草时的数据冻结", await Html(li, $"/settlements/1/line?household={WebSite.Household}"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await li.GetAsync("/settlements/9")).StatusCode);
    }

    private Task<WebVisitor> In(string name) => WebVisitor.SignedInAsync(site, name);
}
