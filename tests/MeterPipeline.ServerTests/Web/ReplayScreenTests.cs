using System.Text;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Tests.Web;
using Microsoft.Playwright;

namespace MeterPipeline.ServerTests.Web;

/// <summary>A replay of quarantine in Chromium, from ticking messages to the result, with the mouse, with the keyboard alone, and without scripts.</summary>
public sealed class ReplayScreenTests : IAsyncLifetime
{
    private const string Password = "a long enough one";
    private WebSite site = null!;
    private Chromium chromium = null!;

    public async Task InitializeAsync()
    {
        site = await WebSite.StartAsync();
        site.AddUser("li", Role.Bureau, Password);
        chromium = await Chromium.StartAsync();
        // Three messages of a meter that was registered too late, and the site's own, which cannot be taken.
        for (var i = 0; i < 3; i++) Quarantine($"2026-01-{17 + i}T00:00:00+08:00", 1 + i);
        var change = new RegistryChange();
        change.Installations.Add(new Installation("M-LATE", WebSite.Household, "grid", Energy.Electricity, 6, 2, null, 1, null, null, null, null, Serves.Heating, 0));
        site.Ledger.ChangeRegistry(change, "test", WebSite.Today.StartMs);
    }

    public async Task DisposeAsync()
    {
        await chromium.DisposeAsync();
        await site.DisposeAsync();
    }

    [Theory]
    [InlineData(1440, true)]
    [InlineData(390, true)]
    [InlineData(820, false)]
    public async Task Ticked_previewed_confirmed(int width, bool scripts)
    {
        var page = await In(width, scripts);
        await Go(page, "/quarantine?reason=unknown-meter&open=true");
        await Picture(page, $"quarantine-open-{width}");
        if (scripts) await page.CheckAsync("[data-all=message]");
        else foreach (var tick in await page.Locator("[name=message]").AllAsync()) await tick.CheckAsync();
        Assert.Equal(4, await page.Locator("[name=message]:checked").CountAsync());
        await page.ClickAsync("button[value=chosen]");
        await Told(page, scripts, "预览完成");
        await Picture(page, $"replay-previewed-{width}");
        Assert.Equal(["4", "3", "3", "1"], await page.Locator(".tile .figure").AllInnerTextsAsync());
        await page.FillAsync("#note", "电表已补登记");
        await page.ClickAsync("form button.main");
        await Told(page, scripts, "重放完成");
        await Picture(page, $"replay-done-{width}");
        await page.ClickAsync("text=待处理的隔离消息");
        await page.Locator("[name=message]").First.WaitForAsync();
        Assert.Equal(1, await page.Locator("[name=message]").CountAsync());
    }

    [Fact]
    public async Task With_the_keyboard_alone()
    {
        var page = await In(1440, scripts: true);
        await Go(page, "/quarantine?open=true");
        await Until(page, "name", "message");
        await page.Keyboard.PressAsync("Space");
        await Until(page, "value", "chosen");
        await page.Keyboard.PressAsync("Enter");
        await Told(page, scripts: true, "预览完成");
        await Until(page, "id", "note");
        await page.Keyboard.TypeAsync("电表已补登记");
        await page.Keyboard.PressAsync("Enter");
        await Told(page, scripts: true, "重放完成");
        Assert.Equal(1, await page.Locator("main .ok").CountAsync());
    }

    /// <summary>Waits for the stage; without scripts the page is asked again, as its link offers.</summary>
    private static async Task Told(IPage page, bool scripts, string stage)
    {
        if (!scripts)
            for (var i = 0; i < 100 && await page.Locator("h2", new PageLocatorOptions { HasTextString = stage }).CountAsync() == 0; i++) await page.ReloadAsync();
        await page.Locator("h2", new PageLocatorOptions { HasTextString = stage }).WaitForAsync();
    }

    /// <summary>Goes on with the tab key until something has the focus, which can be seen.</summary>
    private static async Task Until(IPage page, string attribute, string value)
    {
        for (var i = 0; i < 80; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<string?>($"document.activeElement.getAttribute('{attribute}')") != value) continue;
            Assert.NotEqual("none", await page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"));
            return;
        }
        Assert.Fail($"The tab key does not reach [{attribute}={value}].");
    }

    private void Quarantine(string day, int value)
    {
        var (at, writer) = (WebSite.Today.StartMs + 6_000, new JournalBlob.Writer());
        writer.Begin(at, [new CompanyCount("grid", 1, 1)], 0);
        var payload = Encoding.UTF8.GetBytes($"{{\"ts\":\"{day}\",\"value\":\"{value}\"}}");
        site.Ledger.Append(writer.Finish(), [new QuarantinedMessage(at, "endpoint", "grid", "unknown-meter", "The registry has no meter M-LATE of grid.", "metering/v1/grid/M-LATE/reading", payload)]);
    }

    private async Task<IPage> In(int width, bool scripts)
    {
        var page = await chromium.PageAsync(new BrowserNewPageOptions { Locale = "zh-CN", JavaScriptEnabled = scripts, ViewportSize = new ViewportSize { Width = width, Height = 900 } });
        await Go(page, "/sign-in");
        await page.SignInAsync("li", Password);
        return page;
    }

    private static async Task Picture(IPage page, string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "TestResults", "screens")).FullName;
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name + ".png"), FullPage = true });
        Assert.Empty(await PageCheck.LookAsync(page));
    }

    private Task<IResponse?> Go(IPage page, string path) => page.GotoAsync(new Uri(site.Address, path).ToString());
}
