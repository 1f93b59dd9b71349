using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Tests.Web;
using MeterPipeline.Web.Access;
using Microsoft.Playwright;

namespace MeterPipeline.ServerTests.Web;

/// <summary>Every page at the widths of a desk, a tablet and a phone, in both languages, measured in Chromium. A picture is kept of what is wrong.</summary>
public sealed class PageCheckTests : IAsyncLifetime
{
    private const string Password = "a long enough one";
    private const string OfVillage = "division=" + WebSite.Village;

    private static readonly string[] _ofBureau =
    [
        "/", "/?division=140802", $"/?{OfVillage}", $"/households/{WebSite.Household}", $"/households/{WebSite.EvilHousehold}", $"/households/{WebSite.NeverRead}",
        $"/registry/households/{WebSite.Household}", "/usage", $"/usage?list=no-data&{OfVillage}", "/caps", "/holds", "/holds?reason=register-reset", "/companies", "/reports",
        "/reports/weekly/2026-W03", "/reports/monthly/2025-12", "/reports/season/2025-2026", "/registry", "/registry?q=1408", "/registry/import", "/settlements", "/settlements/1",
        "/settlements/2", $"/settlements/1/line?household={WebSite.Household}", "/settlements/1/bank?layout=rural-credit", "/coverage", "/quarantine", "/quarantine/1", "/password",
        "/nothing", "/users",
    ];

    private static readonly int[] _widths = [390, 820, 1440];

    private static readonly string[] _ofAdministrator = ["/users", "/access"];

    private readonly List<string> wrong = [];
    private WebSite site = null!;
    private Chromium chromium = null!;
    private string looking = "";

    public async Task InitializeAsync()
    {
        site = await WebSite.StartAsync(new AccessOptions { FormsPerMinute = 10_000 });
        site.AddUser("li", Role.Bureau, Password);
        site.AddUser("wang", Role.Finance, Password);
        site.AddUser("admin", Role.Administrator, Password);
        site.AddUser("town", Role.Township, Password, divisions: "140802100000");
        Settle();
        chromium = await Chromium.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await chromium.DisposeAsync();
        await site.DisposeAsync();
    }

    [Theory]
    [InlineData("zh")]
    [InlineData("en")]
    public async Task Nothing_overlaps_leaves_the_window_or_lacks_a_name(string language)
    {
        await using (var bureau = await In("li", language)) await Look(bureau, _ofBureau);
        await using (var admin = await In("admin", language)) await Look(admin, _ofAdministrator);
        await using (var finance = await In("wang", language)) await Look(finance, ["/", "/settlements/1", "/holds"]);
        await using (var town = await In("town", language)) await Look(town, ["/", "/settlements", "/holds?division=140802100"]);
        await using (var nobody = await Context(language)) await Look(nobody, ["/sign-in"]);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>Lists that people read or decide on have nothing to the right of a narrow window; wide tables of figures may be scrolled.</summary>
    [Theory]
    [InlineData(390, $"/?{OfVillage}")]
    [InlineData(390, "/")]
    [InlineData(390, "/coverage")]
    [InlineData(390, "/registry?q=1408")]
    [InlineData(390, "/holds")]
    [InlineData(390, "/quarantine")]
    [InlineData(390, "/settlements/1")]
    [InlineData(820, "/holds")]
    [InlineData(820, "/quarantine")]
    public async Task Lists_are_read_without_scrolling_sideways(int width, string path)
    {
        await using var bureau = await In("li", "zh");
        var page = await bureau.NewPageAsync();
        await page.SetViewportSizeAsync(width, 900);
        await page.GotoAsync(new Uri(site.Address, path).ToString());
        var cut = await page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('.scroll')].filter(box => box.checkVisibility() && !box.closest('details') && box.scrollWidth > box.clientWidth + 1).map(box => box.innerText.slice(0, 60))");
        Assert.Empty(cut);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/holds")]
    [InlineData($"/households/{WebSite.Household}")]
    public async Task Paper_says_which_season_it_shows(string path)
    {
        await using var bureau = await In("li", "zh");
        var page = await bureau.NewPageAsync();
        await page.GotoAsync(new Uri(site.Address, path).ToString());
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        Assert.True(await page.Locator("#season").IsVisibleAsync());
        Assert.False(await page.Locator(".head form button").IsVisibleAsync());
    }

    private async Task Look(IBrowserContext context, IEnumerable<string> paths)
    {
        var page = await context.NewPageAsync();
        // The browser complains of pages that are meant to be refused or missing.
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning" && !message.Text.Contains("the server responded with a status of 40", StringComparison.Ordinal)) wrong.Add($"{looking}: {message.Text}");
        };
        page.PageError += (_, error) => wrong.Add($"{looking}: {error}");
        foreach (var path in paths)
        {
            looking = path;
            await page.GotoAsync(new Uri(site.Address, path).ToString());
            foreach (var width in _widths)
            {
                await page.SetViewportSizeAsync(width, 900);
                var found = await PageCheck.LookAsync(page);
                wrong.AddRange(found.Select(line => $"{width} {path}: {line}"));
                if (found.Length > 0) await page.ScreenshotAsync(new PageScreenshotOptions { Path = Shot($"{width} {path}"), FullPage = true });
            }
        }
    }

    private async Task<IBrowserContext> In(string name, string language)
    {
        var context = await Context(language);
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(site.Address, "/sign-in").ToString());
        await page.SignInAsync(name, Password);
        return context;
    }

    private async Task<IBrowserContext> Context(string language)
    {
        var context = await chromium.ContextAsync(new BrowserNewContextOptions { Locale = "zh-CN" });
        await context.AddCookiesAsync([new Cookie { Name = "lang", Value = language, Url = site.Address.ToString() }]);
        return context;
    }

    /// <summary>A run in public notice with an objection, and a provisional one.</summary>
    private void Settle()
    {
        site.Pass(TimeSpan.FromDays(60));
        var (at, today) = (WebSite.Today.StartMs + 60L * LocalDay.LengthMs, new LocalDay(WebSite.Today.Number + 60));
        var who = new Signatory("li", Office.Bureau);
        SettlementDrafting.Run(site.Ledger, WebSite.Policies, 2025, "140802", who, at, provisional: false);
        var notice = new RunStep(1, RunStepKind.Noticed, at, "li", "", null, today, new LocalDay(today.Number + 7));
        Assert.True(site.Ledger.Settlements.AddStep(notice, 1));
        Assert.True(site.Ledger.Settlements.AddStep(new RunStep(1, RunStepKind.Objected, at, "town", "三月用电量与电表不符", WebSite.Household), 2));
        SettlementDrafting.Run(site.Ledger, WebSite.Policies, 2025, "140882", who, at, provisional: true);
    }

    private static string Shot(string name) => Path.Combine(
        Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "TestResults", "screens")).FullName, $"wrong-{string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'))}.png");
}
