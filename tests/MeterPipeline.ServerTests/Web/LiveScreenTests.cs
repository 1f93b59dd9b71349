using MeterPipeline.ServerTests.EndToEnd;
using Microsoft.Playwright;

namespace MeterPipeline.ServerTests.Web;

/// <summary>The overview of a real pipeline in Chromium: its numbers follow the readings, also over a restart of the server, and nobody reloads it.</summary>
public sealed class LiveScreenTests : IAsyncLifetime
{
    /// <summary>Longer than the page waits between two questions after failures.</summary>
    private const float PatienceMs = 150_000;

    private readonly PipelineProcess pipeline = new();
    private Chromium chromium = null!;

    public async Task InitializeAsync()
    {
        SmallRegistry.Import(pipeline);
        await pipeline.StartAsync();
        chromium = await Chromium.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await chromium.DisposeAsync();
        pipeline.Dispose();
    }

    [Fact]
    public async Task Numbers_follow_the_readings_over_a_restart_of_the_server()
    {
        var page = await chromium.PageAsync(new BrowserNewPageOptions { Locale = "zh-CN" });
        await page.GotoAsync($"http://127.0.0.1:{pipeline.WebPort}/?season=2025-2026");
        await page.EvaluateAsync("window.notReloaded = true");
        Publish("2025-11-15T00:00:00+08:00", 100);
        Publish("2025-11-25T00:00:00+08:00", 400.25m);
        await Shows(page, "[data-tile=kwh] .figure", "300.25");
        await page.Locator("#chart[data-drawn]").WaitForAsync();

        await pipeline.KillAsync();
        await Shows(page, "[data-live-state].stale", "");
        await pipeline.StartAsync();
        Publish("2025-12-05T00:00:00+08:00", 700.5m);
        await Shows(page, "[data-tile=kwh] .figure", "600.50");
        await Shows(page, "[data-live-state]:not(.stale)", "实时");

        // What has the focus stays under the hand, and follows when it is let go.
        await page.Locator("[data-region=tiles] a").First.FocusAsync();
        Publish("2025-12-06T00:00:00+08:00", 710.75m);
        await Shows(page, "#parts", "610.75");
        Assert.StartsWith("600.50", await page.Locator("[data-tile=kwh] .figure").InnerTextAsync());
        await page.EvaluateAsync("document.activeElement.blur()");
        await Shows(page, "[data-tile=kwh] .figure", "610.75");
        Assert.True(await page.EvaluateAsync<bool>("window.notReloaded"));
    }

    [Theory]
    [InlineData("/", "[data-tile=kwh] .figure", "300.25", "400.5")]
    [InlineData("/households/H1", "[data-region=why]", "300.2500", "400.5000")]
    public async Task A_page_that_names_no_season_goes_over_to_the_first_data_form_and_chart_too(string path, string place, string first, string then)
    {
        var page = await chromium.PageAsync(new BrowserNewPageOptions { Locale = "zh-CN" });
        await page.GotoAsync($"http://127.0.0.1:{pipeline.WebPort}{path}");
        await page.EvaluateAsync("window.notReloaded = true");
        Publish("2025-11-15T00:00:00+08:00", 100);
        Publish("2025-11-25T00:00:00+08:00", 400.25m);
        await Shows(page, place, first);
        await Assertions.Expect(page.Locator("#season")).ToHaveValueAsync("2025-2026");
        await page.Locator("#chart[data-drawn]:not([data-drawn='0'])").WaitForAsync();

        // A choice that was not shown yet outlives what comes meanwhile.
        await page.SelectOptionAsync("#season", "2024-2025");
        await page.EvaluateAsync("document.activeElement.blur()");
        Publish("2025-12-05T00:00:00+08:00", 500.5m);
        await Shows(page, place, then);
        await Assertions.Expect(page.Locator("#season")).ToHaveValueAsync("2024-2025");
        Assert.True(await page.EvaluateAsync<bool>("window.notReloaded"));
    }

    private void Publish(string day, decimal value) =>
        Assert.Equal(0, PipelineProcess.Publish(pipeline.MqttPort, "metering/v1/grid/E1/reading", FormattableString.Invariant($$"""{"ts":"{{day}}","value":"{{value}}"}""")));

    private static Task Shows(IPage page, string place, string text) =>
        page.Locator(place, new PageLocatorOptions { HasTextString = text }).WaitForAsync(new LocatorWaitForOptions { Timeout = PatienceMs });
}
