using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Usage;
using MeterPipeline.Web;
using MeterPipeline.Web.Reports;

namespace MeterPipeline.Tests.Web;

/// <summary>Reports of the command line: what the pages give out, and for a terminal.</summary>
public sealed class ReportFileTests(AccessSite people) : IClassFixture<AccessSite>, IDisposable
{
    private static readonly Noon _clock = new();
    private static readonly BoardSettings _boards = new(UsageSettings.Default, Budgets.Of([("2025-2026", "1408", "12000"), ("2025-2026", "140882", "5000")]));
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("meterpipeline-report-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("weekly", "2026-W03", "")]
    [InlineData("monthly", "2025-12", "140882")]
    [InlineData("season", "2025-2026", "140802100")]
    public async Task The_same_bytes_as_from_the_page(string kind, string period, string division)
    {
        using var bureau = await WebVisitor.SignedInAsync(people.Site, "bureau");
        var drawn = Draw(new ReportAsked(kind, period, null, division));
        Assert.Equal($"report-{kind}-{period}-{(division.Length == 0 ? "all" : division)}", drawn.Name);
        foreach (var (format, ending) in new[] { ("xlsx", "xlsx"), ("csv", "zip") })
        {
            var address = $"/exports/report.{ending}?kind={kind}&period={period}&division={division}";
            // The page's board may still be in the making.
            var own = Convert.ToHexString(Written(drawn, format));
            await SignInTests.Eventually(async () => own == Convert.ToHexString(await (await bureau.GetAsync(address)).Content.ReadAsByteArrayAsync()));
        }
    }

    [Fact]
    public void A_terminal_is_told_the_same_figures_in_columns()
    {
        var text = Encoding.UTF8.GetString(Written(Draw(new ReportAsked("weekly", null, null, "140882")), "text"));
        Assert.StartsWith("Weekly dispatch 2026-W03  河津市 140882000000\nPeriod: 2026-01-12 to 2026-01-18\n", text, StringComparison.Ordinal);
        var lines = text.Split('\n');
        var at = Array.IndexOf(lines, "Electricity kWh");
        Assert.Equal(["Division", "Period", "± before", "± %", "Season so far"], lines[at + 1].Split("  ", StringSplitOptions.RemoveEmptyEntries).Select(cell => cell.Trim()));
        Assert.StartsWith("解州镇 140882100000 ", lines[at + 2], StringComparison.Ordinal);
        Assert.Equal(lines[at + 1].Length, Wide(lines[at + 2]));
        Assert.StartsWith("Total ", lines[at + 4], StringComparison.Ordinal);
        Assert.Contains("Budget used %", text, StringComparison.Ordinal);

        // A Chinese character stands over two columns.
        static int Wide(string line) => line.Length + line.Count(c => c >= '\u2E80');
    }

    [Theory]
    [InlineData("daily", null, null, "", "A report is one of weekly, monthly, season.")]
    [InlineData("weekly", "2026-01", null, "", "'2026-01' is no period of a weekly report")]
    [InlineData("weekly", "2026-W20", null, "", "Those that have begun: 2026-W04, 2026-W03")]
    [InlineData("weekly", null, "1999-2000", "", "There is no season '1999-2000'. Known: 2025-2026")]
    [InlineData("season", null, null, "9", "The registry has no household in division 9.")]
    [InlineData("season", null, null, "x", "'x' is not a division code")]
    public void What_is_not_there_is_said_with_what_is(string kind, string? period, string? season, string division, string says)
    {
        var asked = new ReportAsked(kind, period, season, division);
        Assert.Contains(says, Assert.Throws<ArgumentException>(() => Draw(asked)).Message, StringComparison.Ordinal);
    }

    private ReportFile Draw(ReportAsked asked) => ReportFile.Draw(people.Site.Ledger, WebSite.Policies, _boards, asked, _clock, (_, _) => { });

    private byte[] Written(ReportFile report, string format)
    {
        using var into = new MemoryStream();
        report.Write(format, into, folder.FullName);
        return into.ToArray();
    }

    private sealed class Noon : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(WebSite.Today.StartMs + LocalDay.LengthMs / 2);
    }
}
