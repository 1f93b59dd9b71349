using MeterPipeline.Domain.Readings;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Postgres;

namespace MeterPipeline.ServerTests.Ledger;

/// <summary>Lost connections, lost servers, lost fold locks: nothing acknowledged is lost, nothing is stored twice, nobody folds beside the owner.</summary>
[Collection(DisturbedPostgresCollection.Name)]
public sealed class PostgresFaultTests(PostgresServer server) : IDisposable
{
    private const string EndSessions = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'meterpipeline'";

    private readonly PostgresSchemas _schema = server.NewSchema();

    public void Dispose() => _schema.Dispose();

    [Theory]
    [InlineData(1)] // found by the second attempt of the same call
    [InlineData(100)] // the call fails, because nothing can be reached again; its repetition finds it
    public void An_append_whose_answer_was_lost_is_stored_once(int answersToLose)
    {
        using var proxy = new LosingProxy(server.Server.Port);
        _schema.Open();
        using var ledger = PostgresLedger.Open(_schema.Options with { ConnectionString = server.Server.ConnectionString.Replace($"{server.Server.Port}", $"{proxy.Port}", StringComparison.Ordinal) });
        QuarantinedMessage[] messages = [Message("bad-json")];
        Assert.Equal(1, ledger.Append([1], messages));
        proxy.AnswersToLose = answersToLose;
        if (answersToLose > 1)
        {
            Assert.Throws<LedgerException>(() => ledger.Append([2], messages));
            proxy.AnswersToLose = 0;
        }
        Assert.Equal(2, ledger.Append([2], messages));
        Assert.Equal(3, ledger.Append([2], messages));
        Assert.Equal([[1], [2], [2]], ledger.ReadJournal(0, 9).Select(row => row.Blob));
        using var view = ledger.OpenView();
        Assert.Equal(3, view.QuarantineSize().Open);
    }

    [Fact]
    public async Task Appends_go_on_through_ended_sessions_and_a_crashed_server()
    {
        const int Rows = 300;
        var ledgers = new[] { _schema.Open(), _schema.Open() };
        var seqs = new System.Collections.Concurrent.ConcurrentBag<(long Seq, int Writer, int Row)>();
        var appending = Task.WhenAll(Enumerable.Range(0, ledgers.Length).Select(writer => Task.Run(() =>
        {
            for (var i = 0; i < Rows; i++) seqs.Add((Insist(ledgers[writer], [(byte)writer, (byte)(i & 255), (byte)(i >> 8)]), writer, i));
        })));
        for (var disturbed = 0; !appending.IsCompleted; disturbed++)
        {
            if (disturbed == 3)
            {
                await server.Server.KillAsync();
                await server.Server.StartAgainAsync();
            }
            else
            {
                _schema.Sql(EndSessions);
            }
            await Task.WhenAny(appending, Task.Delay(20));
        }
        await appending;
        Assert.Equal(Enumerable.Range(1, 2 * Rows).Select(i => (long)i), seqs.Select(s => s.Seq).Order());
        var stored = ledgers[0].ReadJournal(0, 9_999);
        Assert.Equal(2 * Rows, stored.Count);
        foreach (var (seq, writer, row) in seqs) Assert.Equal([(byte)writer, (byte)(row & 255), (byte)(row >> 8)], stored[(int)seq - 1].Blob);
    }

    [Fact]
    public void Who_lost_the_fold_lock_to_another_cannot_write()
    {
        var (first, second) = (_schema.Open(), _schema.Open());
        first.Append([1], []);
        using var lost = first.AcquireFold();
        first.Flush(Day(1, 1));
        _schema.Sql(EndSessions);
        using (second.AcquireFold())
        {
            Assert.Throws<FoldLostException>(() => first.Flush(Day(1, 2)));
            second.Flush(Day(1, 3));
        }
        Assert.Contains("taken over", Assert.Throws<FoldLostException>(() => first.Flush(Day(1, 2))).Message, StringComparison.Ordinal);
        Assert.Throws<FoldLostException>(() => first.PruneJournal(1));
        Assert.Throws<FoldLostException>(() => first.MoveCursor(0, "influx", 1));
        second.AcquireFold().Dispose();
        Assert.Equal([3], Stored(second));
        Assert.Single(second.ReadJournal(0, 9));
    }

