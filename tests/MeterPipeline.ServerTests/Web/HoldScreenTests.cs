using System.Threading.Channels;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Tests.Web;
using Microsoft.Playwright;

namespace MeterPipeline.ServerTests.Web;

/// <summary>The work list of holds in Chromium while it changes under somebody's hands.</summary>
public sealed class HoldScreenTests : IAsyncLifetime
{
    private const string Password = "a long enough one";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

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
        var page = await chromium.PageAsync(new BrowserNewPageOptions { Locale = "zh-CN" });
        await page.GotoAsync(new Uri(site.Address, "/sign-in?return=%2Fholds").ToString());
        await page.SignInAsync("li", Password);
        await page.FillAsync("#note", "已到户核查");
        await page.EvaluateAsync("document.activeElement.blur()");
        // Every answer is kept from here on: the one that tells of the new row comes once.
        var answers = Channel.CreateUnbounded<IResponse>();
        page.Response += (_, answer) => answers.Writer.TryWrite(answer);
        site.Ledger.AddHoldEntry(new HoldEntry(0, WebSite.Household, 2025, "site-inspection", HoldAct.Place, "", "look", "wang", WebSite.Today.StartMs));
        site.Pass(TimeSpan.FromMinutes(10)); // a board rests by the site's clock
        using var patience = new CancellationTokenSource(Patience);
        IResponse told;
        do told = await answers.Reader.ReadAsync(patience.Token);
        while (told.Url != page.Url || told.Status != 200 || !(await told.TextAsync()).Contains(WebSite.Household, StringComparison.Ordinal));
        Assert.Equal("已到户核查", await page.InputValueAsync("#note"));
        await page.FillAsync("#note", "");
        await page.EvaluateAsync("document.activeElement.blur()");
        await page.Locator("th", new PageLocatorOptions { HasTextString = WebSite.Household }).WaitForAsync();
    }
}
