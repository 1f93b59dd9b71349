using System.Globalization;
using System.Net;
using System.Text.Json;
using MeterPipeline.Domain;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Tests.Exports;
using MeterPipeline.Tests.Settlements;
using MeterPipeline.Web.Reports;

namespace MeterPipeline.Tests.Web;

/// <summary>Reports over a real ledger: sums that agree with the overview and with each other, files, and who gets them.</summary>
public sealed class ReportTests(AccessSite people) : IClassFixture<AccessSite>
{
    private const string Week = "/api/v1/reports/weekly/2026-W03";

    [Theory]
    [InlineData("")]
    [InlineData("140802")]
    [InlineData("140882101")]
    [InlineData(WebSite.Village)]
    public async Task A_season_report_says_what_the_overview_says(string division)
    {
        using var bureau = await WebVisitor.SignedInAsync(people.Site, "bureau");
        var report = await Json(bureau, $"/api/v1/reports/season/2025-2026?division={division}");
        var overview = await Json(bureau, $"/api/v1/overview?division={division}");
        Assert.Equal(overview.GetProperty("sum").GetRawText(), report.GetProperty("total").GetProperty("sum").GetRawText());
        Assert.Equal(report.GetProperty("total").GetProperty("sum").GetRawText(), report.GetProperty("total").GetProperty("since_start").GetRawText());
        Assert.Equal(overview.GetProperty("days").GetRawText(), report.GetProperty("by_day").GetRawText());
        Assert.Equal(
            overview.GetProperty("parts").EnumerateArray().Select(part => part.GetProperty("sum").GetRawText()),
            report.GetProperty("parts").EnumerateArray().Select(part => part.GetProperty("sum").GetRawText()));
        Assert.Equal(division.Length == 0, report.TryGetProperty("companies", out _));
        Assert.Equal("2026-04-15", report.GetProperty("settlement").GetProperty("deadline").GetString());
    }

    [Theory]
    [InlineData("weekly", 18)]
    [InlineData("monthly", 5)]
    public async Task Periods_add_up_to_the_season_and_each_ends_where_the_next_begins(string kind, int count)
    {
        using var bureau = await WebVisitor.SignedInAsync(people.Site, "bureau");
        var all = (await Json(bureau, "/api/v1/reports")).GetProperty("periods").EnumerateArray().ToList();
        var season = all.Single(period => period.GetProperty("kind").GetString() == "season");
        var periods = all.Where(period => period.GetProperty("kind").GetString() == kind).Reverse().ToList();
        Assert.Equal(count, periods.Count);
        foreach (var name in new[] { "electricity_kwh", "gas_m3", "accrued_yuan" })
            Assert.Equal(Number(season.GetProperty("sum"), name), periods.Sum(period => Number(period.GetProperty("sum"), name)));
        Assert.Equal(("2025-11-15", "2026-03-15"), (periods[0].GetProperty("first").GetString(), periods[^1].GetProperty("last").GetString()));
        foreach (var (before, after) in periods.Zip(periods.Skip(1)))
            Assert.Equal(Day(before, "last").Next, Day(after, "first"));
        // What a period's report says is what the list says, and the season so far goes on from one to the next.
        var soFar = 0m;
        foreach (var period in periods.Where(p => p.GetProperty("state").GetString() != "to-come"))
        {
            var total = (await Json(bureau, $"/api/v1/reports/{kind}/{period.GetProperty("period").GetString()}")).GetProperty("total");
            Assert.Equal(period.GetProperty("sum").GetRawText(), total.GetProperty("sum").GetRawText());
            soFar += Number(period.GetProperty("sum"), "accrued_yuan");
            Assert.Equal(soFar, Number(total.GetProperty("since_start"), "accrued_yuan"));
        }
    }

    [Fact]
    public async Task A_week_is_compared_with_the_week_before_and_unequal_ones_by_the_day()
    {
        using var bureau = await WebVisitor.SignedInAsync(people.Site, "bureau");
        var (week, before) = (await Json(bureau, Week), await Json(bureau, "/api/v1/reports/weekly/2026-W02"));
        Assert.Equal(("2026-W02", false, 7), (week.GetProperty("before").GetString(), week.GetProperty("compared_per_day").GetBoolean(), week.GetProperty("known_days").GetInt32()));
        var (now, then) = (Kwh(week), Kwh(before));
        var change = week.GetProperty("total").GetProperty("electricity_change");
        Assert.Equal(now - then, decimal.Parse(change.GetProperty("difference").GetString()!, CultureInfo.InvariantCulture));
        Assert.Equal(Math.Round((now - then) * 100 / then, 1), change.GetProperty("percent").GetDecimal());
        // The second week follows two days of season.
        var second = await Json(bureau, "/api/v1/reports/weekly/2025-W47");
        Assert.True(second.GetProperty("compared_per_day").GetBoolean());
        var perDay = Kwh(second) / 7 - Kwh(await Json(bureau, "/api/v1/reports/weekly/2025-W46")) / 2;
        Assert.Equal(Math.Round(perDay, 4), decimal.Parse(second.GetProperty("total").GetProperty("electricity_change").GetProperty("difference").GetString()!, CultureInfo.InvariantCulture));
        Assert.False((await Json(bureau, "/api/v1/reports/weekly/2025-W46")).TryGetProperty("before", out _));
    }

