using System.CommandLine;
using MeterPipeline.Cli;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Tests.House;
using MeterPipeline.Tests.Policies;
using MeterPipeline.Web;
using MeterPipeline.Web.Reports;

namespace MeterPipeline.Tests.Web;

/// <summary>Verbs of the command line over the ledger of the pages: what they write, and what the access log says of whoever ran them.</summary>
public sealed class VerbTests(OpenSite open) : IClassFixture<OpenSite>, IDisposable
{
    private static readonly string[] _policies = ["--policies", Repository.PathOf("deploy", "policies")];

    private readonly WebSite site = open.Site;
    private readonly string folder = Directory.CreateTempSubdirectory("meterpipeline-verbs-").FullName;
    private readonly long before = open.Site.Ledger.Access.Log(long.MaxValue, 1) is [var newest] ? newest.Id : 0;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("weekly", "2026-W03", "", "xlsx")]
    [InlineData("weekly", "2026-W03", "140802", "csv")]
    [InlineData("monthly", "2025-12", "140882", "xlsx")]
    [InlineData("monthly", "2025-12", "", "csv")]
    [InlineData("season", "2025-2026", "140802100", "xlsx")]
    [InlineData("season", "2025-2026", "", "csv")]
    public async Task A_report_is_written_as_its_file_draws_it(string kind, string period, string division, string format)
    {
        var file = Path.Combine(folder, "report");
        Assert.Equal(ExitCode.Done, await Run("report", kind, "--period", period, "--division", division, "--format", format, "--out", file));
        var drawn = ReportFile.Draw(site.Ledger, KnownPolicies.Shipped, BoardSettings.Default, new ReportAsked(kind, period, null, division), TimeProvider.System, (_, _) => { });
        using var expected = new MemoryStream();
        drawn.Write(format, expected, folder);
        Assert.Equal(expected.ToArray(), File.ReadAllBytes(file));
        Assert.Equal([file], Directory.GetFiles(folder));
        var ending = format == "csv" ? "zip" : format;
        Assert.Equal((AccessAct.Export, $"{drawn.Name}.{ending}", Opened.Actor), Logged().Select(entry => (entry.Act, entry.Subject, entry.Actor)).Single());
    }

    [Theory]
    [InlineData("weekly", "2026-12", "a week is written 2026-W03")]
    [InlineData("monthly", "2025-13", "a month 2026-01")]
    [InlineData("season", "2025-2027", "a season 2025-2026")]
    [InlineData("monthly", "2025-10", "Those that have begun: 2026-03, 2026-02, 2026-01, 2025-12, 2025-11")]
    public async Task A_period_that_is_none_is_named_with_those_that_are(string kind, string period, string says)
    {
        var file = Path.Combine(folder, "report.xlsx");
        var error = await Assert.ThrowsAsync<CommandException>(() => Run("report", kind, "--period", period, "--format", "xlsx", "--out", file));
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Contains($"'{period}'", error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder));
        Assert.Empty(Logged());
    }

    [Fact]
    public async Task A_replay_of_quarantine_is_on_record_before_it_begins_and_a_look_is_not()
    {
        Assert.Equal(ExitCode.Done, await Run("quarantine", "replay", "--dry-run"));
        Assert.Empty(Logged());
        Assert.Equal(ExitCode.Done, await Run("quarantine", "replay", "--company", "grid", "--reason", "unknown-meter", "--note", "表已登记"));
        Assert.Equal(ExitCode.Done, await Run("quarantine", "replay", "--id", "1"));
        Assert.Equal(
            [(Opened.Actor, "", "quarantine: #1", ""), (Opened.Actor, "", "quarantine: ≤ #1 company=grid reason=unknown-meter", "表已登记")],
            Logged().Select(entry => (entry.Actor, entry.Session, entry.Subject, entry.Reason)));
        Assert.All(Logged(), entry => Assert.Equal(AccessAct.Replay, entry.Act));
        await Assert.ThrowsAsync<CommandException>(() => Run("quarantine", "replay", "--note", "two\nlines"));
        Assert.Equal(2, Logged().Count);
    }

    /// <summary>As the program runs a verb, but for errors, which it prints.</summary>
    private Task<int> Run(params string[] verb)
    {
        var root = new RootCommand { CommandLine.Data, CommandLine.Policies, ReportCommand.Create(), QuarantineCommand.Create() };
        return root.Parse([.. verb, "--data", site.Data, .. _policies]).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }

    /// <summary>What this test put on record, newest first.</summary>
    private List<AccessEntry> Logged() => [.. site.Ledger.Access.Log(long.MaxValue, 10).Where(entry => entry.Id > before)];
}
