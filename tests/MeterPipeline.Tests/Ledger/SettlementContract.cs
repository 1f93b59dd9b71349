using System.Security.Cryptography;
using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Tests.Settlements;

namespace MeterPipeline.Tests.Ledger;

/// <summary>What every ledger promises about frozen runs, their steps, and money that moved.</summary>
public abstract class SettlementContract
{
    private static readonly LocalDay Day = LocalDay.On(2026, 4, 20);
    private static readonly HashSet<string> Nobody = [];

    /// <summary>Opens this test's ledger, as one more process would.</summary>
    protected abstract ILedger Open();

    [Fact]
    public void Frozen_lines_come_back_in_order_byte_for_byte_and_one_by_one()
    {
        var settlements = Open().Settlements;
        var lines = Enumerable.Range(0, 2483).Select(i => AnyLine.Of($"H{i:00000}", i / 100m, hold: i % 100 == 7 ? "register-reset" : null)).ToList();
        var run = settlements.Draft(AnyLine.Draft(), AnyLine.Policies, settlements.Moment(), lines);
        var frozen = Open().Settlements;
        Assert.Equal(lines.Select(Text), frozen.Lines(1).Select(Text));
        Assert.Equal([1000, 1000, 483], frozen.Chunks(1).Select(chunk => chunk.Lines));
        Assert.Equal(Text(lines[1999]), Text(frozen.Line(1, "H01999")!));
        Assert.Null(frozen.Line(1, "H99999"));
        Assert.Equal(lines.Skip(2000).Select(LineIndex.Of), frozen.Index(1, 2));
        var progress = Assert.Single(frozen.Runs());
        Assert.Equal(Encoding.UTF8.GetString(CanonicalForm.Of(run)), Encoding.UTF8.GetString(frozen.Text(1)));
        Assert.Equal(run.ContentHash, progress.Run.ContentHash);
        Assert.Equal((2483, 25, lines.Sum(line => line.Due.Total)), (progress.Run.Lines, progress.Run.Totals.Held, progress.Run.Totals.Due.Total));
        Assert.Equal((RunStepKind.Drafted, "li"), (progress.Steps[0].Kind, progress.Steps[0].Actor));
        Assert.Null(frozen.Run(2));
    }

    [Fact]
    public void The_file_of_a_run_has_the_runs_hash_and_is_chained_to_the_run_before()
    {
        var settlements = Open().Settlements;
        var first = Draft(settlements, AnyLine.Of("H1", 1.20m));
        var second = Draft(settlements, AnyLine.Of("H2", 3.40m));
        Assert.Equal(("", first.ContentHash), (first.PreviousHash, second.PreviousHash));
        foreach (var run in (SettlementRun[])[first, second])
        {
            using var file = new MemoryStream();
            RunFile.Write(Open().Settlements, run, file);
            Assert.Equal(run.ContentHash, Convert.ToHexStringLower(SHA256.HashData(file.ToArray())));
        }
    }

    [Fact]
    public void A_household_is_in_one_open_run_of_a_season_only()
    {
        var settlements = Open().Settlements;
        Draft(settlements, AnyLine.Of("H1", 1), AnyLine.Of("H2", 1));
        var refused = Assert.Throws<SettlementRefusedException>(() => Draft(settlements, AnyLine.Of("H2", 1), AnyLine.Of("H3", 1)));
        Assert.Contains("household H2 is in run 1", refused.Message, StringComparison.Ordinal);
        Assert.Null(settlements.Run(2));
        settlements.Draft(AnyLine.Draft(provisional: true), AnyLine.Policies, settlements.Moment(), [AnyLine.Of("H2", 1)]);
        settlements.Draft(AnyLine.Draft() with { Autumn = 2024 }, AnyLine.Policies, settlements.Moment(), [AnyLine.Of("H2", 1)]);
        Assert.True(settlements.AddStep(Step(1, RunStepKind.Withdrawn), 1));
        Assert.Equal(4, Draft(settlements, AnyLine.Of("H2", 1), AnyLine.Of("H3", 1)).Id);
    }

