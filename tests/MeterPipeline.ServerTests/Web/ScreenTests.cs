using MeterPipeline.Tests.Web;
using Microsoft.Playwright;

namespace MeterPipeline.ServerTests.Web;

/// <summary>The pages in Chromium, at the widths of a desk, a tablet and a phone: what is drawn, not what is sent.</summary>
public sealed class ScreenTests : IAsyncLifetime
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

    [Theory]
    [InlineData(1440, "light")]
    [InlineData(1440, "dark")]
    [InlineData(820, "light")]
    [InlineData(390, "light")]
    public async Task Pages_are_drawn(int width, string scheme)
    {
        var page = await Open(width, scheme);
        foreach (var (name, path) in new[]
        {
            ("overview", "/"), ("village", $"/?division={WebSite.Village}"), ("household", $"/households/{WebSite.Household}"), ("quarantine", "/quarantine"),
            ("missing", "/nothing"), ("usage", "/usage"), ("caps", "/caps"), ("holds", "/holds"), ("companies", "/companies"), ("message", "/quarantine/1"),
        })
        {
            await page.GotoAsync(new Uri(site.Address, path).ToString());
            var charted = await page.Locator("#chart").CountAsync() > 0;
            if (charted) await page.WaitForSelectorAsync("#chart[data-drawn] canvas");
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Shot($"{name}-{width}-{scheme}.png"), FullPage = true });
            Assert.Equal(0, await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
            if (charted) Assert.InRange(await ColouredPixels(page), 2_000, int.MaxValue);
            Assert.True(await GlyphsDiffer(page), $"Chinese text on {name} is drawn as empty boxes; is a Chinese font installed?");
        }
        // The browser reports the page that is meant to be missing.
        Assert.DoesNotContain(complaints, complaint => !complaint.Contains("404", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unused_household_is_found_from_the_overview_in_four_clicks()
    {
        var page = await Open(1440, "light");
        await page.GotoAsync(site.Address.ToString());
        await page.Locator("[data-tile=never-used]").ClickAsync();
        await page.Locator("table a", new PageLocatorOptions { HasTextString = WebSite.Unused }).ClickAsync();
        await page.WaitForSelectorAsync("text=改造设备使用情况");
        Assert.Contains("从未使用", await page.Locator("[data-region=use]").InnerTextAsync(), StringComparison.Ordinal);
        // The long way, down the ledger's levels, takes as many as there are levels.
        await page.GotoAsync(site.Address.ToString());
        foreach (var place in new[] { "河津市", "安邑镇", "西村", WebSite.Unused })
            await page.Locator("[data-region=parts] th a", new PageLocatorOptions { HasTextString = place }).First.ClickAsync();
        await page.WaitForSelectorAsync("text=改造设备使用情况");
        Assert.EndsWith($"/households/{WebSite.Unused}?season=2025-2026", page.Url, StringComparison.Ordinal);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_new_reading_appears_without_a_reload()
    {
        var page = await Open(1440, "light");
        await page.GotoAsync(new Uri(site.Address, $"/households/{WebSite.Household}").ToString());
        await page.WaitForSelectorAsync("#chart[data-drawn]");
        await page.EvaluateAsync("window.notReloaded = true");
        site.Acknowledge("M" + WebSite.Household[1..], Domain.LocalDay.On(2026, 1, 22), 2510m);
        // WaitForFunction would evaluate text, which the page's own policy forbids.
        await page.Locator("[data-region=days] tbody th", new PageLocatorOptions { HasTextString = "2026-01-21" })
            .WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
        Assert.True(await page.EvaluateAsync<bool>("window.notReloaded"));
        Assert.Equal("实时", await page.Locator("[data-live-state]").TextContentAsync());
        Assert.Empty(complaints);
    }

    [Theory]
    [InlineData(1440)]
    [InlineData(390)]
    public async Task A_chart_fits_the_paper_and_then_its_window_again(int width)
    {
        var page = await Open(width, "light");
        await page.GotoAsync(site.Address.ToString());
        await page.WaitForSelectorAsync("#chart[data-drawn] canvas");
        Task<int> Drawn() => page.EvaluateAsync<int>("document.querySelector('#chart canvas').clientWidth");
        var before = await Drawn();
        await page.EvaluateAsync("window.dispatchEvent(new Event('beforeprint'))");
        Assert.InRange(await Drawn(), 100, 1000);
        await page.EvaluateAsync("window.dispatchEvent(new Event('afterprint'))");
        Assert.Equal(before, await Drawn());
    }

    private async Task<IPage> Open(int width, string scheme)
    {
        var page = await chromium.PageAsync(new BrowserNewPageOptions
        {
            Locale = "zh-CN",
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

    /// <summary>Pixels of the chart's canvas that are neither transparent nor grey.</summary>
    private static Task<int> ColouredPixels(IPage page) => page.EvaluateAsync<int>("""
        () => {
          const canvas = document.querySelector('#chart canvas');
          const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
          let count = 0;
          for (let i = 0; i < data.length; i += 4)
            if (data[i + 3] > 0 && Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 60) count++;
          return count;
        }
        """);

    /// <summary>A missing glyph looks the same for every character.</summary>
    private static Task<bool> GlyphsDiffer(IPage page) => page.EvaluateAsync<bool>("""
        () => {
          const draw = text => {
            const canvas = document.createElement('canvas');
            canvas.width = canvas.height = 32;
            const context = canvas.getContext('2d');
            context.font = '24px ' + getComputedStyle(document.body).fontFamily;
            context.fillText(text, 2, 26);
            return canvas.toDataURL();
          };
          return new Set(['采', '暖', '补', '贴', '\u{10FFFD}'].map(draw)).size === 5;
        }
        """);

    private static string Shot(string name) => Path.Combine(Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "TestResults", "screens")).FullName, name);
}
