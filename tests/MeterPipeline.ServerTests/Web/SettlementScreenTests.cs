using MeterPipeline.Domain;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Tests.Web;
using Microsoft.Playwright;

namespace MeterPipeline.ServerTests.Web;

/// <summary>The way of a settlement through the pages with Chromium: finance drafts, freezes, exports and adjusts, the bureau posts it.</summary>
public sealed class SettlementScreenTests : IAsyncLifetime
{
    private const string Password = "a long enough one";

    /// <summary>Heated by gas: what it uses more is more subsidy.</summary>
    private const string BelowCap = "H140802100201-03";

    private WebSite site = null!;
    private Chromium chromium = null!;

    public async Task InitializeAsync()
    {
        site = await WebSite.StartAsync();
        site.Pass(TimeSpan.FromDays(60));
        chromium = await Chromium.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await chromium.DisposeAsync();
        await site.DisposeAsync();
    }

    [Theory]
    [InlineData(1440, true)]
    [InlineData(820, true)]
    [InlineData(390, false)]
    public async Task From_draft_to_payment_and_the_adjustment_after_it(int width, bool scripts)
    {
        site.AddUser("li", Role.Bureau, Password);
        site.AddUser("wang", Role.Finance, Password);
        site.AddUser("zhao", Role.Finance, Password);
        var drafting = await In("wang", width, scripts);
        await Draft(drafting, 1);
        await Picture(drafting, $"settlements-{width}.png");
        var li = await In("li", width, scripts);
        await Go(li, "/settlements/1");
        var until = LocalDay.FromDate(WebSite.Today.Date.AddDays(67));
        await li.FillAsync("form[action$='/notice'] [name=until]", until.ToString());
        await Send(li, "form[action$='/notice'] button");
        await li.FillAsync("form[action$='/object'] [name=household]", WebSite.Household);
        await li.FillAsync("form[action$='/object'] [name=note]", "三月用电量与电表不符");
        await Send(li, "form[action$='/object'] button");
        var wang = await In("wang", width, scripts);
        await Go(wang, "/settlements/1");
        await Picture(wang, $"settlement-noticed-{width}.png");
        await wang.FillAsync("form[action$='/answer'] [name=note]", "已到户核对，数据无误");
        await Send(wang, "form[action$='/answer'] button");
        site.Pass(TimeSpan.FromDays(8));
        var confirming = await In("zhao", width, scripts);
        await Go(confirming, "/settlements/1");
        await Send(confirming, "form[action$='/confirm'] button");
        await Picture(confirming, $"settlement-confirmed-{width}.png");
        var paying = await In("wang", width, scripts);
        await Go(paying, "/settlements/1/bank?layout=rural-credit");
        await Picture(paying, $"settlement-bank-{width}.png");
        await Go(paying, "/settlements/1");
        await Send(paying, "form[action$='/pay'] button");
        await Picture(paying, $"settlement-paid-{width}.png");
        await Go(paying, $"/settlements/1/line?household={WebSite.Household}");
        await Picture(paying, $"settlement-line-{width}.png");
        Assert.Equal(Domain.Settlements.RunStage.Paid, site.Ledger.Settlements.Run(1)!.Stage);
        await Go(paying, "/settlements/1");
        var download = await paying.RunAndWaitForDownloadAsync(() => paying.ClickAsync("a[href$='/workbook.xlsx']"));
        Assert.Equal("settlement-1-2025-2026-140802.xlsx", download.SuggestedFilename);
        // A reading that comes later: the next run has the difference, and only that.
        var line = site.Ledger.Settlements.Line(1, BelowCap)!;
        var meter = line.Use.Segments[0];
        site.Acknowledge(meter.Meter, LocalDay.On(2026, 2, 1), Quantity.ToDecimal(meter.Opening!.Value + meter.Consumption) + 50);
        await Draft(paying, 2);
        await Go(paying, "/settlements/2?list=adjusted");
        await Picture(paying, $"settlement-adjusted-{width}.png");
        var adjusted = site.Ledger.Settlements.Line(2, BelowCap)!;
        Assert.Equal((Domain.Settlements.AdjustmentKind.Supplement, adjusted.Accrued.Total - line.Accrued.Total), (adjusted.Adjustment, adjusted.Due.Total));
    }

    private async Task Draft(IPage page, int run)
    {
        await Go(page, "/settlements");
        await page.FillAsync("#draft-division", "140802");
        await Send(page, "form[action$='/draft'] button");
        while (await page.Locator($"a[href='/settlements/{run}']").CountAsync() == 0) await page.ReloadAsync();
    }

    private async Task<IPage> In(string name, int width, bool scripts)
    {
        var page = await chromium.PageAsync(new BrowserNewPageOptions { Locale = "zh-CN", JavaScriptEnabled = scripts, ViewportSize = new ViewportSize { Width = width, Height = 900 } });
        await Go(page, "/settlements");
        await page.SignInAsync(name, Password);
        return page;
    }

    private static Task Send(IPage page, string button) => page.SubmitAsync(() => page.ClickAsync(button));

    private static async Task Picture(IPage page, string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "TestResults", "screens")).FullName;
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name), FullPage = true });
        Assert.Equal(0, await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
    }

    private Task<IResponse?> Go(IPage page, string path) => page.GotoAsync(new Uri(site.Address, path).ToString());
}