    [Fact]
    public void Whoever_was_overtaken_stores_nothing()
    {
        var settlements = Open().Settlements;
        var seen = settlements.Moment();
        Draft(settlements, AnyLine.Of("H1", 1));
        Assert.Throws<SettlementRefusedException>(() => settlements.Draft(AnyLine.Draft(), AnyLine.Policies, seen, [AnyLine.Of("H2", 1)]));
        Assert.Throws<SettlementRefusedException>(() => settlements.Draft(AnyLine.Draft(), AnyLine.Policies, settlements.Moment(), []));
        Assert.True(settlements.AddStep(Step(1, RunStepKind.Noticed) with { From = Day, Until = Day.Next }, 1));
        Assert.False(settlements.AddStep(Step(1, RunStepKind.Withdrawn), 1));
        Assert.Null(settlements.Pay(Step(1, RunStepKind.Paid), 1, Day, "r", Nobody));
        var steps = Open().Settlements.Run(1)!.Steps;
        Assert.Equal([RunStepKind.Drafted, RunStepKind.Noticed], steps.Select(step => step.Kind));
        Assert.Equal((Day, Day.Next), (steps[1].From, steps[1].Until));
        Assert.Single(Open().Settlements.Runs());
    }

    [Fact]
    public void Lines_that_fail_half_way_leave_nothing()
    {
        var settlements = Open().Settlements;
        Assert.Throws<InvalidOperationException>(() => settlements.Draft(AnyLine.Draft(), AnyLine.Policies, settlements.Moment(), Failing()));
        Assert.Throws<LedgerException>(() => Draft(settlements, AnyLine.Of("H1", 1), AnyLine.Of("H1", 1)));
        Assert.Equal(default, settlements.Moment());
        Assert.Equal(1, Draft(settlements, AnyLine.Of("H1", 1)).Id);

        static IEnumerable<SettlementLine> Failing()
        {
            for (var i = 0; i < 1500; i++) yield return AnyLine.Of($"H{i:00000}", 1);
            throw new InvalidOperationException("no statement");
        }
    }

    [Fact]
    public void Only_confirmed_runs_give()
    {
        var settlements = Open().Settlements;
        Confirm(settlements, Draft(settlements, AnyLine.Of("H1", 121)));
        Confirm(settlements, Draft(settlements, AnyLine.Of("H1", 119.80m, AnyLine.Amount(121))));
        Draft(settlements, AnyLine.Of("H1", 500, AnyLine.Amount(119.80m)));
        Assert.Equal(AnyLine.Amount(119.80m), settlements.Histories(AnyLine.Autumn, ["H1"])["H1"].Before);
        Assert.Equal(119.80m, settlements.Balance(AnyLine.Autumn, "H1").Entitled);
        Assert.Equal(SettledAmount.Nothing, settlements.Histories(2024, ["H1"])["H1"].Before);
    }

    [Fact]
    public void What_many_households_were_given_is_asked_for_at_once()
    {
        var settlements = Open().Settlements;
        var payee = new Payee("张三", "", "农业银行", "张三", "6228480402564890018", "");
        settlements.PutPayees([("H2", payee), ("H9", payee)], "li", 1);
        Assert.Equal(LineHistory.None with { Payee = payee }, settlements.Histories(AnyLine.Autumn, ["H2"])["H2"]);
        Confirm(settlements, Draft(settlements, AnyLine.Of("H1", 121), AnyLine.Of("H2", 100)));
        Assert.Null(Disburse(settlements, "H1", DisbursementKind.Advance, 150, "A-1"));
        var histories = settlements.Histories(AnyLine.Autumn, ["H1", "H2", "H3"]);
        Assert.Equal(["H1", "H2", "H3"], histories.Keys.Order());
        Assert.Equal(new LineHistory("", AnyLine.Amount(121), 29, null), histories["H1"]);
        Assert.Equal(new LineHistory("", AnyLine.Amount(100), 0, payee), histories["H2"]);
        Assert.Equal(LineHistory.None, histories["H3"]);
        Assert.Empty(settlements.Histories(AnyLine.Autumn, []));
    }