    /// <summary>The lock alone does not do it: a write may be on its way when the lock is lost.</summary>
    [Fact]
    public void A_write_asks_for_the_epoch_itself()
    {
        var ledger = _schema.Open();
        ledger.Append([1], []);
        using var fold = ledger.AcquireFold();
        ledger.Flush(Day(1, 1));
        _schema.Sql("UPDATE fold SET epoch = epoch + 1, owner = 'process 7 on another machine'");
        Assert.Contains("process 7", Assert.Throws<FoldLostException>(() => ledger.Flush(Day(1, 2))).Message, StringComparison.Ordinal);
        Assert.Throws<FoldLostException>(() => ledger.PruneJournal(1));
        Assert.Throws<FoldLostException>(() => ledger.MoveCursor(0, "influx", 1));
        Assert.Equal([1], Stored(ledger));
        Assert.Single(ledger.ReadJournal(0, 9));
    }

    [Fact]
    public void A_fold_lock_lost_to_nobody_is_taken_again()
    {
        var (first, second) = (_schema.Open(), _schema.Open());
        first.Append([1], []);
        using var fold = first.AcquireFold();
        _schema.Sql(EndSessions);
        // Until the server has ended the session it holds the lock: whoever folds asks again, as the accruer does.
        Assert.True(SpinWait.SpinUntil(() => Flushes(first, Day(1, 5)), TimeSpan.FromSeconds(60)));
        Assert.Throws<LedgerException>(() => second.AcquireFold());
        Assert.Equal([5], Stored(second));
    }

    private static bool Flushes(ILedger ledger, FoldFlush flush)
    {
        try
        {
            ledger.Flush(flush);
            return true;
        }
        catch (LedgerException error) when (error is not FoldLostException)
        {
            return false;
        }
    }

    [Fact]
    public async Task A_server_that_takes_no_more_connections_is_waited_for()
    {
        _schema.Sql("CREATE ROLE few LOGIN; GRANT CREATE ON DATABASE postgres TO few");
        using var ledger = PostgresLedger.Open(
            new PostgresOptions(server.Server.ConnectionString.Replace("Username=postgres", "Username=few", StringComparison.Ordinal)) { Schema = "few" }, create: true);
        _schema.Sql("ALTER ROLE few CONNECTION LIMIT 0");
        _schema.Sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'few'");
        var head = Task.Run(ledger.JournalHead);
        Assert.NotSame(head, await Task.WhenAny(head, Task.Delay(500)));
        _schema.Sql("ALTER ROLE few CONNECTION LIMIT -1");
        Assert.Equal(0, await head.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Of_a_standby_and_its_primary_the_primary_is_asked_and_a_promotion_is_followed()
    {
        await using var primary = await Postgres.StartAsync();
        await using var standby = await Postgres.StartStandbyAsync(primary);
        using var ledger = PostgresLedger.Open(
            new PostgresOptions($"Host=127.0.0.1:{standby.Port},127.0.0.1:{primary.Port};Username=postgres;Database=postgres"), create: true);
        Assert.Equal(1, Insist(ledger, [1]));
        await UntilAsync(standby, "SELECT count(*) = 1 FROM meterpipeline.journal");
        await primary.KillHardAsync();
        await UntilAsync(standby, "SELECT pg_promote(true, 60)");
        Assert.Equal(2, Insist(ledger, [2]));
        Assert.Equal([[1], [2]], ledger.ReadJournal(0, 9).Select(row => row.Blob));
    }

    /// <summary>Until a server says true.</summary>
    private static async Task UntilAsync(Postgres asked, string sql)
    {
        for (var patience = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            await using var connection = new Npgsql.NpgsqlConnection(asked.ConnectionString + ";Pooling=false");
            await connection.OpenAsync();
            await using var command = new Npgsql.NpgsqlCommand(sql, connection);
            try
            {
                if (await command.ExecuteScalarAsync() is true) return;
            }
            catch (Npgsql.PostgresException missing) when (missing.SqlState == Npgsql.PostgresErrorCodes.UndefinedTable)
            {
                // Not there yet.
            }
            Assert.True(patience.Elapsed < TimeSpan.FromMinutes(1), sql);
        }
    }

    private static byte[] Stored(PostgresLedger ledger)
    {
        using var view = ledger.OpenView();
        return view.MeterDays(1, Register.Total, 100, 100)[0].Blob;
    }

    private static FoldFlush Day(long seq, byte value) => new() { FoldedSeq = seq, MeterDays = [new MeterDayRow(1, Register.Total, 100, [value])] };

    /// <summary>As the recorder does it: the same call until it succeeds.</summary>
    private static long Insist(PostgresLedger ledger, byte[] blob)
    {
        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return ledger.Append(blob, []);
            }
            catch (LedgerException) when (patience.Elapsed < TimeSpan.FromMinutes(3))
            {
                Thread.Sleep(20);
            }
        }
    }

    private static QuarantinedMessage Message(string reason) => new(1, "127.0.0.1:5000", "grid", reason, "detail", "metering/v1/grid/batch", [0, 255]);
}
