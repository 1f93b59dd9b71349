using MeterPipeline.Domain;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Postgres;

namespace MeterPipeline.ServerTests.Ledger;

/// <summary>Several journals in one ledger: each with its own numbers and fold, one transaction over those that a commit touches.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresPartitionTests(PostgresServer server) : IDisposable
{
    private const int Partitions = 4;

    private readonly PostgresSchemas _schema = server.NewSchema(Partitions);

    public void Dispose() => _schema.Dispose();

    [Fact]
    public void Each_partition_counts_its_own_rows_and_a_view_adds_up()
    {
        var ledger = _schema.Open();
        Assert.Equal([1L, 1L], ledger.Record([Row(0, 1), Row(2, 2)], []));
        Assert.Equal([2L, 1L], ledger.Record([Row(2, 3), Row(3, 4)], []));
        Assert.Equal([1L, 0, 2, 1], ledger.JournalHeads());
        Assert.Equal([[2], [3]], ledger.ReadJournal(0, 9, 2).Select(row => row.Blob));
        using var fold = ledger.AcquireFold(2);
        ledger.Flush(new FoldFlush { Partition = 2, FoldedSeq = 1 });
        ledger.PruneJournal(1, 2);
        using var view = ledger.OpenView();
        Assert.Equal((1, 0, 1, 4), (view.FoldedSeq, view.FoldedOf(0), view.FoldedOf(2), ledger.JournalHead()));
        Assert.Equal([(1L, 1), (2L, 3), (1L, 4)], view.JournalTail().Select(row => (row.Seq, (int)row.Blob[0])));
        Assert.Throws<LedgerException>(() => ledger.Flush(new FoldFlush { Partition = 2, FoldedSeq = 3 }));
        Assert.Throws<InvalidOperationException>(() => ledger.Flush(new FoldFlush { Partition = 0, FoldedSeq = 1 }));
    }

    [Fact]
    public void Writers_over_any_partitions_wait_in_no_ring_and_leave_no_gap()
    {
        PostgresLedger[] writers = [_schema.Open(), _schema.Open(), _schema.Open()];
        var seqs = new System.Collections.Concurrent.ConcurrentBag<(int Partition, long Seq)>();
        Parallel.For(0, writers.Length, writer =>
        {
            for (var i = 0; i < 60; i++)
            {
                var rows = Enumerable.Range(0, Partitions).Where(partition => (i + writer >> partition & 1) == 1 || partition == i % Partitions).Select(partition => Row(partition, 1)).ToList();
                var taken = writers[writer].Record(rows, rows[0].Partition == 0 ? [Message] : []);
                for (var at = 0; at < rows.Count; at++) seqs.Add((rows[at].Partition, taken[at]));
            }
        });
        foreach (var partition in seqs.GroupBy(row => row.Partition))
            Assert.Equal(Enumerable.Range(1, partition.Count()).Select(i => (long)i), partition.Select(row => row.Seq).Order());
        Assert.Equal(seqs.Count, writers[0].JournalHead());
    }

    [Theory]
    [InlineData(1)] // found by the second attempt of the same call
    [InlineData(100)] // the call fails; its repetition finds it
    public void A_commit_whose_answer_was_lost_is_stored_once(int answersToLose)
    {
        using var proxy = new LosingProxy(server.Server.Port);
        _schema.Open();
        using var ledger = PostgresLedger.Open(_schema.Options with { ConnectionString = server.Server.ConnectionString.Replace($"{server.Server.Port}", $"{proxy.Port}", StringComparison.Ordinal) });
        Assert.Equal([1L, 1L], ledger.Record([Row(0, 1), Row(2, 2)], [Message]));
        proxy.AnswersToLose = answersToLose;
        if (answersToLose > 1)
        {
            Assert.Throws<LedgerException>(() => ledger.Record([Row(0, 3), Row(1, 4), Row(2, 5)], [Message]));
            proxy.AnswersToLose = 0;
        }
        Assert.Equal([2L, 1L, 2L], ledger.Record([Row(0, 3), Row(1, 4), Row(2, 5)], [Message]));
        Assert.Equal([2L, 1, 2, 0], ledger.JournalHeads());
        using var view = ledger.OpenView();
        Assert.Equal(2, view.QuarantineSize().Open);
    }

    [Fact]
    public void Counters_and_village_days_of_partitions_are_kept_apart_and_read_together()
    {
        var ledger = _schema.Open();
        foreach (var partition in (int[])[1, 3])
        {
            using var fold = ledger.AcquireFold(partition);
            var flush = new FoldFlush { Partition = partition, FoldedSeq = 0, VillagesPrint = 70 + partition };
            flush.Counters.Add(new CounterRow("grid", 100, 5, 4, partition, 0, 0));
            flush.VillageDays.Add(new VillageDayRow("140881001001", Energy.Gas, 100, 10 * partition, 2, 3, partition));
            flush.SettledDays.Add(new SettledDay(0, partition, Register.Total, 100, 1));
            ledger.Flush(flush);
        }
        Assert.Equal(3, Assert.Single(ledger.SettledDays(9, 3)).MeterNo);
        ledger.ForgetSettledDays(long.MaxValue, 3);
        Assert.Equal(1, Assert.Single(ledger.SettledDays(9, 1)).MeterNo);
        using var view = ledger.OpenView();
        Assert.Equal(new CounterRow("grid", 100, 10, 8, 4, 0, 0), Assert.Single(view.Counters(100, 100)));
        Assert.Equal(new CounterRow("grid", 100, 5, 4, 3, 0, 0), Assert.Single(view.Counters(100, 100, 3)));
        Assert.Equal(new VillageDayRow("140881001001", Energy.Gas, 100, 40, 4, 6, 4), Assert.Single(view.VillageDays("", 0, 200)));
        Assert.Equal((71, 73, 0), (view.VillagesPrint(1), view.VillagesPrint(3), view.VillagesPrint(0)));
    }

    [Fact]
    public void A_household_and_its_meters_keep_the_partition_that_they_were_first_given()
    {
        var ledger = _schema.Open();
        var villages = Enumerable.Range(0, 40).Select(i => $"140882101{i:000}").ToList();
        ledger.ChangeRegistry(Change([.. villages.Select((village, i) => Household($"H{i}", village))], [.. villages.Select((_, i) => Meter($"M{i}", $"H{i}"))]), "me", 1);
        var first = PartitionsOf(ledger);
        Assert.Equal(Enumerable.Range(0, Partitions), first.Values.Distinct().Order());
        // All in one village now, with another meter each; and a meter that went to another household.
        ledger.ChangeRegistry(Change([.. villages.Select((_, i) => Household($"H{i}", villages[0]))], [.. villages.Select((_, i) => Meter($"N{i}", $"H{i}"))]), "me", 2);
        ledger.ChangeRegistry(Change([], [Meter("M1", "H2")]), "me", 3);
        var later = PartitionsOf(ledger);
        Assert.All(first, meter => Assert.Equal(meter.Value, later[meter.Key]));
        for (var i = 0; i < villages.Count; i++) Assert.Equal(later[$"M{i}"], later[$"N{i}"]);
        using var view = ledger.OpenView();
        var guests = view.Registry().Guests.Select(guest => (guest.Household.Id, guest.Meter.Id)).ToList();
        Assert.Equal(later["M1"] == later["M2"] ? [] : [("H2", view.Registry().PartitionOf("H2") == later["M1"] ? "M2" : "M1")], guests.Take(1));
    }

    [Fact]
    public void The_number_of_partitions_is_fixed_when_the_schema_is_made()
    {
        _schema.Open();
        Assert.Equal(Partitions, PostgresLedger.Open(_schema.Options with { Partitions = null }).Partitions);
        Assert.Contains("Ledger:Partitions", Assert.Throws<LedgerException>(() => PostgresLedger.Open(_schema.Options with { Partitions = 8 })).Message, StringComparison.Ordinal);
        Assert.Contains("1 to", Assert.Throws<LedgerException>(() => PostgresLedger.Open(_schema.Options with { Partitions = 0 })).Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, int> PartitionsOf(PostgresLedger ledger)
    {
        using var view = ledger.OpenView();
        return view.Registry().Meters.Values.ToDictionary(meter => meter.Id, meter => meter.Partition, StringComparer.Ordinal);
    }

    private static RegistryChange Change(Household[] households, Installation[] meters)
    {
        var change = new RegistryChange();
        change.Households.AddRange(households);
        change.Installations.AddRange(meters);
        return change;
    }

    private static Household Household(string id, string village) =>
        new(id, "name", village, HeatingRoute.CoalToGas, Conversion.Programme, LocalDay.On(2025, 10, 1), Hardship.None, "", []);

    private static Installation Meter(string id, string household) =>
        new(id, household, "gas", Energy.Gas, 6, 2, null, 1, null, null, null, null, Serves.Heating, 0);

    private static PartitionRow Row(int partition, byte value) => new(partition, new[] { value });

    private static QuarantinedMessage Message { get; } = new(1, "127.0.0.1:5000", "grid", "bad-json", "detail", "metering/v1/grid/batch", [0, 255]);
}