    [Fact]
    public void What_is_owed_is_paid_once_and_again_when_the_bank_returns_it()
    {
        var settlements = Open().Settlements;
        Assert.Null(Disburse(settlements, "H2", DisbursementKind.Advance, 80, "A-1"));
        Confirm(settlements, Draft(settlements, AnyLine.Of("H1", 121), AnyLine.Of("H2", 100, advanced: 80), AnyLine.Of("H3", 50, hold: "site-inspection")));
        Assert.Equal(new PaymentList(2, 141), Pay(settlements, 1, "P-1"));
        Assert.Equal(new PaymentList(0, 0), Pay(settlements, 1, "P-2"));
        Assert.Null(Disburse(settlements, "H1", DisbursementKind.Returned, 121, "R-1", run: 1));
        Assert.Equal(new PaymentList(1, 121), Pay(settlements, 1, "P-3"));
        Assert.Equal(3, settlements.Run(1)!.Steps.Count(step => step.Kind is RunStepKind.Paid or RunStepKind.Confirmed));
        Assert.Equal(new HouseholdBalance(121, 0, 242, 121, 0), settlements.Balance(AnyLine.Autumn, "H1"));
        Assert.Equal(["A-1", "P-1", "P-1", "R-1", "P-3"], settlements.Disbursements(AnyLine.Autumn).Select(row => row.Reference));
        Assert.Equal([1, 1, 1, 1], settlements.Disbursements(AnyLine.Autumn, 1).Select(row => row.RunId ?? 0));
        Assert.Empty(settlements.UnsoundBalances(9));
    }

    [Fact]
    public void Who_waits_when_a_run_is_paid_is_told_of_and_still_owed()
    {
        var settlements = Open().Settlements;
        Confirm(settlements, Draft(settlements, AnyLine.Of("H1", 121), AnyLine.Of("H2", 100), AnyLine.Of("H3", 7)));
        Assert.Equal(new PaymentList(0, 0, 3, 228), Pay(settlements, 1, "P-0", new HashSet<string> { "H1", "H2", "H3" }));
        Assert.Empty(settlements.Disbursements(AnyLine.Autumn));
        Assert.Equal(new PaymentList(2, 128, 1, 100), Pay(settlements, 1, "P-1", new HashSet<string> { "H2", "H9" }));
        Assert.Equal(
            [("H1", DisbursementKind.Payment, 121m), ("H2", DisbursementKind.Deferred, 100m), ("H3", DisbursementKind.Payment, 7m)],
            Open().Settlements.Disbursements(AnyLine.Autumn, 1).Select(row => (row.HouseholdId, row.Kind, row.Yuan)));
        Assert.Equal((new HouseholdBalance(100, 0, 0, 0, 0), 100m), (settlements.Balance(AnyLine.Autumn, "H2"), settlements.Balance(AnyLine.Autumn, "H2").Owed));
        Assert.Empty(settlements.UnsoundBalances(9));
        // Nothing in the way any more: the next payment has it, once.
        Assert.Equal(new PaymentList(1, 100), Pay(settlements, 1, "P-2"));
        Assert.Equal(new PaymentList(0, 0), Pay(settlements, 1, "P-3"));
        Assert.Equal(228, settlements.Disbursements(AnyLine.Autumn).Where(row => row.Kind == DisbursementKind.Payment).Sum(row => row.Yuan));
    }

    [Fact]
    public void What_a_run_prints_beside_its_lines_is_frozen_under_its_hash()
    {
        var settlements = Open().Settlements;
        var imprint = new RunImprint("0359-1", [new SettledPlace("140802000000", "盐湖区")], 4);
        var plain = settlements.Draft(AnyLine.Draft(), AnyLine.Policies, settlements.Moment(), [AnyLine.Of("H1", 1)]);
        var run = settlements.Draft(AnyLine.Draft() with { Imprint = imprint }, AnyLine.Policies, settlements.Moment(), [AnyLine.Of("H2", 1)]);
        var frozen = Open().Settlements.Run(run.Id)!.Run;
        Assert.Equal(("0359-1", "盐湖区", "140881000000", 4), (frozen.Imprint!.SupervisionPhone, frozen.Imprint.NameOf("140802"), frozen.Imprint.NameOf("140881"), frozen.Imprint.Disbursement));
        Assert.Equal(CanonicalForm.Of(run), CanonicalForm.Of(frozen));
        Assert.Equal(AnyLine.Policies.Policies.Single(policy => policy is { Id: "yuncheng-2025", Version: 1 }).Basis.Document, Assert.Single(frozen.Policies).Document);
        // Absent where nobody froze it: what older programs stored keeps its bytes and so its hash.
        Assert.DoesNotContain("imprint", Encoding.UTF8.GetString(CanonicalForm.Of(plain)), StringComparison.Ordinal);
    }

