using MeterPipeline.Banks;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Tests.House;
using MeterPipeline.Tests.Ledger;
using MeterPipeline.Tests.Settlements;
using MeterPipeline.Web.Exports;
using MeterPipeline.Web.Exports.Bank;
using MeterPipeline.Web.Exports.Workbook;

namespace MeterPipeline.Tests.Exports;

/// <summary>What a bank is to pay of a frozen run, and to whom, when money and payees have moved since it was drafted.</summary>
public sealed class StoredRunTests : IDisposable
{
    private static readonly LocalDay Day = LocalDay.On(2026, 4, 20);

    private readonly SqliteFolder folder = new();
    private readonly ISettlements settlements;
    private int steps;

    public StoredRunTests() => settlements = folder.Open().Settlements;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_payee_is_as_signed_but_where_the_bank_could_not_pay()
    {
        settlements.PutPayees([("H1", Person("甲")), ("H2", Person("乙"))], "li", 1);
        Confirm(Drafted(Line("H1", 121), Line("H2", 100), Line("H3", 50)));
        settlements.PutPayees([("H1", Person("子")), ("H2", Person("丑")), ("H3", Person("寅"))], "li", 2);
        Assert.Equal([("H1", "甲", 121m), ("H2", "乙", 100m), ("H3", "寅", 50m)], ToPay(1));
        Pay(1);
        Assert.Empty(ToPay(1));
        Assert.Null(Moved("H1", DisbursementKind.Returned, 121));
        Assert.Equal([("H1", "子", 121m)], ToPay(1));
    }

    [Fact]
    public void What_is_owed_counts_whatever_run_gave_it()
    {
        Assert.Null(Moved("H1", DisbursementKind.Advance, 30));
        Confirm(Drafted(Line("H1", 121), Line("H2", 100), Line("H3", 50)));
        // H1 gets more and waits for the difference only, H2 is on hold and still owed what the first run gave, H3 has been paid too much.
        Confirm(Drafted(Line("H1", 130, AnyLine.Amount(121)), Line("H2", 107, AnyLine.Amount(100), hold: "site-inspection"), Line("H3", 0, AnyLine.Amount(50))));
        Assert.Equal([("H1", "H1", 100m), ("H2", "H2", 100m)], ToPay(2));
        var layout = BankLayoutFiles.Load(Repository.PathOf("deploy", "bank-layouts")).Single(layout => layout.Id == "rural-credit");
        Assert.Equal((2, 200m), BankFile.Write(Export(2), layout, Stream.Null) is var written ? (written.Payments, written.Yuan) : default);
    }

    private static Payee Person(string name) => new(name, "", "农业银行", name, "6228480402564890018", "");

    private SettlementLine Line(string household, decimal yuan, SettledAmount? before = null, string? hold = null) =>
        AnyLine.Of(household, yuan, before, hold: hold) with { Payee = settlements.PayeeOf(household) ?? (household == "H3" ? null : Person(household)) };

    private int Drafted(params SettlementLine[] lines) =>
        settlements.Draft(AnyLine.Draft() with { Imprint = new RunImprint("", [], settlements.Moment().Disbursement) }, AnyLine.Policies, settlements.Moment(), lines).Id;

    private void Confirm(int run) => Assert.True(settlements.AddStep(new RunStep(run, RunStepKind.Confirmed, AnyLine.NowMs, "wang", ""), 1));

    private void Pay(int run) =>
        Assert.NotNull(settlements.Pay(new RunStep(run, RunStepKind.Paid, AnyLine.NowMs, "zhao", ""), settlements.Run(run)!.Steps.Count, Day, $"P-{++steps}", new HashSet<string>()));

    private RunRefusal? Moved(string household, DisbursementKind kind, decimal yuan) =>
        Assert.Single(settlements.Disburse([new Disbursement(0, AnyLine.Autumn, null, household, kind, yuan, Day, $"{kind}-{++steps}", "wang", AnyLine.NowMs)]));

    private RunExport Export(int run)
    {
        var ledger = folder.Open();
        return StoredRun.ToPay(ledger, AnyLine.Policies, StoredRun.Of(ledger, () => AnyLine.Policies, settlements.Run(run)!, ""));
    }

    private IEnumerable<(string Household, string Name, decimal Yuan)> ToPay(int run) =>
        Export(run).Lines.Select(line => (line.Household.Id, line.Payee!.Name, line.Payable));
}
