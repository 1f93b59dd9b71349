using MeterPipeline.Banks;
using MeterPipeline.Cli;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Policies;
using MeterPipeline.Tests.House;
using MeterPipeline.Tests.Ledger;
using MeterPipeline.Web;
using MeterPipeline.Web.Settlements;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Tests.Exports;

/// <summary>
/// A confirmed run, exported as every kind of file by the command line and by the web, before and after everything that the files could depend on has
/// changed, and from a copy of the ledger in another folder. Each export is made anew: no file of another is there.
/// </summary>
public sealed class SameRunSameBytesTests : IDisposable
{
    private const string Village = "140802101201", Key = "mp_a-key-of-finance";
    private static readonly string[] Kinds = ["xlsx", "csv", "bank", "jsonl"];
    private static readonly LocalDay First = LocalDay.On(2025, 11, 15);
    private static readonly LocalDay End = LocalDay.On(2026, 3, 16);
    private static readonly long DraftedMs = LocalDay.On(2026, 4, 1).StartMs;

    private readonly SqliteFolder here = new(), elsewhere = new();
    private readonly DirectoryInfo files = Directory.CreateTempSubdirectory("meterpipeline-");

    public void Dispose()
    {
        here.Dispose();
        elsewhere.Dispose();
        files.Delete(recursive: true);
    }

    [Fact]
    public async Task Whatever_changes_later_a_confirmed_run_gives_the_same_bytes_everywhere()
    {
        var shipped = Repository.PathOf("deploy", "policies");
        using (var ledger = here.Open()) Confirm(ledger);
        var first = await Export(here.Path, shipped, "0359-1111111");
        Assert.Equal(first["xlsx"], first["web xlsx"]);
        Assert.Equal(first["csv"], first["web csv"]);
        Assert.Equal(first["bank"], first["web bank"]);

        using (var ledger = here.Open()) ChangeEverything(ledger);
        here.Close();
        Directory.CreateDirectory(elsewhere.Path);
        foreach (var file in Directory.GetFiles(here.Path)) File.Copy(file, Path.Combine(elsewhere.Path, Path.GetFileName(file)));
        var other = OtherPolicies(shipped);
        var later = await Export(elsewhere.Path, other, "0359-2222222");
        foreach (var (kind, bytes) in first) Assert.True(bytes.AsSpan().SequenceEqual(later[kind]), $"{kind} is not what it was");

        // Paying is the other ledger: what was signed says nothing of it. A bank is told what is still to be paid: here, what came back.
        using (var ledger = elsewhere.Open()) PayAndReturn(ledger);
        var paid = await Export(elsewhere.Path, other, "");
        foreach (var kind in (string[])["xlsx", "csv", "jsonl", "web xlsx", "web csv"]) Assert.True(first[kind].AsSpan().SequenceEqual(paid[kind]), $"{kind} after payment is not what it was");
        Assert.NotEqual(first["bank"], paid["bank"]);

        // What lists say of policies was frozen with the run: the files need not be there.
        var alone = Path.Combine(files.FullName, "alone.xlsx");
        Assert.Equal(ExitCode.Done, await CommandLine.RunAsync(["export", "settlement", "1", "--out", alone, "--data", elsewhere.Path, "--policies", Path.Combine(files.FullName, "gone")]));
        Assert.Equal(first["xlsx"], await File.ReadAllBytesAsync(alone));
    }

    private static void Confirm(ILedger ledger)
    {
        ledger.ChangeRegistry(Registry("盐湖区", "张三", "国网运城"), "test", 1);
        Append(ledger, [.. Enumerable.Range(1, 3).SelectMany(no => new[] { Reading(no, First, 100), Reading(no, End, 1000 + 100 * no) })]);
        ledger.Settlements.PutPayees([("H1", Payee("6228480402564890018")), ("H2", Payee("6228480402564890026"))], "test", 1);
        ledger.Access.PutKey(new ApiKey("finance", Role.Finance, null, [], AccessToken.Hash(Key), 1, null, null), "test", 1);
        ledger.Settlements.Disburse([new Disbursement(0, 2025, null, "H2", DisbursementKind.Advance, 20, First, "A-1", "li", 1), new Disbursement(0, 2025, null, "H2", DisbursementKind.Returned, 5, First, "A-2", "li", 1)]);
        var policies = PolicyFiles.Load(Repository.PathOf("deploy", "policies"));
        var run = SettlementDrafting.Run(ledger, policies, 2025, "14", new Signatory("li", Office.Bureau), DraftedMs, provisional: false, supervisionPhone: "0359-0000000");
        Step(ledger, new RunStep(run.Id, RunStepKind.Noticed, DraftedMs, "li", "", null, LocalDay.Of(DraftedMs), LocalDay.Of(DraftedMs).Next));
        Step(ledger, new RunStep(run.Id, RunStepKind.Objected, DraftedMs, "wu", "少算了", "H2"));
        Step(ledger, new RunStep(run.Id, RunStepKind.Answered, DraftedMs, "li", "已核对", "H2"));
        Step(ledger, new RunStep(run.Id, RunStepKind.Confirmed, DraftedMs, "wang", ""));
    }

