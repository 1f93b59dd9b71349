using MeterPipeline.Domain;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Tests.Ledger;
using MeterPipeline.Tests.Policies;
using SQLitePCL;

namespace MeterPipeline.Tests.Settlements;

/// <summary>Runs over real ledgers: the same bytes on every machine, adjustments that add up, and damage that is named.</summary>
public sealed class SettlementDraftingTests : IDisposable
{
    private const string Village = "140802101201";
    private static readonly LocalDay _first = LocalDay.On(2025, 11, 15);
    private static readonly LocalDay _end = LocalDay.On(2026, 3, 16);
    private static readonly Signatory _li = new("li", Office.Bureau);

    private readonly List<SqliteFolder> folders = [];

    public void Dispose() => folders.ForEach(folder => folder.Dispose());

    [Fact]
    public void A_frozen_run_is_exported_with_the_same_bytes_on_two_machines_after_later_data()
    {
        var (ledger, folder) = Season(Readings());
        var run = Draft(ledger);
        var first = Export(ledger, run);
        Append(ledger, [Reading(1, _end, 999)]);
        ledger.ChangeRegistry(Households("李四改"), "test", 2);
        Assert.Equal(first, Export(ledger, run));
        folder.Close();
        var copy = new SqliteFolder();
        folders.Add(copy);
        Directory.CreateDirectory(copy.Path);
        foreach (var file in Directory.GetFiles(folder.Path)) File.Copy(file, System.IO.Path.Combine(copy.Path, System.IO.Path.GetFileName(file)));
        var elsewhere = copy.Open();
        Assert.Equal(first, Export(elsewhere, elsewhere.Settlements.Run(1)!.Run));
    }

    [Fact]
    public void The_order_of_arrival_leaves_no_trace_in_a_run()
    {
        var dice = new Random(7);
        var (inOrder, _) = Season(Readings());
        var (shuffled, _) = Season([.. Readings().OrderBy(_ => dice.Next())]);
        var run = Draft(inOrder);
        Assert.Equal(run.ContentHash, Draft(shuffled).ContentHash);
        var (other, _) = Season([.. Readings()[..^1], Reading(3, _end, 4630.01m)]);
        Assert.NotEqual(run.ContentHash, Draft(other).ContentHash);
    }

    [Fact]
    public void Later_data_makes_adjustments_in_the_next_run_that_add_up()
    {
        var (ledger, _) = Season(Readings());
        ledger.AddHoldEntry(new HoldEntry(0, "H3", 2025, "site-inspection", HoldAct.Place, "", "look", "li", 1));
        Assert.Null(Assert.Single(ledger.Settlements.Disburse([new Disbursement(0, 2025, null, "H2", DisbursementKind.Advance, 50, _first, "A-1", "li", 1)])));
        Confirm(ledger, Draft(ledger));
        Assert.Equal([(121m, 0m, 121m), (242m, 50m, 192m), (0m, 0m, 0m)], Lines(ledger, 1).Select(line => (line.Due.Total, line.Advanced, line.Payable)));
        Assert.Equal(["site-inspection"], Lines(ledger, 1)[2].Holds);
        // A correction downwards, one upwards, and the inspection is over; the household of the route of others is recovered.
        Append(ledger, [Reading(1, _end, 2198, revision: 1), Reading(2, _end, 3520, revision: 1)]);
        ledger.AddHoldEntry(new HoldEntry(0, "H3", 2025, "site-inspection", HoldAct.Lift, "", "seen", "li", 2));
        var second = Draft(ledger);
        Assert.Equal([-1.20m, 10m, 363m], Lines(ledger, 2).Select(line => line.Due.Total));
        Assert.Equal([AdjustmentKind.Recovery, AdjustmentKind.Supplement, AdjustmentKind.None], Lines(ledger, 2).Select(line => line.Adjustment));
        Confirm(ledger, second);
        Assert.Equal(second.Totals.Accrued.Total, ledger.Settlements.Runs().Sum(run => run.Run.Totals.Due.Total));
        ledger.ChangeRegistry(Households(route: HeatingRoute.CentralHeating), "test", 3);
        var third = Draft(ledger);
        Assert.Equal(-second.Totals.Accrued.Total, third.Totals.Due.Total);
        Assert.Equal((0m, 0m), (third.Totals.Accrued.Total, third.Totals.Payable));
        Assert.Empty(Verify(ledger));
    }

