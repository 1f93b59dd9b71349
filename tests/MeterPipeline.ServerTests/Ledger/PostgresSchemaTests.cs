using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Postgres;
using Npgsql;

namespace MeterPipeline.ServerTests.Ledger;

/// <summary>What only a server can suffer, and what its tables guard by themselves.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresSchemaTests(PostgresServer server) : IDisposable
{
    private readonly PostgresSchemas _schema = server.NewSchema();

    public void Dispose() => _schema.Dispose();

    [Fact]
    public void A_schema_is_not_made_by_looking_and_once_by_many()
    {
        Assert.Contains("Ledger:Schema", Assert.Throws<LedgerException>(() => PostgresLedger.Open(_schema.Options)).Message, StringComparison.Ordinal);
        Assert.Equal(0L, _schema.Sql($"SELECT count(*) FROM pg_namespace WHERE nspname = '{_schema.Options.Schema}'"));
        Parallel.For(0, 4, _ => PostgresLedger.Open(_schema.Options, create: true).Dispose());
        Assert.Equal(PostgresSchemas.Version, _schema.Sql("SELECT version FROM schema_version"));
    }

    [Fact]
    public void A_schema_of_a_newer_program_is_refused_and_left_as_it_is()
    {
        _schema.Open();
        _schema.Sql("UPDATE schema_version SET version = 99");
        Assert.Contains("newer", Assert.Throws<LedgerException>(() => _schema.Open()).Message, StringComparison.Ordinal);
        Assert.Equal(99, _schema.Sql("SELECT version FROM schema_version"));
    }

    /// <summary>Version 2 has no settlements; 3 is as the commit left it that brought them.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_schema_from_before_partitions_has_one_and_goes_on_where_it_stood(int version)
    {
        _schema.Load(version);
        _schema.Sql("""
            INSERT INTO journal VALUES (0, 1, 'a'), (0, 2, 'b');
            UPDATE journal_head SET seq = 2;
            UPDATE fold SET epoch = 7;
            INSERT INTO cursor VALUES ('folded', 1), ('villages', 5), ('registry', 1), ('influx', 1);
            INSERT INTO counter VALUES (100, 'grid', 9, 5, 2, 1, 1);
            INSERT INTO village_day VALUES (100, '140881001001', 1, 10, 2, 3, 4);
            INSERT INTO household VALUES ('H1', 'name', '140881001001', 0, 0, NULL, 0, '', NULL);
            INSERT INTO meter VALUES (1, 'M1');
            INSERT INTO installation VALUES (1, 0, 'H1', 'grid', 0, NULL, NULL, NULL, 10000, NULL, NULL, NULL, NULL, 0, 0);
            INSERT INTO settled_day VALUES (1, 1, 0, 100, 1);
            INSERT INTO writer VALUES ('00000000-0000-0000-0000-000000000001', 1, 2, now());
            """);
        var ledger = PostgresLedger.Open(_schema.Options with { Partitions = null });
        using (ledger)
        {
            Assert.Equal((1, 2, 1), (ledger.Partitions, ledger.JournalHead(), ledger.Cursor("influx")));
            using var view = ledger.OpenView();
            Assert.Equal((1, 5), (view.FoldedSeq, view.VillagesPrint(0)));
            Assert.Equal(9, Assert.Single(view.Counters(100, 100)).Received);
            Assert.Equal(10, Assert.Single(view.VillageDays("14", 100, 100)).Consumption);
            Assert.Equal(0, view.Registry().MeterByNo(1)!.Partition);
            Assert.Single(ledger.SettledDays(9));
            Assert.Equal(3, ledger.Append([3], []));
        }
        // A process of the version before no longer folds.
        Assert.Equal(8L, _schema.Sql("SELECT epoch FROM fold"));
        Assert.Contains("has 1 partitions", Assert.Throws<LedgerException>(() => PostgresLedger.Open(_schema.Options with { Partitions = 16 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_settled_before_partitions_stays()
    {
        _schema.Load(3);
        _schema.Sql("""
            INSERT INTO payee VALUES ('H1', 'name', 'id', 'bank', 'account of', '6222000011112222', 'phone');
            INSERT INTO disbursement (autumn, run, household, kind, fen, day, reference, actor, at_ms) VALUES (2025, NULL, 'H1', 0, 12345, 100, 'R1', 'li', 1);
            """);
        using var ledger = PostgresLedger.Open(_schema.Options with { Partitions = null });
        Assert.Equal("6222000011112222", ledger.Settlements.PayeeOf("H1")!.BankAccount);
        var kept = Assert.Single(ledger.Settlements.Disbursements(2025));
        Assert.Equal((DisbursementKind.Advance, 123.45m, "R1"), (kept.Kind, kept.Yuan, kept.Reference));
        Assert.Equal(123.45m, ledger.Settlements.Balance(2025, "H1").Advanced);
        Assert.Throws<PostgresException>(() => _schema.Sql("DELETE FROM disbursement"));
        Assert.Equal(PostgresSchemas.Version, _schema.Sql("SELECT version FROM schema_version"));
    }

    [Fact]
    public void A_server_without_fsync_is_refused_unless_it_is_a_trial()
    {
        _schema.Sql("ALTER SYSTEM SET fsync = off");
        try
        {
            _schema.Sql("SELECT pg_reload_conf()");
            SpinWait.SpinUntil(() => _schema.Sql("SHOW fsync") is "off", TimeSpan.FromSeconds(60));
            Assert.Contains("fsync", Assert.Throws<LedgerException>(() => _schema.Open()).Message, StringComparison.Ordinal);
            PostgresLedger.Open(_schema.Options with { AllowNoFsync = true }, create: true).Dispose();
        }
        finally
        {
            _schema.Sql("ALTER SYSTEM RESET fsync");
            _schema.Sql("SELECT pg_reload_conf()");
            SpinWait.SpinUntil(() => _schema.Sql("SHOW fsync") is "on", TimeSpan.FromSeconds(60));
        }
    }

    /// <summary>A trigger looks into the appending session.</summary>
    [Theory]
    [InlineData("off", "on")]
    [InlineData("local", "on")]
    [InlineData("remote_apply", "remote_apply")]
    public void An_append_waits_for_the_disk_whatever_the_role_is_set_to(string set, string used)
    {
        _schema.Open();
        _schema.Sql("""
            CREATE TABLE seen (setting text);
            CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
            CREATE TRIGGER see AFTER INSERT ON journal FOR EACH STATEMENT EXECUTE FUNCTION see()
            """);
        _schema.Sql($"ALTER ROLE postgres SET synchronous_commit = {set}");
        try
        {
            _schema.Open().Append([1], []);
        }
        finally
        {
            _schema.Sql("ALTER ROLE postgres RESET synchronous_commit");
        }
        Assert.Equal(used, _schema.Sql("SELECT setting FROM seen"));
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=me;Password=the-secret;Database=db")]
    [InlineData("Host=127.0.0.1;Password=the-secret;Nonsense=1")]
    [InlineData("")]
    public void What_cannot_be_opened_is_explained_without_the_password(string connectionString)
    {
        var refused = Assert.Throws<LedgerException>(() => PostgresLedger.Open(new PostgresOptions(connectionString)));
        Assert.DoesNotContain("the-secret", refused.Message, StringComparison.Ordinal);
        Assert.Contains("open the ledger", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_view_answers_while_its_streams_are_read()
    {
        var ledger = _schema.Open();
        for (byte i = 1; i <= 40; i++) ledger.Append([i], []);
        using var fold = ledger.AcquireFold();
        var rows = from meter in Enumerable.Range(1, 700) from day in Enumerable.Range(100, 3) select new MeterDayRow(meter, Register.Total, day, [(byte)(meter & 255)]);
        ledger.Flush(new FoldFlush { FoldedSeq = 1, MeterDays = rows });
        using var view = ledger.OpenView();
        using var other = view.AllMeterDays().GetEnumerator();
        var tail = new List<long>();
        foreach (var row in view.JournalTail())
        {
            tail.Add(row.Seq);
            Assert.True(other.MoveNext());
            Assert.Equal(3, view.MeterDays((int)row.Seq, Register.Total, 0, 999).Count);
        }
        Assert.Equal(Enumerable.Range(2, 39).Select(i => (long)i), tail);
        Assert.Equal(
            Enumerable.Range(1, 700).SelectMany(meter => Enumerable.Range(100, 3).Select(day => (meter, day))),
            view.AllMeterDays().Select(row => (row.MeterNo, row.Day)));
    }

    [Fact]
    public void A_devices_nonsense_is_stored_as_far_as_it_is_text()
    {
        var ledger = _schema.Open();
        ledger.Append([], [new(1, "s", "grid", "bad-topic", "a\0b", "x\uD800y😀", [0])]);
        using var view = ledger.OpenView();
        var kept = view.Quarantine(long.MaxValue, 1)[0].Message;
        Assert.Equal(("a\uFFFDb", "x\uFFFDy😀"), (kept.Detail, kept.Topic));
    }

    [Theory]
    [InlineData("UPDATE hold_entry SET note = ''")]
    [InlineData("DELETE FROM hold_entry")]
    [InlineData("TRUNCATE hold_entry")]
    public void What_was_said_of_a_hold_is_never_changed(string sql)
    {
        _schema.Open().AddHoldEntry(new HoldEntry(0, "H1", 2025, "site-inspection", HoldAct.Place, "", "note", "li", 1));
        Assert.Throws<PostgresException>(() => _schema.Sql(sql));
    }

    [Fact]
    public void A_changed_row_is_an_error_that_names_its_place()
    {
        var ledger = _schema.Open();
        using var fold = ledger.AcquireFold();
        ledger.Flush(new FoldFlush { FoldedSeq = 0, MeterDays = [new MeterDayRow(7, Register.Total, 100, [1])] });
        _schema.Sql("UPDATE meter_day SET blob = '\\x02'");
        using var view = ledger.OpenView();
        var met = Assert.Throws<LedgerException>(() => view.MeterDays(7, Register.Total, 0, 999));
        Assert.Contains("number 7", met.Message, StringComparison.Ordinal);
        Assert.Contains(_schema.Options.Schema, met.Message, StringComparison.Ordinal);
    }
}
