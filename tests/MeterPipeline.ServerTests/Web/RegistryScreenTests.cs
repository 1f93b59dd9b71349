using MeterFleet;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Tests.Web;
using Microsoft.Playwright;

namespace MeterPipeline.ServerTests.Web;

/// <summary>The way of a registry from a file to a household's paper file, in Chromium.</summary>
public sealed class RegistryScreenTests : IAsyncLifetime
{
    private const string Password = "a long enough one";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("meterpipeline-registry-");
    private readonly List<string> complaints = [];
    private readonly Fleet fleet = Fleet.Create(new FleetOptions { Households = 240, GasShare = 0.3, TransformerShare = 0.1, Faults = FaultRates.All });
    private WebSite site = null!;
    private Chromium chromium = null!;

    public async Task InitializeAsync()
    {
        fleet.WriteRegistry(folder.FullName);
        site = await WebSite.StartAsync();
        site.AddUser("lihong", Role.Bureau, Password);
        chromium = await Chromium.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await chromium.DisposeAsync();
        await site.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_registry_is_previewed_confirmed_and_read_as_files_of_households()
    {
        var page = await OpenAsync(1440, ColorScheme.Light);
        foreach (var kind in new[] { "divisions", "companies", "households", "meters" })
        {
            var file = Path.Combine(folder.FullName, kind + ".csv");
            if (kind == "households") await File.AppendAllTextAsync(file, "H-BAD,某人,14088210999,coal-to-gas,programme,2025-02-30,none,,,,\nH-坏,某人,140882101999,烧煤,,,,,,,\n");
            await UploadAsync(page, kind, file);
            await ShootAsync(page, $"registry-preview-{kind}");
            await page.Locator("button.main").ClickAsync();
            await page.GetByText("已写入").First.WaitForAsync();
            if (kind == "households") await ShootAsync(page, "registry-applied");
        }
        var exchanged = fleet.Meters.GroupBy(meter => meter.HouseholdId).OrderByDescending(group => group.Count()).First().Key;
        var aliases = Path.Combine(folder.FullName, "aliases.csv");
        await File.WriteAllTextAsync(aliases, $"户号,户编号,生效日期,失效日期\n1402345678,{exchanged},,2023-07-01\n3301402345678,{exchanged},2023-07-01,\n");
        await UploadAsync(page, "aliases", aliases);
        await page.Locator("button.main").ClickAsync();
        await page.GetByText("已写入").First.WaitForAsync();
        var corrected = Path.Combine(folder.FullName, "corrected.csv");
        var lines = await File.ReadAllLinesAsync(Path.Combine(folder.FullName, "households.csv"));
        var row = lines.First(line => line.StartsWith(exchanged + ",", StringComparison.Ordinal)).Split(',');
        (row[6], row[7]) = ("dibao", "2026年1月经村委会核实为低保户");
        await File.WriteAllTextAsync(corrected, lines[0] + "\n" + string.Join(',', row) + "\n");
        await UploadAsync(page, "households", corrected);
        await ShootAsync(page, "registry-correction");
        await page.Locator("button.main").ClickAsync();
        await page.GetByText("已写入").First.WaitForAsync();

        await page.GotoAsync(Address("/registry"));
        await page.GetByRole(AriaRole.Searchbox).FillAsync("5678");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("tbody a").First.ClickAsync();
        Assert.Contains(exchanged, await page.Locator("h1").TextContentAsync(), StringComparison.Ordinal);
        Assert.Contains("lihong", await page.Locator("main").TextContentAsync(), StringComparison.Ordinal);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        await page.PdfAsync(new PagePdfOptions { Path = Shot("registry-file.pdf"), PreferCSSPageSize = true });
        await page.SetViewportSizeAsync(703, 994); // A4 at 96 dpi without its margins
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Shot("registry-file-print.png"), FullPage = true });
        foreach (var (width, scheme) in new[] { (1440, ColorScheme.Light), (1440, ColorScheme.Dark), (820, ColorScheme.Light), (390, ColorScheme.Light) })
        {
            page = await OpenAsync(width, scheme);
            foreach (var (name, path) in new[] { ("search", "/registry"), ("found", "/registry?q=140882"), ("file", $"/registry/households/{exchanged}"), ("import", "/registry/import") })
            {
                await page.GotoAsync(Address(path));
                await ShootAsync(page, $"registry-{name}-{width}-{scheme}");
            }
        }
        await UploadAsync(page, "households", Path.Combine(folder.FullName, "households.csv"));
        await ShootAsync(page, "registry-preview-390");
        Assert.Empty(complaints);
    }

    private string Address(string path) => new Uri(site.Address, path).ToString();

    private async Task UploadAsync(IPage page, string kind, string file)
    {
        await page.GotoAsync(Address("/registry/import"));
        await page.SelectOptionAsync("#kind", kind);
        await page.SetInputFilesAsync("#file", file);
        await page.Locator("form.import button").ClickAsync();
        await page.Locator(".tiles").WaitForAsync();
    }

    private async Task ShootAsync(IPage page, string name)
    {
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Shot(name + ".png"), FullPage = true });
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0, name + " is wider than its window");
    }

    private async Task<IPage> OpenAsync(int width, ColorScheme scheme)
    {
        var page = await chromium.PageAsync(new BrowserNewPageOptions
        {
            Locale = "zh-CN",
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = scheme,
        });
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") complaints.Add(message.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
        await page.GotoAsync(Address("/sign-in"));
        await page.FillAsync("#name", "lihong");
        await page.FillAsync("#password", Password);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
        return page;
    }

    private static string Shot(string name) => Path.Combine(Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "TestResults", "screens")).FullName, name);
}
