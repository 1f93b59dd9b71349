using MeterPipeline.Tests.Web;
using Microsoft.Playwright;

namespace MeterPipeline.ServerTests.Web;

/// <summary>Reports in Chromium: at a desk, on a tablet, on a phone, and on paper.</summary>
public sealed class ReportScreenTests : IAsyncLifetime
{
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
    public async Task Reports_are_drawn_at_every_width_and_printed_on_landscape_paper()
    {
        foreach (var width in new[] { 1440, 820, 390 })
        {
            var page = await Open(width);
            foreach (var (name, path) in new[] { ("list", "/reports"), ("week", "/reports/weekly/2026-W03"), ("running", "/reports/weekly/2026-W04?lang=en"), ("season", "/reports/season/2025-2026?division=140882&lang=zh") })
            {
                await page.GotoAsync(new Uri(site.Address, path).ToString());
                await page.ScreenshotAsync(new PageScreenshotOptions { Path = Shot($"report-{name}-{width}.png"), FullPage = true });
                Assert.Equal(0, await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
                if (name == "list") continue;
                Assert.Equal(3, await page.Locator("figure.bars svg").CountAsync());
                Assert.InRange(await page.Locator("figure.bars rect").CountAsync(), name == "running" ? 3 : 20, 400);
            }
            await page.CloseAsync();
        }
        var paper = await Open(1440);
        await paper.GotoAsync(new Uri(site.Address, "/reports/weekly/2026-W03").ToString());
        var pdf = await paper.PdfAsync(new PagePdfOptions { Path = Shot("report-week.pdf"), PreferCSSPageSize = true, PrintBackground = true });
        // A4 landscape in points.
        Assert.Matches(@"/MediaBox \[0 0 84[12][.\d]* 59[45][.\d]*\]", System.Text.Encoding.Latin1.GetString(pdf));
        Assert.Empty(complaints);
    }

    private async Task<IPage> Open(int width)
    {
        var page = await chromium.PageAsync(new BrowserNewPageOptions { Locale = "zh-CN", ViewportSize = new ViewportSize { Width = width, Height = 900 }, ColorScheme = ColorScheme.Light });
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") complaints.Add(message.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
        return page;
    }

    private static string Shot(string name) => Path.Combine(Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "TestResults", "screens")).FullName, name);
}
