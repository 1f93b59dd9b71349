using System.Security.Cryptography;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Tests.Ledger;
using MeterPipeline.Tests.Settlements;
using Npgsql;

namespace MeterPipeline.ServerTests.Ledger;

/// <summary>Settlements on PostgreSQL, what its tables guard by themselves, and several processes at once.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresSettlementTests(PostgresServer server) : SettlementContract, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly LocalDay Day = LocalDay.On(2026, 4, 20);

    private readonly PostgresSchemas _schema = server.NewSchema();

    protected override ILedger Open() => _schema.Open();

    public void Dispose() => _schema.Dispose();

    [Fact]
    public void What_is_frozen_is_never_changed_deleted_or_added_to()
    {
        Freeze(Open());
        foreach (var table in (string[])["settlement_run", "settlement_chunk", "settlement_household", "settlement_step", "disbursement"])
            foreach (var sql in (string[])[$"UPDATE {table} SET {(table == "settlement_run" ? "id = id" : "run = run")}", $"DELETE FROM {table}", $"TRUNCATE {table}"])
                Assert.Contains("never changed or deleted", Refused(sql), StringComparison.Ordinal);
        Assert.Contains("more lines", Refused("INSERT INTO settlement_chunk VALUES (1, 1, 1, 1, 1, '\\x00')"), StringComparison.Ordinal);
        Assert.Contains("more lines", Refused("INSERT INTO settlement_household VALUES (2025, 'H9', 1, 0, 1, 1, 1, '')"), StringComparison.Ordinal);
        Assert.Contains("without a gap", Refused("INSERT INTO settlement_run VALUES (3, 2025, '', '')"), StringComparison.Ordinal);
        Assert.Contains("fen", Refused("INSERT INTO disbursement SELECT id + 1, autumn, run, household, kind, -fen, day, 'other', actor, at_ms FROM disbursement"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_processes_that_draft_at_once_one_is_told_that_it_was_overtaken()
    {
        using var drawn = new Barrier(2);
        var outcomes = await Task.WhenAll(new[] { Open(), Open() }.Select((ledger, i) => Task.Run(() => Record.Exception(() =>
            ledger.Settlements.Draft(AnyLine.Draft(), AnyLine.Policies, ledger.Settlements.Moment(), Lines(i))))));
        Assert.Single(outcomes, outcome => outcome is null);
        Assert.Single(outcomes.OfType<SettlementRefusedException>(), refused => refused.Message.Contains("Somebody else", StringComparison.Ordinal));
        Assert.Single(Open().Settlements.Runs());

        IEnumerable<SettlementLine> Lines(int of)
        {
            yield return AnyLine.Of($"H{of}", 1);
            Assert.True(drawn.SignalAndWait(Patience));
        }
    }

    [Fact]
    public void Of_many_who_do_the_same_at_once_one_does_it()
    {
        var settlements = Enumerable.Range(0, 4).Select(_ => Open().Settlements).ToList();
        settlements[0].Draft(AnyLine.Draft(), AnyLine.Policies, default, [AnyLine.Of("H1", 121)]);
        AtOnce(one => one.Disburse([new Disbursement(0, AnyLine.Autumn, null, "H1", DisbursementKind.Advance, 1, Day, "A-1", "li", 1)])[0] is null);
        AtOnce(one => one.AddStep(new RunStep(1, RunStepKind.Confirmed, 1, "wang", ""), 1));
        AtOnce(one => one.Pay(new RunStep(1, RunStepKind.Paid, 1, "zhao", ""), 2, Day, "P-1", new HashSet<string>()) is not null);
        Assert.Equal([1m, 120m], settlements[0].Disbursements(AnyLine.Autumn).Select(row => row.Yuan));
        Assert.Equal(3, settlements[0].Run(1)!.Steps.Count);

        void AtOnce(Func<ISettlements, bool> what)
        {
            var done = 0;
            Parallel.ForEach(settlements, one => Interlocked.Add(ref done, what(one) ? 1 : 0));
            Assert.Equal(1, done);
        }
    }

    /// <summary>The draft waits for the table of steps, which it writes last; there its session is ended.</summary>
    [Fact]
    public async Task A_draft_whose_connection_is_lost_is_stored_once_and_whole()
    {
        var settlements = Open().Settlements;
        using var holder = _schema.Connect();
        await using var held = await holder.BeginTransactionAsync();
        using (var take = new NpgsqlCommand("LOCK TABLE settlement_step IN EXCLUSIVE MODE", holder)) await take.ExecuteNonQueryAsync();
        var drafting = Task.Run(() => settlements.Draft(
            AnyLine.Draft(), AnyLine.Policies, default, Enumerable.Range(0, 2500).Select(i => AnyLine.Of($"H{i:00000}", i / 100m))));
        const string End = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO settlement_step%'";
        Assert.True(SpinWait.SpinUntil(() => drafting.IsCompleted || _schema.Sql(End) is 1L, Patience));
        await held.RollbackAsync();
        var run = await drafting;
        Assert.Equal([1000, 1000, 500], settlements.Chunks(1).Select(chunk => chunk.Lines));
        Assert.Single(settlements.Run(1)!.Steps);
        using var file = new MemoryStream();
        RunFile.Write(settlements, run, file);
        Assert.Equal(run.ContentHash, Convert.ToHexStringLower(SHA256.HashData(file.ToArray())));
    }

    [Fact]
    public void A_schema_from_before_settlements_is_brought_forward_and_keeps_what_it_has()
    {
        _schema.Load(2);
        _schema.Sql("INSERT INTO hold_entry VALUES (1, 2025, 'H1', 'site-inspection', 0, '', 'note', 'li', 1)");
        var ledger = Open();
        Freeze(ledger);
        Assert.Single(ledger.Settlements.Runs());
        using var view = ledger.OpenView();
        Assert.Single(view.HoldEntries(2025));
    }

    [Fact]
    public void A_changed_chunk_is_an_error_that_names_its_place()
    {
        var ledger = Open();
        Freeze(ledger);
        _schema.Sql("ALTER TABLE settlement_chunk DISABLE TRIGGER USER; UPDATE settlement_chunk SET blob = set_byte(blob, 3, 255 - get_byte(blob, 3))");
        var met = Assert.Throws<LedgerException>(() => ledger.Settlements.Lines(1).Count());
        Assert.Contains("Settlement run 1: chunk 0 in PostgreSQL", met.Message, StringComparison.Ordinal);
        Assert.Contains("fails its checksum", met.Message, StringComparison.Ordinal);
        Assert.Contains(_schema.Options.Schema, met.Message, StringComparison.Ordinal);
    }

    private static void Freeze(ILedger ledger)
    {
        ledger.Settlements.Draft(AnyLine.Draft(), AnyLine.Policies, ledger.Settlements.Moment(), [AnyLine.Of("H1", 1)]);
        ledger.Settlements.Disburse([new Disbursement(0, 2025, null, "H1", DisbursementKind.Advance, 1, Day, "A", "li", 1)]);
    }

    private string Refused(string sql) => Assert.Throws<PostgresException>(() => _schema.Sql(sql)).MessageText;
}
