using MeterPipeline.Banks;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Tests.House;
using MeterPipeline.Tests.Policies;
using MeterPipeline.Web.Exports;
using MeterPipeline.Web.Exports.Bank;
using MeterPipeline.Web.Exports.Workbook;

namespace MeterPipeline.ServerTests.Ledger;

/// <summary>A village settled twice, the second time after corrections, and every file that leaves of it. The same calls on any ledger.</summary>
internal static class SettledVillage
{
    public const int Autumn = 2025;

    private const string Code = "140802101201";

    private const int Households = 120;

    private static readonly LocalDay First = LocalDay.On(2025, 11, 15);
    private static readonly LocalDay End = LocalDay.On(2026, 3, 16);
    private static readonly long NowMs = LocalDay.On(2026, 4, 1).StartMs;

    public static void Settle(ILedger ledger)
    {
        ledger.ChangeRegistry(Registry(), "li", 1);
        Append(ledger, [.. Enumerable.Range(1, Households).SelectMany(i => new[] { Reading(i, First, 1000), Reading(i, End, 1000 + i) })]);
        ledger.AddHoldEntry(new HoldEntry(0, Id(7), Autumn, "site-inspection", HoldAct.Place, "", "看一下", "li", 1));
        ledger.Settlements.PutPayees([.. Enumerable.Range(1, Households).Where(i => i % 50 != 0).Select(i => (Id(i), PayeeOf(i)))], "li", 2);
        ledger.Settlements.Disburse([new Disbursement(0, Autumn, null, Id(3), DisbursementKind.Advance, 0.10m, First, "A-1", "li", 3)]);
        Confirm(ledger, Draft(ledger));
        Assert.NotNull(ledger.Settlements.Pay(new RunStep(1, RunStepKind.Paid, NowMs, "zhao", ""), 2, End, "P-1", new HashSet<string>()));
        Assert.Equal([null], ledger.Settlements.Disburse([new Disbursement(0, Autumn, 1, Id(9), DisbursementKind.Returned, 0.9m, End, "R-1", "zhao", NowMs)]));
        Append(ledger, [Reading(2, End, 1001, revision: 1), Reading(4, End, 2000, revision: 1)]);
        Confirm(ledger, Draft(ledger));
    }

    public static SettlementRun Draft(ILedger ledger) =>
        SettlementDrafting.Run(ledger, KnownPolicies.Shipped, Autumn, "1408", new Signatory("li", Office.Bureau), NowMs, provisional: false);

    /// <summary>Of every run: its own file, the workbook, the lists in CSV, and a payment file for each bank.</summary>
    public static SortedDictionary<string, byte[]> Files(ILedger ledger, string folder)
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var progress in ledger.Settlements.Runs())
        {
            var export = StoredRun.Of(ledger, () => KnownPolicies.Shipped, progress, "0359-1234567");
            Add($"{progress.Run.Id}.jsonl", into => RunFile.Write(ledger.Settlements, progress.Run, into));
            Add($"{progress.Run.Id}.xlsx", into => RunWorkbook.Write(export, into, folder, _ => { }));
            Add($"{progress.Run.Id}.zip", into => RunWorkbook.WriteCsv(export, into, folder, _ => { }));
            foreach (var layout in BankLayoutFiles.Load(Repository.PathOf("deploy", "bank-layouts")))
                Add($"{progress.Run.Id}-{layout.Id}.txt", into => Assert.NotEqual(0, BankFile.Write(StoredRun.ToPay(ledger, KnownPolicies.Shipped, export), layout, into).Payments));
        }
        return files;

        void Add(string name, Action<Stream> write)
        {
            using var into = new MemoryStream();
            write(into);
            files.Add(name, into.ToArray());
        }
    }

    private static void Confirm(ILedger ledger, SettlementRun run) => Assert.True(ledger.Settlements.AddStep(new RunStep(run.Id, RunStepKind.Confirmed, NowMs, "wang", ""), 1));

    private static RegistryChange Registry()
    {
        var change = new RegistryChange();
        change.Companies.Add(new Company("grid", "供电公司", Energy.Electricity));
        foreach (var (code, name, parent) in new[] { ("1408", "运城市", null), ("140802", "盐湖区", "1408"), ("140802101", "样例镇", "140802"), (Code, "东村", "140802101") })
            change.Divisions.Add(new Division(code, name, parent));
        for (var i = 1; i <= Households; i++)
        {
            change.Households.Add(new Household(
                Id(i), $"张三{i}", Code, HeatingRoute.CoalToElectricity, Conversion.Programme, First, i % 40 == 0 ? Hardship.Dibao : Hardship.None, "", []));
            change.Installations.Add(new Installation($"E{i}", Id(i), "grid", Energy.Electricity, 6, 2, null, 1, null, null, null, null, Serves.Heating, 0));
            change.Aliases.Add(new AccountAlias($"33{i:00000000}", Id(i), null, null));
        }
        return change;
    }

    private static string Id(int i) => $"H{i:00000}";

    private static Payee PayeeOf(int i) => new($"张三{i}", "11010519491231002X", "农业银行", $"张三{i}", $"6228480402{i:000000000}", "13800000000");

    private static Reading Reading(int meter, LocalDay day, decimal value, int revision = 0) =>
        new(meter, Register.Total, day.StartMs, Quantity.FromDecimal(value), revision);

    private static void Append(ILedger ledger, List<Reading> readings)
    {
        var writer = new JournalBlob.Writer();
        writer.Begin(LocalDay.On(2026, 3, 20).StartMs, [new CompanyCount("grid", readings.Count, 0)], readings.Count);
        writer.Add(readings.ToArray());
        ledger.Append(writer.Finish(), []);
    }
}