    [Fact]
    public async Task Pages_link_their_numbers_and_mark_the_newest_complete_period()
    {
        using var bureau = await WebVisitor.SignedInAsync(people.Site, "bureau");
        await bureau.GetAsync("/reports");
        Assert.Matches("2026-W03</a> <span class=\"ok\">最近完整", bureau.Html);
        Assert.Equal(2, System.Text.RegularExpressions.Regex.Count(bureau.Html, "最近完整"));
        Assert.DoesNotContain("/reports/weekly/2026-W05", bureau.Html, StringComparison.Ordinal);
        await bureau.GetAsync("/reports/weekly/2026-W03");
        foreach (var part in new[] { "周调度 2026-W03", "数据截至", "制表时间", "2026-01-12 – 2026-01-18", "对比上期 2026-W02", "盐湖区", "企业数据对账", "数据来源与口径", "/exports/report.xlsx?season=2025-2026&amp;kind=weekly" })
            Assert.Contains(part, bureau.Html, StringComparison.Ordinal);
        foreach (var link in System.Text.RegularExpressions.Regex.Matches(bureau.Html, "<td[^>]*><a href=\"([^\"#]*)").Select(m => WebUtility.HtmlDecode(m.Groups[1].Value)).Distinct().Take(30))
            Assert.Equal(HttpStatusCode.OK, (await bureau.GetAsync(link)).StatusCode);
        await bureau.GetAsync("/reports/monthly/2026-01");
        Assert.Contains("国网运城供电公司 (grid)", bureau.Html, StringComparison.Ordinal);
        await bureau.GetAsync("/reports/season/2025-2026?lang=en&division=140882");
        Assert.Contains("within a month after the season, by 2026-04-15", bureau.Html, StringComparison.Ordinal);
        Assert.Contains("85 days are left", bureau.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("Reconciliation of companies", bureau.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/reports?division=140802100", 200)]
    [InlineData("/reports/weekly/2026-W03?division=140802100201", 200)]
    [InlineData("/api/v1/reports?division=140802100", 200)]
    [InlineData(Week + "?division=140802100", 200)]
    [InlineData("/reports", 403)]
    [InlineData("/reports/weekly/2026-W03", 403)]
    [InlineData("/reports/monthly/2026-01?division=140802101", 403)]
    [InlineData("/api/v1/reports?division=140802", 403)]
    [InlineData(Week, 403)]
    [InlineData("/exports/report.xlsx?kind=weekly&period=2026-W03&division=140802100", 403)]
    public async Task A_township_reads_its_own_reports_only(string path, int status)
    {
        using var town = await WebVisitor.SignedInAsync(people.Site, "town");
        Assert.Equal(status, (int)(await town.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task The_workbook_repeats_the_report_byte_for_byte_and_is_in_the_access_log()
    {
        using var bureau = await WebVisitor.SignedInAsync(people.Site, "bureau");
        const string path = "/exports/report.xlsx?kind=weekly&period=2026-W03&division=1408";
        var bytes = await (await bureau.GetAsync(path)).Content.ReadAsByteArrayAsync();
        Assert.Equal(bytes, await (await bureau.GetAsync(path)).Content.ReadAsByteArrayAsync());
        var book = new ReadBook(bytes);
        Assert.Empty(book.Errors);
        Assert.Equal(["用能与补贴", "预算与重点事项", "逐日情况"], book.Names);
        Assert.All(book.Setups, setup => Assert.Equal(DocumentFormat.OpenXml.Spreadsheet.OrientationValues.Landscape, setup.Orientation!.Value));
        var report = await Json(bureau, Week + "?division=1408");
        Assert.Equal(Kwh(report), book.Total("用能与补贴", "采暖用电 kWh 本期"));
        Assert.Equal(Kwh(report), book.Column("用能与补贴", "采暖用电 kWh 本期").Take(2).Sum(cell => decimal.Parse(cell.Text, CultureInfo.InvariantCulture)));
        Assert.Equal(Kwh(report), book.Total("逐日情况", "采暖用电 kWh"));
        Assert.Contains("report-weekly-2026-W03-1408.xlsx", people.Site.Ledger.Access.Log(long.MaxValue, 5).Where(entry => entry.Act == AccessAct.Export).Select(entry => entry.Subject));
        Assert.Equal("application/zip", (await bureau.GetAsync("/exports/report.zip?kind=season&period=2025-2026&division=1408")).Content.Headers.ContentType!.MediaType);
        Assert.Equal(HttpStatusCode.NotFound, (await bureau.GetAsync("/exports/report.xlsx?kind=weekly&period=2026-W54&division=1408")).StatusCode);
    }

    [Fact]
    public async Task A_season_report_sums_the_runs_inside_and_names_those_of_a_wider_place_without_their_sums()
    {
        var settlements = people.Site.Ledger.Settlements;
        var run = settlements.Draft(
            AnyLine.Draft("140802"), WebSite.Policies, settlements.Moment(), [AnyLine.Of(WebSite.Household, 100.5m, village: WebSite.Village), AnyLine.Of(WebSite.EvilHousehold, 20m, hold: "site-inspection", village: WebSite.Village)]);
        using var bureau = await WebVisitor.SignedInAsync(people.Site, "bureau");
        var county = (await Json(bureau, "/api/v1/reports/season/2025-2026?division=140802")).GetProperty("settlement");
        var told = county.GetProperty("runs").EnumerateArray().Single();
        Assert.Equal((run.Id, "drafted", 2, 1), (told.GetProperty("run").GetInt32(), told.GetProperty("stage").GetString(), told.GetProperty("households").GetInt32(), told.GetProperty("held").GetInt32()));
        Assert.Equal((120.5m, 100.5m), (Number(told, "accrued_yuan"), Number(told, "due_yuan")));
        await bureau.GetAsync("/reports/season/2025-2026?division=140802");
        Assert.Contains($"<a href=\"/settlements/{run.Id}\">第 {run.Id} 批</a> <span class=\"edge\">盐湖区</span>", bureau.Html, StringComparison.Ordinal);
        using var town = await WebVisitor.SignedInAsync(people.Site, "town");
        var below = (await Json(town, $"/api/v1/reports/season/2025-2026?division={AccessSite.Township}")).GetProperty("settlement");
        Assert.Empty(below.GetProperty("runs").EnumerateArray());
        Assert.Equal([run.Id], below.GetProperty("runs_above").EnumerateArray().Select(id => id.GetInt32()));
        await town.GetAsync($"/reports/season/2025-2026?division={AccessSite.Township}");
        Assert.Contains($"{run.Id} 已起草", town.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("120.50", town.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/reports/weekly/2026-W54")]
    [InlineData("/reports/weekly/2026-01")]
    [InlineData("/reports/monthly/2026-13")]
    [InlineData("/reports/monthly/2025-08")]
    [InlineData("/reports/season/2031-2032")]
    [InlineData("/reports/yearly/2026")]
    public async Task What_is_no_period_of_a_season_is_not_found(string path)
    {
        using var bureau = await WebVisitor.SignedInAsync(people.Site, "bureau");
        Assert.Equal(HttpStatusCode.NotFound, (await bureau.GetAsync(path)).StatusCode);
        var answer = await bureau.GetAsync("/api/v1" + path);
        Assert.InRange((int)answer.StatusCode, 400, 404);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public void Weeks_are_those_of_the_calendar_cut_at_the_seasons_ends()
    {
        var season = new HeatingSeason("2026-2027", LocalDay.On(2026, 11, 15), LocalDay.On(2027, 3, 15));
        var weeks = ReportPeriod.Of(ReportKind.Weekly, season);
        Assert.Equal(season.Days, weeks.Sum(week => week.Days));
        Assert.Equal(("2026-W46", 1), (weeks[0].Name, weeks[0].Days));
        // The first of January 2027 is a Friday: its week began in the year before, which has 53.
        Assert.Contains(weeks, week => week == new ReportPeriod(ReportKind.Weekly, "2026-W53", LocalDay.On(2026, 12, 28), LocalDay.On(2027, 1, 3)));
        foreach (var week in weeks) Assert.True(ReportPeriod.TryReadAutumn(ReportKind.Weekly, week.Name, out var autumn) && autumn == 2026);
        Assert.False(ReportPeriod.TryReadAutumn(ReportKind.Weekly, "2025-W53", out _));
    }

    private static decimal Kwh(JsonElement report) => Number(report.GetProperty("total").GetProperty("sum"), "electricity_kwh");

    private static LocalDay Day(JsonElement of, string name) => LocalDay.TryParse(of.GetProperty(name).GetString(), out var day) ? day : throw new FormatException(name);

    private static decimal Number(JsonElement of, string name) => decimal.Parse(of.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private static async Task<JsonElement> Json(WebVisitor visitor, string path)
    {
        var answer = await visitor.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }
}