    /// <summary>Names, routes, payees and accounts, late readings and corrections, and money of another kind.</summary>
    private static void ChangeEverything(ILedger ledger)
    {
        ledger.ChangeRegistry(Registry("盐湖新区", "张三改", "国网新名"), "test", 2);
        Append(ledger, [Reading(1, LocalDay.On(2026, 1, 5), 600), Reading(2, End, 1900, revision: 1), Reading(3, new LocalDay(End.Number + 9), 5000)]);
        ledger.Settlements.PutPayees([("H1", Payee("6228480402564899999")), ("H2", Payee("6228480402564898888"))], "test", 2);
        ledger.Settlements.Disburse([new Disbursement(0, 2024, null, "H1", DisbursementKind.Advance, 7, End, "B-1", "li", DraftedMs + 1)]);
    }

    private static void PayAndReturn(ILedger ledger)
    {
        var progress = ledger.Settlements.Run(1)!;
        Assert.NotNull(ledger.Settlements.Pay(new RunStep(1, RunStepKind.Paid, DraftedMs, "zhao", ""), progress.Steps.Count, End, "P-1", new HashSet<string> { "H3" }));
        Assert.Null(ledger.Settlements.Disburse([new Disbursement(0, 2025, 1, "H1", DisbursementKind.Returned, 1, End, "R-1", "zhao", DraftedMs)])[0]);
    }

    /// <summary>Every kind by the command line, and what the web has by the web.</summary>
    private async Task<Dictionary<string, byte[]>> Export(string data, string policies, string phone)
    {
        var found = new Dictionary<string, byte[]>();
        foreach (var kind in Kinds)
        {
            var file = Path.Combine(files.FullName, $"{Guid.NewGuid()}.{kind}");
            string[] verb = kind == "jsonl" ? ["settle", "export", "1"] : ["export", "settlement", "1", "--format", kind];
            string[] layout = kind == "bank" ? ["--layout", "rural-credit"] : [];
            // A household has nobody to be paid: the bank's file is written without it, and the exit code says so.
            Assert.Equal(kind == "bank" ? ExitCode.Difference : ExitCode.Done, await CommandLine.RunAsync([.. verb, .. layout, "--out", file, "--data", data, "--policies", policies]));
            found[kind] = await File.ReadAllBytesAsync(file);
        }
        using var ledger = MeterPipeline.Ledger.Sqlite.SqliteLedger.Open(data);
        await using var site = Site(ledger, policies, phone);
        await site.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(site.Urls.First()) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        foreach (var (kind, path) in new[] { ("xlsx", "workbook.xlsx"), ("csv", "sheets.zip"), ("bank", "bank.txt?layout=rural-credit") })
            found["web " + kind] = await client.GetByteArrayAsync("/settlements/1/" + path);
        return found;
    }

    private static WebApplication Site(ILedger ledger, string policies, string phone)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Services.AddMeterWeb(
            ledger, PolicyFiles.Load(policies), () => ReadinessReport.Ready, () => [], settlements: new SettlementSettings(phone, BankLayoutFiles.Load(Repository.PathOf("deploy", "bank-layouts"))));
        var app = builder.Build();
        app.MapMeterWeb();
        return app;
    }

    /// <summary>The same ids and versions with another document: somebody has mended the file.</summary>
    private string OtherPolicies(string shipped)
    {
        var folder = files.CreateSubdirectory("policies");
        foreach (var file in Directory.GetFiles(shipped, "*.yaml"))
            File.WriteAllText(Path.Combine(folder.FullName, Path.GetFileName(file)), File.ReadAllText(file).Replace("运政办发〔2025〕11号", "运政办发〔2025〕12号", StringComparison.Ordinal));
        return folder.FullName;
    }

    private static RegistryChange Registry(string county, string name, string company)
    {
        var change = new RegistryChange();
        change.Companies.Add(new Company("grid", company, Energy.Electricity));
        foreach (var (code, place, parent) in new[] { ("140000000000", "省", null), ("140800000000", county + "市", "140000000000"), ("140802000000", county, "140800000000"), ("140802101000", county + "镇", "140802000000"), (Village, county + "村", "140802101000") })
            change.Divisions.Add(new Division(code, place, parent));
        for (var i = 1; i <= 3; i++)
        {
            change.Households.Add(new Household($"H{i}", name, Village, HeatingRoute.CoalToElectricity, Conversion.Programme, First, Hardship.None, name, []));
            change.Installations.Add(new Installation($"E{i}", $"H{i}", "grid", Energy.Electricity, 6, 2, null, 1, null, null, null, null, Serves.Heating, 0));
        }
        return change;
    }

    private static Payee Payee(string account) => new("张三", "11010519491231002X", "信用社", "张三", account, "");

    private static void Step(ILedger ledger, RunStep step) => Assert.True(ledger.Settlements.AddStep(step, ledger.Settlements.Run(step.RunId)!.Steps.Count));

    private static Reading Reading(int meter, LocalDay day, decimal value, int revision = 0) => new(meter, Register.Total, day.StartMs, Quantity.FromDecimal(value), revision);

    private static void Append(ILedger ledger, Reading[] readings)
    {
        var writer = new JournalBlob.Writer();
        writer.Begin(LocalDay.On(2026, 3, 20).StartMs, [new CompanyCount("grid", readings.Length, 0)], readings.Length);
        writer.Add(readings);
        ledger.Append(writer.Finish(), []);
    }
}
