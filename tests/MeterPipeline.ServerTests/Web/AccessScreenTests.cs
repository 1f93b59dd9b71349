using MeterPipeline.Ledger.Users;
using MeterPipeline.Tests.Web;
using Microsoft.Playwright;

namespace MeterPipeline.ServerTests.Web;

/// <summary>Signing in with Chromium: by keyboard, without a mouse, at the widths of a desk, a tablet and a phone.</summary>
public sealed class AccessScreenTests : IAsyncLifetime
{
    private const string Password = "a long enough one";
    private const string Another = "another long one";
    private readonly List<string> complaints = [];
    private WebSite site = null!;
    private Chromium chromium = null!;

    public async Task InitializeAsync()
    {
        site = await WebSite.StartAsync();
        chromium = await Chromium.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await chromium.DisposeAsync();
        await site.DisposeAsync();
    }

    [Fact]
    public async Task A_township_reader_comes_in_changes_the_password_is_refused_next_door_and_leaves()
    {
        site.AddUser("town", Role.Township, Password, mustChange: true, divisions: "140802100000");
        var page = await Open(1440, "light", scripts: true);
        await Go(page, $"/households/{WebSite.Household}");
        await SignIn(page, "town", Password);
        await page.FillAsync("#password", Password);
        await page.FillAsync("#new-password", Another);
        await page.FillAsync("#again-password", Another);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**/households/{WebSite.Household}");
        Assert.Contains("张某", await page.ContentAsync(), StringComparison.Ordinal);
        foreach (var elsewhere in new[] { "/households/H140802101201-01", "/?division=140882", "/quarantine", "/users" })
        {
            Assert.Equal(403, (await Go(page, elsewhere))!.Status);
            Assert.Contains("无权查看", await page.TextContentAsync("h1"), StringComparison.Ordinal);
        }
        await page.ClickAsync("text=退出");
        await page.WaitForURLAsync("**/sign-in");
        await Go(page, $"/households/{WebSite.Household}");
        Assert.Contains("/sign-in?return=", page.Url, StringComparison.Ordinal);
        Assert.DoesNotContain(complaints, complaint => !complaint.Contains("403", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_scripts_a_form_that_came_too_late_is_sent_after_all()
    {
        site.AddUser("li", Role.Bureau, Password);
        var page = await Open(820, "light", scripts: false);
        await Go(page, $"/households/{WebSite.Household}");
        await SignIn(page, "li", Password);
        await page.FillAsync("[name=reason]", "核查户号是否一致");
        site.Pass(TimeSpan.FromHours(1));
        await page.Keyboard.PressAsync("Enter");
        await SignIn(page, "li", Password);
        Assert.Contains("核查户号是否一致", await page.TextContentAsync("main"), StringComparison.Ordinal);
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Shot("continue-820-light.png"), FullPage = true });
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/households/**");
        Assert.Contains("张建国", await page.TextContentAsync("main"), StringComparison.Ordinal);
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Shot("unmasked-820-light.png"), FullPage = true });
    }

    [Theory]
    [InlineData(1440, "light")]
    [InlineData(1440, "dark")]
    [InlineData(820, "light")]
    [InlineData(390, "light")]
    public async Task Pages_are_drawn(int width, string scheme)
    {
        var page = await Open(width, scheme, scripts: true);
        await Go(page, "/");
        await Picture(page, $"guest-{width}-{scheme}.png");
        site.AddUser("administrator@yuncheng", Role.Administrator, Password);
        site.AddUser("yuncheng-gas-headend", Role.Company, Password, company: "gas");
        site.AddUser("xiezhou.township", Role.Township, Password, mustChange: true, divisions: ["140802100", "140802101"]);
        site.Ledger.Access.Record(new AccessEntry(0, WebSite.Today.StartMs, "bureau.li", "", AccessAct.Unmask, WebSite.Household, "居民来电反映户号不符，核对姓名与户号"));
        site.Ledger.Access.Record(new AccessEntry(0, WebSite.Today.StartMs, "finance.wang", "", AccessAct.Export, "accruals-2025-2026-1408.csv", ""));
        await UntilAskedAsync();
        await Go(page, "/users");
        await Picture(page, $"sign-in-{width}-{scheme}.png");
        await SignIn(page, "administrator@yuncheng", "not the right one");
        await Picture(page, $"sign-in-wrong-{width}-{scheme}.png");
        await SignIn(page, "administrator@yuncheng", Password);
        await page.WaitForURLAsync("**/users");
        await Picture(page, $"users-{width}-{scheme}.png");
        foreach (var (name, path) in new[] { ("access", "/access"), ("password", "/password"), ("overview-in", "/") })
        {
            await Go(page, path);
            await Picture(page, $"{name}-{width}-{scheme}.png");
        }
        Assert.DoesNotContain(complaints, complaint => !complaint.Contains("401", StringComparison.Ordinal));
    }

    /// <summary>Waits until the site has seen that there are people: guests are sent away then.</summary>
    private async Task UntilAskedAsync()
    {
        using var guest = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = site.Address };
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await guest.GetAsync("/", patience.Token)).IsSuccessStatusCode) await Task.Delay(20, patience.Token);
    }

    private static async Task SignIn(IPage page, string name, string password)
    {
        await page.WaitForSelectorAsync("#name");
        await page.FillAsync("#name", name);
        await page.FillAsync("#password", password);
        await page.SubmitAsync(() => page.Keyboard.PressAsync("Enter"));
    }

    private static async Task Picture(IPage page, string name)
    {
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Shot(name), FullPage = true });
        Assert.Equal(0, await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
    }

    private Task<IResponse?> Go(IPage page, string path) => page.GotoAsync(new Uri(site.Address, path).ToString());

    private async Task<IPage> Open(int width, string scheme, bool scripts)
    {
        var page = await chromium.PageAsync(new BrowserNewPageOptions
        {
            Locale = "zh-CN",
            JavaScriptEnabled = scripts,
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = scheme == "dark" ? ColorScheme.Dark : ColorScheme.Light,
        });
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") complaints.Add(message.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
        return page;
    }

    private static string Shot(string name) => Path.Combine(Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "TestResults", "screens")).FullName, name);
}
