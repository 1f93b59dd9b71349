using System.Net;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Tests.Web;

/// <summary>The access log as people read it: what an entry is about in words, as a link where there is a page; the stored entry stays as it was written.</summary>
public sealed class AccessLogTests(AccessSite people) : IClassFixture<AccessSite>
{
    [Theory]
    [InlineData("zh", AccessAct.Unmask, WebSite.Household, $"<a href=\"/households/{WebSite.Household}\">户 {WebSite.Household}</a>")]
    [InlineData("en", AccessAct.Unmask, WebSite.Household, $"<a href=\"/households/{WebSite.Household}\">Household {WebSite.Household}</a>")]
    [InlineData("zh", AccessAct.Unmask, "H-gone", "户 H-gone")]
    [InlineData("zh", AccessAct.Export, "accruals-2025-2026-140802.csv", "<a href=\"/?season=2025-2026&amp;division=140802000000\">补贴清单 2025-2026 · 盐湖区</a>")]
    [InlineData("en", AccessAct.Export, "accruals-2025-2026-all.csv", "<a href=\"/?season=2025-2026\">Accruals 2025-2026 · All divisions</a>")]
    [InlineData("zh", AccessAct.Export, "accruals-2025-2026-", "<a href=\"/?season=2025-2026\">补贴清单 2025-2026 · 全部区域</a>")]
    [InlineData("zh", AccessAct.Export, "accruals-2025-2026-999999.csv", "补贴清单 2025-2026 · 999999000000")]
    [InlineData("zh", AccessAct.Export, "report-weekly-2026-W03-140802100.xlsx", "<a href=\"/reports/weekly/2026-W03?division=140802100000\">周调度 2026-W03 · 解州镇（XLSX）</a>")]
    [InlineData("en", AccessAct.Export, "report-season-2025-2026-all.zip", "<a href=\"/reports/season/2025-2026\">Season report 2025-2026 · All divisions (ZIP)</a>")]
    [InlineData("zh", AccessAct.Export, "settlement-77-2025-2026-140802.xlsx", "补贴清算第 77 批 · 2025-2026 · 盐湖区（XLSX）")]
    [InlineData("zh", AccessAct.Export, "settlement-1-2025-2026-140802-rural-credit.txt", "<a href=\"/settlements/1\">补贴清算第 1 批 · 2025-2026 · 盐湖区（银行文件 rural-credit）</a>")]
    [InlineData("en", AccessAct.Export, "settlement-1-2025-2026-140802.zip", "<a href=\"/settlements/1\">Settlement run 1 · 2025-2026 · 盐湖区 (ZIP)</a>")]
    [InlineData("en", AccessAct.Export, "settlement-1.jsonl", "<a href=\"/settlements/1\">Settlement run 1 (JSONL)</a>")]
    [InlineData("zh", AccessAct.Export, "readings", "全部读数")]
    [InlineData("zh", AccessAct.Export, "<b>of-another-version</b>", "&lt;b&gt;of-another-version&lt;/b&gt;")]
    [InlineData("zh", AccessAct.SignIn, "", "–")]
    public async Task An_entry_says_in_words_what_it_is_about(string language, AccessAct act, string subject, string shown) => await Shows(language, act, subject, shown);

    [Theory]
    [InlineData("zh")]
    [InlineData("en")]
    public async Task A_replay_says_which_messages(string language)
    {
        var (some, one, all, up) = language == "zh"
            ? ("2 条隔离消息", "隔离消息", "1,500 条隔离消息 · 编号至 1234 · 国网运城供电公司 · 表号未登记", "全部待处理消息 · 编号至 7")
            : ("2 quarantined messages", "Quarantined message", "1,500 quarantined messages · up to number 1234 · 国网运城供电公司 · Meter not registered", "All open messages · up to number 7");
        await Shows(language, AccessAct.Replay, ReplayScope.Subject([3, 1], 9, 2, null, null), $"{some} <a href=\"/quarantine/1\">#1</a> <a href=\"/quarantine/3\">#3</a>");
        await Shows(language, AccessAct.Replay, ReplayScope.Subject([5], 9, null, null, null), $"{one} <a href=\"/quarantine/5\">#5</a>");
        await Shows(language, AccessAct.Replay, ReplayScope.Subject([], 1234, 1500, "grid", "unknown-meter"), $"<a href=\"/quarantine?company=grid&amp;reason=unknown-meter\">{all}</a>");
        await Shows(language, AccessAct.Replay, ReplayScope.Subject([], 7, null, null, null), $"<a href=\"/quarantine\">{up}</a>");
    }

    private async Task Shows(string language, AccessAct act, string subject, string shown)
    {
        if (people.Site.Ledger.Settlements.Runs().Count == 0) Settle();
        var id = people.Site.Ledger.Access.Record(new AccessEntry(0, WebSite.Today.StartMs, "somebody", "", act, subject, ""));
        using var admin = await WebVisitor.SignedInAsync(people.Site, "admin");
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync($"/access?before={id + 1}&lang={language}")).StatusCode);
        var newest = admin.Html.Split("<tbody>")[1].Split("</tr>")[0];
        Assert.Contains($">{shown}</td>", newest, StringComparison.Ordinal);
        Assert.Equal(subject, people.Site.Ledger.Access.Log(id + 1, 1)[0].Subject);
    }

    private void Settle() => SettlementDrafting.Run(
        people.Site.Ledger, WebSite.Policies, 2025, "140802", new Signatory("bureau", Office.Bureau), WebSite.Today.StartMs, provisional: true);
}
