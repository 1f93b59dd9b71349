using Microsoft.Playwright;

namespace MeterPipeline.ServerTests.Web;

/// <summary>A browser of one's own, as it starts on machines without a screen and for root.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    /// <summary>For a page or an element to come: a machine that does other things too is no fault of the page.</summary>
    private const int PatienceMs = 120_000;

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Chromium(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    public static async Task<Chromium> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        return new Chromium(playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        }));
    }

    /// <summary>A page with cookies of its own.</summary>
    public async Task<IPage> PageAsync(BrowserNewPageOptions options)
    {
        var page = await _browser.NewPageAsync(options);
        page.SetDefaultTimeout(PatienceMs);
        return page;
    }

    /// <summary>For pages that share their cookies.</summary>
    public async Task<IBrowserContext> ContextAsync(BrowserNewContextOptions options)
    {
        var context = await _browser.NewContextAsync(options);
        context.SetDefaultTimeout(PatienceMs);
        return context;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
