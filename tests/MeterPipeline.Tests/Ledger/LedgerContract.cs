using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Tests.Ledger;

/// <summary>What every ledger promises, whatever stores it. A subclass says how to open the same ledger once more.</summary>
public abstract class LedgerContract
{
    protected const long Now = 1_763_222_400_000;

    /// <summary>Opens this test's ledger, as one more process would. The first call makes it. The subclass disposes all.</summary>
    protected abstract ILedger Open();

    [Fact]
    public void An_empty_ledger_has_nothing()
    {
        var ledger = Open();
        Assert.Equal(0, ledger.JournalHead());
        Assert.Empty(ledger.ReadJournal(0, 10));
        Assert.Equal(0, ledger.RegistryVersion());
        Assert.Equal(0, ledger.Cursor("influx"));
        using var view = ledger.OpenView();
        Assert.Equal(0, view.FoldedSeq);
        Assert.Empty(view.JournalTail());
        Assert.Empty(view.Registry().Meters);
        Assert.Empty(view.AllMeterDays());
        Assert.Empty(view.MeterYears(1));
        Assert.Empty(view.VillageDays("", 0, int.MaxValue));
        Assert.Equal(0, view.QuarantineSize().Open);
    }

    [Fact]
    public void Users_are_kept_seen_by_others_and_audited_without_their_hash()
    {
        var ledger = Open();
        Assert.Empty(ledger.Users());
        var user = new User("pub", Role.Company, "north", ["1408"], "the-hash", MustChange: true, Enabled: true, Now, Now);
        ledger.PutUser(user, "me", Now);
        ledger.PutUser(user, "me", Now + 1);
        Assert.Equal(1, Open().UsersVersion());
        var kept = Assert.Single(Open().Users());
        Assert.Equal(user with { Divisions = kept.Divisions }, kept);
        Assert.Equal(["1408"], kept.Divisions);
        ledger.PutUser(user with { Hash = "another-hash", PasswordAtMs = Now + 2 }, "me", Now + 2);
        ledger.PutUser(user with { Hash = "another-hash", PasswordAtMs = Now + 2, Enabled = false }, "you", Now + 3);
        Assert.Equal((3, false), (ledger.UsersVersion(), ledger.Users()[0].Enabled));
        using var view = ledger.OpenView();
        var audit = view.Audit("user", "pub");
        Assert.Equal([(Now, "me"), (Now + 2, "me"), (Now + 3, "you")], audit.Select(row => (row.AtMs, row.Actor)));
        Assert.All(audit, row => Assert.DoesNotContain("hash", row.Before + row.After, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Appended_rows_come_back_in_order_and_in_pages()
    {
        var ledger = Open();
        for (byte i = 1; i <= 5; i++) Assert.Equal(i, ledger.Append([i, i], []));
        Assert.Equal(5, ledger.JournalHead());
        Assert.Equal([2L, 3L], ledger.ReadJournal(1, 2).Select(row => row.Seq));
        Assert.Equal([[4, 4], [5, 5]], ledger.ReadJournal(3, 10).Select(row => row.Blob));
    }

    [Fact]
    public void A_large_blob_survives_to_the_byte()
    {
        var ledger = Open();
        var blob = new byte[3_000_000];
        new Random(7).NextBytes(blob);
        ledger.Append(blob, []);
        Assert.Equal(blob, Open().ReadJournal(0, 1)[0].Blob);
    }

    [Fact]
    public void Nothing_at_all_is_not_appended()
    {
        var ledger = Open();
        Assert.Throws<ArgumentException>(() => ledger.Append([], []));
        Assert.Equal(0, ledger.JournalHead());
    }

    [Fact]
    public void Several_writers_take_gapless_numbers()
    {
        ILedger[] writers = [Open(), Open(), Open()];
        var seqs = new List<long>();
        Parallel.ForEach(writers, writer =>
        {
            for (var i = 0; i < 40; i++)
            {
                var seq = writer.Append([1], []);
                lock (seqs) seqs.Add(seq);
            }
        });
        Assert.Equal(Enumerable.Range(1, 120).Select(i => (long)i), seqs.Order());
        Assert.Equal(120, writers[0].ReadJournal(0, 1000).Count);
    }

    [Fact]
    public void The_head_does_not_go_back_when_all_rows_are_pruned()
    {
        var ledger = Open();
        for (var i = 0; i < 600; i++) ledger.Append([1], []);
        using (ledger.AcquireFold())
        {
            ledger.Flush(new FoldFlush { FoldedSeq = 600 });
            ledger.PruneJournal(600);
        }
        Assert.Empty(ledger.ReadJournal(0, 10));
        Assert.Equal(600, ledger.JournalHead());
        var again = Open();
        Assert.Equal(600, again.JournalHead());
        Assert.Equal(601, again.Append([2], []));
        Assert.Equal([601L], ledger.ReadJournal(0, 10).Select(row => row.Seq));
    }

    [Fact]
    public void Pruning_never_takes_what_is_not_folded()
    {
        var ledger = Open();
        for (var i = 0; i < 3; i++) ledger.Append([1], []);
        using var fold = ledger.AcquireFold();
        ledger.Flush(new FoldFlush { FoldedSeq = 2 });
        Assert.Throws<LedgerException>(() => ledger.PruneJournal(3));
        ledger.PruneJournal(2);
        Assert.Equal([3L], ledger.ReadJournal(0, 10).Select(row => row.Seq));
    }

    [Fact]
    public void A_view_keeps_its_moment_while_others_append_flush_and_prune()
    {
        var ledger = Open();
        for (byte i = 1; i <= 3; i++) ledger.Append([i], []);
        var other = Open();
        using var fold = other.AcquireFold();
        other.Flush(Flush(1, Day(1, 100, 11)));
        using var view = ledger.OpenView();
        other.Append([4], []);
        other.Flush(Flush(4, Day(1, 100, 44)));
        other.PruneJournal(4);

        Assert.Equal(1, view.FoldedSeq);
        Assert.Equal([2L, 3L], view.JournalTail().Select(row => row.Seq));
        Assert.Equal([11], view.MeterDays(1, Register.Total, 0, 1000)[0].Blob);
        using var later = ledger.OpenView();
        Assert.Equal(4, later.FoldedSeq);
        Assert.Empty(later.JournalTail());
        Assert.Equal([44], later.MeterDays(1, Register.Total, 0, 1000)[0].Blob);
    }

    [Fact]
    public async Task Every_view_sees_each_row_folded_or_in_the_tail()
    {
        var ledger = Open();
        var folder = Open();
        using var fold = folder.AcquireFold();
        using var stop = new CancellationTokenSource();
        var work = Task.Run(() =>
        {
            for (var seq = 1; !stop.IsCancellationRequested; seq++)
            {
                Assert.Equal(seq, folder.Append([1], []));
                if (seq % 3 != 0) continue;
                folder.Flush(Flush(seq, Day(1, 100, (byte)(seq % 251))));
                folder.PruneJournal(seq);
            }
        });
        for (var i = 0; i < 200; i++)
        {
            var before = ledger.JournalHead();
            using var view = ledger.OpenView();
            var tail = view.JournalTail().Select(row => row.Seq).ToList();
            Assert.Equal(Enumerable.Range(1, tail.Count).Select(n => view.FoldedSeq + n), tail);
            Assert.True(view.FoldedSeq + tail.Count >= before, $"folded {view.FoldedSeq} + tail {tail.Count} < head {before}");
            var days = view.MeterDays(1, Register.Total, 0, 1000);
            if (view.FoldedSeq > 0) Assert.Equal([(byte)(view.FoldedSeq % 251)], days[0].Blob);
        }
        await stop.CancelAsync();
        await work;
    }

    [Fact]
    public void Only_one_folds_and_the_refusal_says_who()
    {
        var first = Open();
        var second = Open();
        var fold = first.AcquireFold();
        var refused = Assert.Throws<LedgerException>(() => second.AcquireFold());
        Assert.Contains($"process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
        Assert.Throws<LedgerException>(() => first.AcquireFold());
        Assert.Throws<InvalidOperationException>(() => second.Flush(new FoldFlush { FoldedSeq = 0 }));
        fold.Dispose();
        Assert.Throws<InvalidOperationException>(() => first.Flush(new FoldFlush { FoldedSeq = 0 }));
        using (second.AcquireFold()) second.Flush(new FoldFlush { FoldedSeq = 0 });
    }

    [Fact]
    public void Folded_rows_replace_by_key_and_stream_in_order()
    {
        var ledger = Open();
        ledger.Append([1], []);
        using var fold = ledger.AcquireFold();
        var flush = Flush(1, Day(2, 101, 1), Day(1, 101, 2), Day(2, 100, 3), new MeterDayRow(1, Register.T2, 100, [4]), Day(1, 100, 5));
        flush.MeterYears = [new(2, Register.Total, 2025, [1]), new(1, Register.T1, 2025, [2]), new(1, Register.Total, 2024, [3])];
        flush.Counters.Add(new CounterRow("grid", 100, 9, 5, 2, 1, 1));
        ledger.Flush(flush);
        ledger.Flush(Flush(1, Day(1, 101, 22)));

        using var view = ledger.OpenView();
        Assert.Equal(
            [(1, Register.Total, 100, 5), (1, Register.Total, 101, 22), (1, Register.T2, 100, 4), (2, Register.Total, 100, 3), (2, Register.Total, 101, 1)],
            view.AllMeterDays().Select(row => (row.MeterNo, row.Register, row.Day, (int)row.Blob[0])));
        Assert.Equal([1, 1, 2], view.MeterDaysOn(100).Select(row => row.MeterNo));
        Assert.Equal([100, 101], view.MeterDays(2, Register.Total, int.MinValue, int.MaxValue).Select(row => row.Day));
        Assert.Empty(view.MeterDays(2, Register.Total, 102, int.MaxValue));
        Assert.Equal([(2024, Register.Total), (2025, Register.T1)], view.MeterYears(1).Select(row => (row.Autumn, row.Register)));
        Assert.Equal([(2024, 1), (2025, 1), (2025, 2)], view.MeterYears(2, 1, 9).Select(row => (row.Autumn, row.MeterNo)).Order());
        Assert.Empty(view.MeterYears());
        Assert.Equal([1, 2], view.AllMeterYears(2025).Select(row => row.MeterNo));
        Assert.Equal([3, 2, 1], view.MeterYears(1, 2, 3).Select(row => (int)row.Blob[0]));
        Assert.Equal([5, 4, 22, 1], view.MeterDays([(1, 100), (2, 101), (3, 0)]).Select(row => (int)row.Blob[0]));
        Assert.Empty(view.MeterDays([(1, 102)]));
        Assert.Empty(view.MeterDays(Array.Empty<(int, int)>()));
        Assert.Equal([4, 22, 1], view.MeterDays([(2, Register.Total, 101), (2, Register.T2, 100), (1, Register.T2, 100), (3, Register.Total, 100), (1, Register.Total, 101)]).Select(row => (int)row.Blob[0]));
        Assert.Empty(view.MeterDays(Array.Empty<(int, Register, int)>()));
        Assert.Equal(new CounterRow("grid", 100, 9, 5, 2, 1, 1), Assert.Single(view.Counters(100, 100)));
        Assert.Empty(view.Counters(101, 200));
    }

    [Fact]
    public void Folding_never_goes_back()
    {
        var ledger = Open();
        ledger.Append([1], []);
        ledger.Append([1], []);
        using var fold = ledger.AcquireFold();
        ledger.Flush(Flush(2, Day(1, 100, 2)));
        Assert.Throws<LedgerException>(() => ledger.Flush(Flush(1, Day(1, 100, 1))));
        using var view = ledger.OpenView();
        Assert.Equal([2], view.MeterDays(1, Register.Total, 100, 100)[0].Blob);
    }

    [Fact]
    public void Village_days_are_found_by_division_prefix()
    {
        var ledger = Open();
        using var fold = ledger.AcquireFold();
        var flush = new FoldFlush { FoldedSeq = 0 };
        foreach (var division in new[] { "140882101214", "140882101215", "140881001001" })
        {
            for (var day = 100; day < 103; day++) flush.VillageDays.Add(new VillageDayRow(division, Energy.Gas, day, day, 2, 3, 4));
        }
        ledger.Flush(flush);
        using var view = ledger.OpenView();
        Assert.Equal(
            [("140882101214", 101), ("140882101214", 102), ("140882101215", 101), ("140882101215", 102)],
            view.VillageDays("140882", 101, 999).Select(row => (row.Division, row.Day)));
        var all = view.VillageDays("14", 0, int.MaxValue).ToList();
        Assert.Equal(9, all.Count);
        Assert.Equal(all.Where(row => row.Day == 101), view.VillageDays("14", 101, 101));
        Assert.Equal(["140881001001"], view.VillageDays("140881", 102, 102).Select(row => row.Division));
        Assert.Equal(["140882101214", "140882101215"], view.VillageDays("140882", 102, 102).Select(row => row.Division));
        Assert.Empty(view.VillageDays("15", 0, int.MaxValue));
        Assert.Equal(new VillageDayRow("140881001001", Energy.Gas, 100, 100, 2, 3, 4), view.VillageDays("140881001001", 100, 100).First());
    }

    [Fact]
    public void Quarantine_pages_newest_first_and_counts_what_is_not_replayed()
    {
        var ledger = Open();
        ledger.Append([1], [Message("a"), Message("b")]);
        Assert.Equal(2, ledger.Append([], [Message("c")]));
        using (var view = ledger.OpenView())
        {
            Assert.Equal(3, view.QuarantineSize().Open);
            var page = view.Quarantine(long.MaxValue, 2);
            Assert.Equal(["c", "b"], page.Select(row => row.Message.Reason));
            var rest = Assert.Single(view.Quarantine(page[^1].Id, 2));
            Assert.Equal("a", rest.Message.Reason);
            Assert.Equal([0, 255], rest.Message.Payload);
            Assert.Equal("中文", rest.Message.Detail);
            Assert.Null(rest.ReplayedAtMs);
        }
        using var after = ledger.OpenView();
        Assert.Equal(["a", "b", "c"], after.OpenQuarantine(0).Select(row => row.Message.Reason));
        Assert.Equal(["c"], after.OpenQuarantine(2).Select(row => row.Message.Reason));
    }

    [Fact]
    public void A_listing_shows_the_beginning_of_a_payload_and_a_replay_reads_it_whole()
    {
        var ledger = Open();
        var payload = new byte[QuarantineRow.ExcerptBytes + 1000];
        new Random(7).NextBytes(payload);
        ledger.Append([1], [Message("a") with { Payload = payload, Publisher = "gas" }]);
        using var view = ledger.OpenView();
        var listed = Assert.Single(view.Quarantine(long.MaxValue, 9));
        Assert.Equal((payload.Length, "gas"), (listed.PayloadBytes, listed.Message.Publisher));
        Assert.Equal(payload[..QuarantineRow.ExcerptBytes], listed.Message.Payload);
        Assert.Equal(payload, Assert.Single(view.OpenQuarantine(0)).Message.Payload);
    }

    [Fact]
    public void A_replay_is_one_transaction_and_takes_a_message_once()
    {
        var ledger = Open();
        ledger.Append([1], [Message("a"), Message("b"), Message("c")]);
        var outcome = new ReplayOutcome();
        outcome.Taken.AddRange([1, 3]);
        outcome.Items.Add(Message("c2"));
        outcome.Kept.Add((2, "b2", "Another reason."));
        Assert.True(ledger.Replay(Row(9), outcome, Now));
        Assert.False(Open().Replay(Row(10), outcome, Now));
        var more = new ReplayOutcome();
        more.Taken.AddRange([2, 3]);
        Assert.False(ledger.Replay(Row(11), more, Now));
        Assert.Throws<ArgumentException>(() => ledger.Replay([], more, Now));

        Assert.Equal([[1], [9]], ledger.ReadJournal(0, 9).Select(row => row.Blob));
        using var view = ledger.OpenView();
        Assert.Equal(new QuarantineSize(2, 2, 8), view.QuarantineSize());
        Assert.Equal([null, Now, null, Now], view.Quarantine(long.MaxValue, 9).Select(row => row.ReplayedAtMs));
        Assert.Equal(["b2", "c2"], view.OpenQuarantine(0).Select(row => row.Message.Reason));
    }

    [Fact]
    public void Quarantine_is_trimmed_of_the_oldest_replayed_and_never_of_open_messages()
    {
        var ledger = Open();
        for (var i = 0; i < 300; i++) ledger.Append([1], [Message("a")]);
        Assert.Equal(new QuarantineSize(300, 0, 600), ledger.TrimQuarantine(10, 10));
        var outcome = new ReplayOutcome();
        outcome.Taken.AddRange(Enumerable.Range(101, 200).Select(i => (long)i));
        Assert.True(ledger.Replay(Row(9), outcome, Now));
        Assert.Equal(new QuarantineSize(100, 200, 600), ledger.TrimQuarantine(300, 600));
        var trimmed = ledger.TrimQuarantine(250, 600);
        Assert.InRange(trimmed.Replayed, 1, 150);
        Assert.Equal((100, 2 * (100 + trimmed.Replayed)), (trimmed.Open, trimmed.Bytes));
        using (var view = ledger.OpenView()) Assert.Equal(300, view.Quarantine(long.MaxValue, 1)[0].Id);
        Assert.Equal(new QuarantineSize(100, 0, 200), ledger.TrimQuarantine(300, 10));
    }

    [Fact]
    public void Cursors_are_durable_and_apart()
    {
        var ledger = Open();
        ledger.SetCursor("influx", 5);
        ledger.SetCursor("feedback", 6);
        ledger.SetCursor("influx", 7);
        var other = Open();
        Assert.Equal(7, other.Cursor("influx"));
        Assert.Equal(6, other.Cursor("feedback"));
    }

    protected static FoldFlush Flush(long seq, params MeterDayRow[] days) => new() { FoldedSeq = seq, MeterDays = days };

    protected static MeterDayRow Day(int meter, int day, byte value) => new(meter, Register.Total, day, [value]);

    private static PartitionRow[] Row(byte value) => [new(0, new[] { value })];

    private static QuarantinedMessage Message(string reason) =>
        new(Now, "127.0.0.1:5000", "grid", reason, "中文", "metering/v1/grid/batch", [0, 255]);
}