    [Fact]
    public void A_hold_between_confirmation_and_payment_stops_the_money_and_not_what_was_given()
    {
        var (ledger, _) = Season(Readings());
        var run = Draft(ledger);
        Confirm(ledger, run);
        Say(ledger, "H2", HoldAct.Place);
        // A late reading puts H3 on hold by itself: it goes back and stays there.
        Append(ledger, [Reading(3, new LocalDay(_end.Number - 4), 7), Reading(3, new LocalDay(_end.Number - 3), 8), Reading(3, new LocalDay(_end.Number - 2), 9), Reading(3, new LocalDay(_end.Number - 1), 10)]);
        var waiting = PaymentHolds.Of(ledger, KnownPolicies.Shipped, run.Id, 2025);
        Assert.Equal(["H2", "H3"], waiting.Keys.Order());
        Assert.Equal(["site-inspection"], waiting["H2"]);
        Assert.Equal(new PaymentList(1, 121, 2, 605), Pay(ledger, "P-1"));
        Assert.Equal(run.ContentHash, ledger.Settlements.Run(1)!.Run.ContentHash);
        Say(ledger, "H2", HoldAct.Lift);
        Assert.Equal(new PaymentList(1, 242, 1, 363), Pay(ledger, "P-2"));
        // What was given is given: the next run gives H2 nothing more, and takes nothing back from H3 while it waits.
        Assert.Equal([("H1", 0m), ("H2", 0m), ("H3", 0m)], Drawn(ledger).Select(line => (line.Household.Id, line.Due.Total)));
        Assert.Empty(Verify(ledger));
    }

    [Fact]
    public void A_hold_waits_where_there_is_nothing_to_state_any_more()
    {
        var (ledger, _) = Season(Readings());
        Confirm(ledger, Draft(ledger));
        ledger.ChangeRegistry(Households(route: HeatingRoute.CentralHeating), "test", 3);
        Say(ledger, "H1", HoldAct.Place);
        Assert.Equal([("H1", 0m), ("H2", -242m), ("H3", -363m)], Drawn(ledger).Select(line => (line.Household.Id, line.Due.Total)));
        Assert.Equal(["H1"], PaymentHolds.Of(ledger, KnownPolicies.Shipped, 1, 2025).Keys);
    }

    /// <summary>The household has lost nothing, and still one payer bore for another.</summary>
    [Fact]
    public void Shares_that_cancel_out_are_given_back_too_where_there_is_nothing_to_state()
    {
        var (ledger, _) = Season([]);
        ledger.ChangeRegistry(Households(route: HeatingRoute.CentralHeating), "test", 2);
        var shifted = AnyLine.Of("H1", 0) with { Accrued = new SettledAmount(0, 0, [new BorneShare("province", 1), new BorneShare("county", -1)]) };
        Confirm(ledger, ledger.Settlements.Draft(AnyLine.Draft(), KnownPolicies.Shipped, ledger.Settlements.Moment(), [shifted, AnyLine.Of("H2", 0)]));
        var line = Assert.Single(Drawn(ledger));
        Assert.Equal(("H1", 0m, -1m, 1m), (line.Household.Id, line.Due.Total, line.Due.Shares[0].Yuan, line.Due.Shares[1].Yuan));
    }

    [Fact]
    public void A_line_bears_the_account_number_that_is_valid_on_the_seasons_last_day()
    {
        var (ledger, _) = Season(Readings());
        var change = new RegistryChange();
        change.Aliases.Add(new AccountAlias("3301", "H1", null, LocalDay.On(2026, 1, 1)));
        change.Aliases.Add(new AccountAlias("3302", "H1", LocalDay.On(2026, 1, 1), null));
        change.Aliases.Add(new AccountAlias("3303", "H1", LocalDay.On(2026, 3, 15), null));
        change.Aliases.Add(new AccountAlias("3304", "H1", _end, null));
        change.Aliases.Add(new AccountAlias("3305", "H2", null, LocalDay.On(2026, 3, 15)));
        change.Aliases.Add(new AccountAlias("3306", "H3", null, null));
        ledger.ChangeRegistry(change, "test", 2);
        Assert.Equal(["3303", "", "3306"], Drawn(ledger).Select(line => line.Account));
    }