    [Fact]
    public void Money_that_cannot_have_moved_so_is_refused_row_by_row()
    {
        var settlements = Open().Settlements;
        Confirm(settlements, Draft(settlements, AnyLine.Of("H1", 100)));
        Assert.Equal(
            [null, "reference A-1", "is more than the 60.00", null, "cannot come back from a household that holds 100.00", null, "is no amount", "is no amount"],
            settlements.Disburse(
            [
                Row("H1", DisbursementKind.Advance, 40, "A-1"), Row("H1", DisbursementKind.Advance, 40, "A-1"), Row("H1", DisbursementKind.Payment, 60.01m, "P-1"),
                Row("H1", DisbursementKind.Payment, 60, "P-1"), Row("H1", DisbursementKind.Recovered, 100.01m, "R-1"), Row("H2", DisbursementKind.Advance, 40, "A-1"),
                Row("H1", DisbursementKind.Advance, 0, "A-3"), Row("H1", DisbursementKind.Advance, 0.001m, "A-4"),
            ]).Select(refusal => refusal is null ? null : new[] { "reference A-1", "is more than the 60.00", "cannot come back from a household that holds 100.00", "is no amount" }
                .FirstOrDefault(words => $"{refusal}".Contains(words, StringComparison.Ordinal)) ?? $"{refusal}"));
        Assert.Equal([null, 1, null], settlements.Disbursements(AnyLine.Autumn).Select(row => row.RunId));
        var stored = settlements.Disbursements(AnyLine.Autumn).First();
        Assert.Equal(Row("H1", DisbursementKind.Advance, 40, "A-1") with { Id = stored.Id }, stored);
    }

    [Fact]
    public void Long_lists_of_money_stream_to_their_end()
    {
        var settlements = Open().Settlements;
        settlements.Disburse([.. Enumerable.Range(0, 2001).Select(i => Row($"H{i}", DisbursementKind.Advance, 1, "A"))]);
        Assert.Equal(Enumerable.Range(0, 2001).Select(i => $"H{i}"), settlements.Disbursements(AnyLine.Autumn).Select(row => row.HouseholdId));
    }

    [Fact]
    public void Payees_are_kept_whole_and_audited_without_their_numbers()
    {
        var ledger = Open();
        var payee = new Payee("张三", "11010519491231002X", "农业银行", "张三", "6228480402564890018", "13800000000");
        Assert.Equal((1, 0, 0), ledger.Settlements.PutPayees([("H1", payee)], "li", 1));
        Assert.Equal((0, 0, 1), ledger.Settlements.PutPayees([("H1", payee)], "li", 2));
        Assert.Equal((0, 1, 0), ledger.Settlements.PutPayees([("H1", payee with { BankAccount = "6228480402564890026" })], "wang", 3));
        Assert.Equal("6228480402564890026", Open().Settlements.PayeeOf("H1")!.BankAccount);
        Assert.Null(ledger.Settlements.PayeeOf("H2"));
        using var view = ledger.OpenView();
        var audit = view.Audit("payee", "H1");
        Assert.Equal(["li", "wang"], audit.Select(row => row.Actor));
        Assert.Contains("bank_account", audit[1].After!, StringComparison.Ordinal);
        Assert.Contains("*0026", audit[1].After!, StringComparison.Ordinal);
        foreach (var text in audit.SelectMany(row => new[] { row.Before, row.After }).OfType<string>())
            foreach (var secret in (string[])["1949", "62284804", "1380000", "张三"]) Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
    }

    private static SettlementRun Draft(ISettlements settlements, params SettlementLine[] lines) =>
        settlements.Draft(AnyLine.Draft(), AnyLine.Policies, settlements.Moment(), lines);

    private static void Confirm(ISettlements settlements, SettlementRun run) => Assert.True(settlements.AddStep(Step(run.Id, RunStepKind.Confirmed), 1));

    private static PaymentList? Pay(ISettlements settlements, int run, string reference, IReadOnlySet<string>? waiting = null) =>
        settlements.Pay(Step(run, RunStepKind.Paid), settlements.Run(run)!.Steps.Count, Day, reference, waiting ?? Nobody);

    private static RunRefusal? Disburse(ISettlements settlements, string household, DisbursementKind kind, decimal yuan, string reference, int? run = null) =>
        Assert.Single(settlements.Disburse([Row(household, kind, yuan, reference) with { RunId = run }]));

    private static Disbursement Row(string household, DisbursementKind kind, decimal yuan, string reference) =>
        new(0, AnyLine.Autumn, null, household, kind, yuan, Day, reference, "wang", AnyLine.NowMs);

    private static RunStep Step(int run, RunStepKind kind) => new(run, kind, AnyLine.NowMs, "wang", "");

    private static string Text(SettlementLine line)
    {
        var text = new System.Buffers.ArrayBufferWriter<byte>();
        CanonicalForm.Write(text, line);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
