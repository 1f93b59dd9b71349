using MeterPipeline.Domain.Holds;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Tests.Web;
using Microsoft.Playwright;

namespace MeterPipeline.ServerTests.Web;

/// <summary>The work list of holds in Chromium while it changes under somebody's hands.</summary>
public sealed class HoldScreenTests : IAsyncLifetime
{
    private const string Password = "a long enough one";

    /// <summary>The board of households rests twenty times what it cost.</summary>
    private const float PatienceMs = 150_000;

    private WebSite site = null!;
    private Chromium chromium = null!;

    public async Task InitializeAsync()
    {
        site = await WebSite.StartAsync();
        site.AddUser("li", Role.Bureau, Password);
        chromium = await Chromium.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await chromium.DisposeAsync();
        await site.DisposeAsync();
    }

    [Fact]
    public async Task What_is_typed_stays_until_it_is_taken_back_and_then_the_list_follows()
    {
        var page = await chromium.Browser.NewPageAsync(new BrowserNewPageOptions { Locale = "zh-CN" });
        await page.GotoAsync(new Uri(site.Address, "/sign-in?return=%2Fholds").ToString());
        await page.FillAsync("#name", "li");
        await page.FillAsync("#password", Password);
        await page.SubmitAsync(() => page.ClickAsync("main form button"));
        await page.FillAsync("#note", "已到户核查");
        await page.EvaluateAsync("document.activeElement.blur()");
        site.Ledger.AddHoldEntry(new HoldEntry(0, WebSite.Household, 2025, "site-inspection", HoldAct.Place, "", "look", "wang", WebSite.Today.StartMs));
        // The page has asked for itself, and was told of the new row.
        string html;
        do html = await (await page.WaitForResponseAsync(answer => answer.Url == page.Url && answer.Status == 200, new PageWaitForResponseOptions { Timeout = PatienceMs })).TextAsync();
        while (!html.Contains(WebSite.Household, StringComparison.Ordinal));
        Assert.Equal("已到户核查", await page.InputValueAsync("#note"));
        await page.FillAsync("#note", "");
        await page.EvaluateAsync("document.activeElement.blur()");
        await page.Locator("th", new PageLocatorOptions { HasTextString = WebSite.Household }).WaitForAsync();
    }
}