    [Fact]
    public void What_was_read_for_a_household_is_let_go_before_the_next()
    {
        var (ledger, _) = Season(Readings());
        using (var fold = ledger.AcquireFold()) FlushBooks(ledger);
        using var reading = LedgerReading.Open(ledger, KnownPolicies.Shipped);
        Assert.Equal(0, reading.PendingReadings);
        using var statements = reading.StatementsOf("1408", 2025).GetEnumerator();
        Assert.True(statements.MoveNext());
        var book = BookOf(reading, 1);
        Assert.True(statements.MoveNext());
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(book.IsAlive);
        Assert.Equal(242, statements.Current.Accrual!.Total);
        Assert.True(statements.MoveNext());
        Assert.False(statements.MoveNext());
    }

    [Fact]
    public void Readings_that_nobody_has_folded_stay_in_their_books()
    {
        var (ledger, _) = Season(Readings());
        using var reading = LedgerReading.Open(ledger, KnownPolicies.Shipped);
        for (var pass = 0; pass < 2; pass++) Assert.Equal([121m, 242m, 363m], reading.StatementsOf("1408", 2025).Select(statement => statement.Accrual!.Total));
    }

    [Fact]
    public void A_season_that_is_not_over_is_only_looked_at()
    {
        var (ledger, _) = Season(Readings());
        var day = _end.StartMs - 1;
        var refused = Assert.Throws<SettlementRefusedException>(() => SettlementDrafting.Run(ledger, KnownPolicies.Shipped, 2025, "1408", _li, day, provisional: false));
        Assert.Contains("from 2026-03-16 on", refused.Message, StringComparison.Ordinal);
        Assert.True(SettlementDrafting.Run(ledger, KnownPolicies.Shipped, 2025, "1408", _li, day, provisional: true).Provisional);
        var outsider = _li with { Divisions = ["140802101"] };
        Assert.Contains("140802101 only", Assert.Throws<SettlementRefusedException>(() => SettlementDrafting.Run(ledger, KnownPolicies.Shipped, 2025, "1408", outsider, day, true)).Message, StringComparison.Ordinal);
        Assert.Contains("Nothing to settle (1409)", Assert.Throws<SettlementRefusedException>(() => SettlementDrafting.Run(ledger, KnownPolicies.Shipped, 2025, "1409", _li, day, false)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE settlement_chunk SET blob = CAST(substr(blob, 1, 40) || x'00' || substr(blob, 42) AS BLOB) WHERE run = 2", "Settlement run 2: chunk 0 in ", "fails its checksum")]
    [InlineData("UPDATE settlement_household SET due = due + 1, amount = replace(amount, '242', '243') WHERE run = 1 AND household = 'H2'", "Settlement run 1, chunk 0: the index of household H2", "")]
    [InlineData("DELETE FROM settlement_household WHERE run = 1 AND household = 'H2'", "Settlement run 1, chunk 0: the index of household H2", "")]
    [InlineData("UPDATE settlement_run SET run = replace(run, '\"li\"', '\"wu\"') WHERE id = 1", "Settlement run 1: its content does not give its hash", "backup")]
    [InlineData("UPDATE settlement_run SET hash = replace(hash, substr(hash, 1, 1), 'x') WHERE id = 1", "Settlement run 2: it was chained to a run before with another hash", "")]
    [InlineData("DELETE FROM settlement_chunk WHERE run = 1", "Settlement run 1: 3 lines were frozen, 0 are there", "")]
    [InlineData("INSERT INTO disbursement VALUES (99, 2025, 1, 'H1', 1, 12101, 20000, 'P', 'li', 1)", "Household H1, 2025-2026: 121.01 yuan were paid where confirmed runs gave 121.00", "")]
    [InlineData("INSERT INTO disbursement VALUES (99, 2025, 1, 'H1', 2, 1, 20000, 'P', 'li', 1)", "Household H1, 2025-2026: 0.01 yuan came back of 0.00", "")]
    public void Damage_is_named_with_its_place(string sql, string named, string and)
    {
        var (ledger, folder) = Season(Readings());
        Confirm(ledger, Draft(ledger));
        Draft(ledger);
        Assert.Empty(Verify(ledger));
        folder.Close();
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open(System.IO.Path.Combine(folder.Path, "ledger.db"), out var database));
        using (database)
        {
            foreach (var table in (string[])["run", "chunk", "household"])
                foreach (var what in (string[])["changed", "deleted"]) Execute(database, $"DROP TRIGGER settlement_{table}_is_never_{what}");
            Execute(database, sql);
            Assert.True(raw.sqlite3_changes(database) > 0, sql);
        }
        var differences = Verify(folder.Open());
        Assert.Contains(differences, difference => difference.StartsWith(named, StringComparison.Ordinal) && difference.Contains(and, StringComparison.Ordinal));
    }

    private static void Say(ILedger ledger, string household, HoldAct act) =>
        ledger.AddHoldEntry(new HoldEntry(0, household, 2025, "site-inspection", act, "", "look", "li", 1));

    private static PaymentList Pay(ILedger ledger, string reference) => ledger.Settlements.Pay(
        new RunStep(1, RunStepKind.Paid, LocalDay.On(2026, 4, 20).StartMs, "zhao", ""), ledger.Settlements.Run(1)!.Steps.Count, LocalDay.On(2026, 4, 20), reference,
        PaymentHolds.Of(ledger, KnownPolicies.Shipped, 1, 2025).Keys.ToHashSet())!;

    /// <summary>Lines of a run that is drafted next.</summary>
    private static List<SettlementLine> Drawn(ILedger ledger) => Lines(ledger, Draft(ledger).Id);

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference BookOf(LedgerReading reading, int meterNo) => new(reading.Books.Book(meterNo, Register.Total));

    /// <summary>As the accruer does it.</summary>
    private static void FlushBooks(ILedger ledger)
    {
        using var reading = LedgerReading.Open(ledger, KnownPolicies.Shipped);
        var changed = new ChangedBooks(reading.Books);
        ledger.Flush(new FoldFlush { FoldedSeq = ledger.JournalHead(), MeterDays = changed.Days, MeterYears = changed.Years });
    }

    private static void Execute(sqlite3 database, string sql)
    {
        var code = raw.sqlite3_exec(database, sql);
        Assert.True(code == raw.SQLITE_OK, raw.sqlite3_errmsg(database).utf8_to_string());
    }

    private static IReadOnlyList<string> Verify(ILedger ledger) => Verification.Run(ledger, KnownPolicies.Shipped, _ => { }).Differences;

    private static List<SettlementLine> Lines(ILedger ledger, int run) => [.. ledger.Settlements.Lines(run)];

    private static SettlementRun Draft(ILedger ledger) =>
        SettlementDrafting.Run(ledger, KnownPolicies.Shipped, 2025, "1408", _li, LocalDay.On(2026, 4, 1).StartMs, provisional: false);

    private static void Confirm(ILedger ledger, SettlementRun run) =>
        Assert.True(ledger.Settlements.AddStep(new RunStep(run.Id, RunStepKind.Confirmed, run.AtMs, "wang", ""), 1));

    private static byte[] Export(ILedger ledger, SettlementRun run)
    {
        using var file = new MemoryStream();
        RunFile.Write(ledger.Settlements, run, file);
        return file.ToArray();
    }

    private (ILedger Ledger, SqliteFolder Folder) Season(List<Reading> readings)
    {
        var folder = new SqliteFolder();
        folders.Add(folder);
        var ledger = folder.Open();
        ledger.ChangeRegistry(Households(), "test", 1);
        for (var from = 0; from < readings.Count; from += 5) Append(ledger, readings.GetRange(from, Math.Min(5, readings.Count - from)));
        return (ledger, folder);
    }

    private static RegistryChange Households(string name = "张三", HeatingRoute route = HeatingRoute.CoalToElectricity)
    {
        var change = new RegistryChange();
        change.Companies.Add(new Company("grid", "grid", Energy.Electricity));
        change.Divisions.Add(new Division(Village, "东村", null));
        for (var i = 1; i <= 3; i++)
        {
            change.Households.Add(new Household($"H{i}", name, Village, route, Conversion.Programme, _first, Hardship.None, "", []));
            change.Installations.Add(new Installation($"E{i}", $"H{i}", "grid", Energy.Electricity, 6, 2, null, 1, null, null, null, null, Serves.Heating, 0));
        }
        return change;
    }

    /// <summary>H1 uses 1210 kWh, H2 2420, H3 3630; read on 15 November, four days in between, and 16 March.</summary>
    private static List<Reading> Readings() =>
    [
        .. from meter in Enumerable.Range(1, 3)
           from step in (int[])[0, 20, 60, 61, 100, 121]
           select Reading(meter, new LocalDay(_first.Number + step), 1000 + step * 10 * meter),
    ];

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
