using System.Buffers;
using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Tests.Ledger;
using MeterPipeline.Tests.Policies;

namespace MeterPipeline.Tests.Settlements;

/// <summary>A run that is read by pages and drawn on several cores has the lines that one core draws household by household, in the same order.</summary>
public sealed class DraftByPagesTests : IDisposable
{
    /// <summary>Five pages, the last one not full, and three chunks.</summary>
    private const int Households = 2_100;

    private const string Village = "140802101201";
    private static readonly LocalDay _first = LocalDay.On(2025, 11, 15);
    private static readonly LocalDay _end = LocalDay.On(2026, 3, 16);

    private readonly SqliteFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Pages_give_what_households_give_one_by_one()
    {
        var ledger = folder.Open();
        ledger.ChangeRegistry(Registry(), "li", 1);
        Append(ledger, [.. Enumerable.Range(1, Households).SelectMany(i => new[] { Reading(i, _first, 1000), Reading(i, _end, 1000 + i) })]);
        ledger.Settlements.PutPayees([.. Enumerable.Range(1, Households).Where(i => i % 5 == 0).Select(i => (Id(i), new Payee($"张{i}", "", "农业银行", $"张{i}", $"62284804{i:0000}", "")))], "li", 2);
        ledger.AddHoldEntry(new HoldEntry(0, Id(7), 2025, "site-inspection", HoldAct.Place, "", "look", "li", 1));
        ledger.Settlements.Disburse([new Disbursement(0, 2025, null, Id(3), DisbursementKind.Advance, 0.10m, _first, "A-1", "li", 3)]);
        using (var fold = ledger.AcquireFold()) Flush(ledger);
        // Folded under another multiplier than they have now, so folded again; and readings that nobody has folded yet.
        ledger.ChangeRegistry(Registry(from: 900, to: 905, multiplier: 2), "li", 4);
        Append(ledger, [.. Enumerable.Range(300, 20).Select(i => Reading(i, _end, 5000 + i, revision: 1))]);
        var run = SettlementDrafting.Run(ledger, KnownPolicies.Shipped, 2025, "1408", new Signatory("li", Office.Bureau), LocalDay.On(2026, 4, 1).StartMs, provisional: false);
        var drawn = ledger.Settlements.Lines(run.Id).Select(Text).ToList();
        Assert.Equal(OneByOne(ledger), drawn);
        Assert.Equal(Households, drawn.Count);
        Assert.Equal((2 * 900, 4_300), (Used(ledger, run, 900), Used(ledger, run, 300)));
    }

    private static long Used(ILedger ledger, SettlementRun run, int household) => ledger.Settlements.Line(run.Id, Id(household))!.Use.Consumption / Quantity.PerUnit;

    private static List<string> OneByOne(ILedger ledger)
    {
        var lines = new List<string>();
        using var reading = LedgerReading.Open(ledger, KnownPolicies.Shipped);
        foreach (var household in reading.Statements.HouseholdsOf("1408"))
        {
            var statement = reading.Statements.Of(household, 2025)!;
            var history = ledger.Settlements.Histories(2025, [household.Id])[household.Id] with { Account = AccountAlias.On(statement.Season.Last, reading.View.Aliases(household.Id)) };
            Assert.Equal(ledger.Settlements.Balance(2025, household.Id).Ahead, history.Advanced);
            Assert.Equal(ledger.Settlements.PayeeOf(household.Id), history.Payee);
            lines.Add(Text(LineDrawing.Of(statement, reading.Books.Registry, history)));
        }
        return lines;
    }

    private static string Text(SettlementLine line)
    {
        var text = new ArrayBufferWriter<byte>();
        CanonicalForm.Write(text, line);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static RegistryChange Registry(int from = 1, int to = Households, decimal multiplier = 1)
    {
        var change = new RegistryChange();
        change.Companies.Add(new Company("grid", "供电公司", Energy.Electricity));
        change.Divisions.Add(new Division(Village, "东村", null));
        for (var i = from; i <= to; i++)
        {
            change.Households.Add(new Household(Id(i), $"张{i}", Village, HeatingRoute.CoalToElectricity, Conversion.Programme, _first, Hardship.None, "", []));
            change.Installations.Add(new Installation($"E{i}", Id(i), "grid", Energy.Electricity, 6, 2, null, multiplier, null, null, null, null, Serves.Heating, 0));
            if (i % 3 == 0) change.Aliases.Add(new AccountAlias($"33{i:00000000}", Id(i), null, null));
        }
        return change;
    }

    private static string Id(int i) => $"H{i:00000}";

    private static Reading Reading(int meter, LocalDay day, decimal value, int revision = 0) => new(meter, Register.Total, day.StartMs, Quantity.FromDecimal(value), revision);

    /// <summary>As the accruer does it.</summary>
    private static void Flush(ILedger ledger)
    {
        using var reading = LedgerReading.Open(ledger, KnownPolicies.Shipped);
        var changed = new ChangedBooks(reading.Books);
        ledger.Flush(new FoldFlush { FoldedSeq = ledger.JournalHead(), MeterDays = changed.Days, MeterYears = changed.Years });
    }

    private static void Append(ILedger ledger, List<Reading> readings)
    {
        var writer = new JournalBlob.Writer();
        writer.Begin(LocalDay.On(2026, 3, 20).StartMs, [new CompanyCount("grid", readings.Count, 0)], readings.Count);
        writer.Add(readings.ToArray());
        ledger.Append(writer.Finish(), []);
    }
}
