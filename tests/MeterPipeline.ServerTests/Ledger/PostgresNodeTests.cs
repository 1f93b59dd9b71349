using System.Threading.Channels;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Ingest;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Postgres;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.ServerTests.Ledger;

/// <summary>Nodes share partitions by what PostgreSQL says of locks and clocks; whoever is silent loses them, and can write nothing any more.</summary>
[Collection(DisturbedPostgresCollection.Name)]
public sealed class PostgresNodeTests(PostgresServer server) : IDisposable
{
    private const int Partitions = 5;

    private readonly PostgresSchemas _schema = server.NewSchema(Partitions);

    public void Dispose() => _schema.Dispose();

    [Fact]
    public void Shares_add_up_whoever_joins_and_leaves()
    {
        var nodes = new List<PostgresLedger>();
        Assert.Equal(0, _schema.Open().Spread().Nodes);
        int[][] shares = [[5], [2, 3], [1, 2, 2], [1, 1, 1, 2], [1, 1, 1, 1, 1], [0, 1, 1, 1, 1, 1]];
        foreach (var share in shares)
        {
            nodes.Add(_schema.Open());
            foreach (var node in nodes) node.Attend();
            Assert.Equal(share, nodes.Select(node => node.Attend().Target).Order());
        }
        nodes[0].Depart();
        nodes[3].Dispose();
        nodes[4].Dispose();
        Assert.Equal([1, 2, 2], new[] { 1, 2, 5 }.Select(i => nodes[i].Attend().Target).Order());
        Assert.Equal(3, nodes[0].Spread().Nodes);
    }

    [Fact]
    public void Everybody_sees_who_folds_what()
    {
        var (first, second) = (_schema.Open(), _schema.Open());
        first.Record([new PartitionRow(1, new byte[] { 1 })], []);
        var fold = first.AcquireFold(1);
        using var other = second.AcquireFold(4);
        Assert.Equal(
            [FoldHolder.Nobody, FoldHolder.Me, FoldHolder.Nobody, FoldHolder.Nobody, FoldHolder.Other], first.Attend().Partitions.Select(state => state.Holder));
        Assert.Equal(
            [FoldHolder.Nobody, FoldHolder.Other, FoldHolder.Nobody, FoldHolder.Nobody, FoldHolder.Other], _schema.Open().Spread().Partitions.Select(state => state.Holder));
        var state = second.Attend().Partitions[1];
        Assert.Equal((1, 1L, 0L), (state.Partition, state.Head, state.Folded));
        Assert.Contains("process", state.Owner, StringComparison.Ordinal);
        fold.Dispose();
        Assert.Equal(FoldHolder.Nobody, second.Attend().Partitions[1].Holder);
    }

    /// <summary>What it would fold next is gone, because the next owner folded and pruned it: nothing is damaged, and nothing to be restored.</summary>
    [Fact]
    public async Task An_owner_that_was_replaced_without_knowing_ends_as_one()
    {
        const int Partition = 2;
        var (replaced, next) = (_schema.Open(), _schema.Open());
        await using var accruer = new Accruer(
            replaced, new RegistryWatch(replaced, TimeProvider.System), Channel.CreateBounded<Recorded>(1).Reader, new VillageBoard(new PolicyBook([]), TimeProvider.System, Partition),
            TimeProvider.System, NullLogger<Accruer>.Instance, Partition);
        _schema.Sql("SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'");
        Assert.True(SpinWait.SpinUntil(() => next.Spread().Partitions[Partition].Holder == FoldHolder.Nobody, TimeSpan.FromSeconds(60)));
        next.Record([new PartitionRow(Partition, new byte[] { 1 })], []);
        using (next.AcquireFold(Partition))
        {
            next.Flush(new FoldFlush { Partition = Partition, FoldedSeq = 1 });
            next.PruneJournal(1, Partition);
        }
        accruer.Start();
        Assert.True(SpinWait.SpinUntil(() => accruer.Lost || accruer.Failure is not null, TimeSpan.FromSeconds(60)));
        Assert.Null(accruer.Failure);
    }

    /// <summary>It holds the row of its partition in a transaction that it neither goes on with nor ends.</summary>
    [Fact]
    public async Task A_node_that_hangs_in_the_midst_of_a_flush_keeps_nobody_waiting()
    {
        const int Partition = 3;
        var next = _schema.Open();
        using var way = new LosingProxy(server.Server.Port);
        using var hanging = PostgresLedger.Open(_schema.Options with { ConnectionString = $"{server.Server.ConnectionString};Port={way.Port}" });
        hanging.Record([new PartitionRow(Partition, new byte[] { 1 })], []);
        using var lost = hanging.AcquireFold(Partition);
        using var begun = new ManualResetEventSlim();
        using var awake = new ManualResetEventSlim();
        var flushing = Task.Run(() => hanging.Flush(new FoldFlush { Partition = Partition, FoldedSeq = 1, MeterDays = Rows() }));
        begun.Wait();
        way.Hold(); // a process that hangs sends no keepalives either
        _schema.Sql("SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'");
        Assert.True(SpinWait.SpinUntil(() => next.Spread().Partitions[Partition].Holder == FoldHolder.Nobody, TimeSpan.FromSeconds(60)));
        using var taken = next.AcquireFold(Partition);
        way.Release();
        awake.Set();
        await Assert.ThrowsAsync<FoldLostException>(() => flushing);

        IEnumerable<MeterDayRow> Rows()
        {
            begun.Set();
            awake.Wait();
            yield break;
        }
    }

    /// <summary>A process that hangs keeps its connections, and so its locks: PostgreSQL is asked to end them. Woken up, it can write nothing.</summary>
    [Fact]
    public void A_node_that_is_not_heard_of_loses_its_partitions_and_cannot_write()
    {
        var (hanging, living) = (_schema.Open(), _schema.Open());
        hanging.Record([new PartitionRow(3, new byte[] { 1 })], []);
        using var lost = hanging.AcquireFold(3);
        hanging.Flush(Day(1));
        hanging.Attend();
        var silent = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(FoldHolder.Other, living.Attend().Partitions[3].Holder);
        while (living.Attend().Partitions[3].Holder != FoldHolder.Nobody)
        {
            Assert.True(silent.Elapsed < TimeSpan.FromMinutes(1), "nobody ended the silent session");
            Thread.Sleep(200);
        }
        Assert.True(silent.Elapsed > TimeSpan.FromSeconds(5), "it was given no time");
        using (living.AcquireFold(3))
        {
            living.Flush(Day(2));
            Assert.Throws<FoldLostException>(() => hanging.Flush(Day(3)));
        }
        // Nobody holds the lock now, so that the lock alone would let it write.
        Assert.Contains("taken over", Assert.Throws<FoldLostException>(() => hanging.Flush(Day(3))).Message, StringComparison.Ordinal);
        Assert.Throws<FoldLostException>(() => hanging.MoveCursor(3, "influx.3", 1));
        var back = hanging.Attend().Target;
        Assert.Equal(Partitions, back + living.Attend().Target);
        using var view = living.OpenView();
        Assert.Equal([2], view.MeterDays(1, Register.Total, 100, 100)[0].Blob);
    }

    /// <summary>The lock was lost and is held again, by nobody's fault: only the epoch tells that somebody folded meanwhile.</summary>
    [Fact]
    public void Who_holds_the_lock_again_after_another_folded_is_refused_by_the_epoch()
    {
        var (first, second) = (_schema.Open(), _schema.Open());
        first.Record([new PartitionRow(3, new byte[] { 1 })], []);
        using var lost = first.AcquireFold(3);
        first.Flush(Day(1));
        _schema.Sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'meterpipeline'");
        using (second.AcquireFold(3)) second.Flush(Day(2));
        Assert.Throws<FoldLostException>(() => first.Flush(Day(3)));
        using var view = second.OpenView();
        Assert.Equal([2], view.MeterDays(1, Register.Total, 100, 100)[0].Blob);
    }

    /// <summary>Who slept while another took its partitions and died locks them again on waking. They are idle: no write will ever tell it that its epoch is old.</summary>
    [Fact]
    public async Task A_node_that_slept_takes_idle_partitions_anew()
    {
        var next = _schema.Open();
        using var way = new LosingProxy(server.Server.Port);
        using var sleeper = PostgresLedger.Open(_schema.Options with { ConnectionString = $"{server.Server.ConnectionString};Port={way.Port}" });
        var time = TimeProvider.System;
        await using var keeper = new PartitionKeeper(
            sleeper, new FoldKit(sleeper, new RegistryWatch(sleeper, time), new PolicyBook([]), time, NullLoggerFactory.Instance), time, NullLogger<PartitionKeeper>.Instance);
        keeper.Start();
        way.Hold();
        _schema.Sql("SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'");
        Assert.True(SpinWait.SpinUntil(() => next.Spread().Partitions.All(state => state.Holder == FoldHolder.Nobody), TimeSpan.FromSeconds(60)));
        for (var partition = 0; partition < Partitions; partition++) next.AcquireFold(partition).Dispose();
        way.Release();
        Assert.True(SpinWait.SpinUntil(() => (long)_schema.Sql("SELECT min(epoch) FROM fold")! == 3, TimeSpan.FromSeconds(60)), "it folds on by an old epoch");
        Assert.True(SpinWait.SpinUntil(() => keeper.Folds.Count() == Partitions && keeper.Folds.All(fold => !fold.Accruer.Lost), TimeSpan.FromSeconds(60)));
    }

    /// <summary>As above, between two looks: the lock is one's own, the partition is not.</summary>
    [Fact]
    public void A_lock_held_again_under_an_old_epoch_is_not_mine()
    {
        var (sleeper, next) = (_schema.Open(), _schema.Open());
        var old = sleeper.AcquireFold(3);
        _schema.Sql("SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'");
        Assert.True(SpinWait.SpinUntil(() => next.Spread().Partitions[3].Holder == FoldHolder.Nobody, TimeSpan.FromSeconds(60)));
        next.AcquireFold(3).Dispose();
        Assert.Equal(FoldHolder.Other, sleeper.Attend().Partitions[3].Holder);
        Assert.Equal(FoldHolder.Other, sleeper.Spread().Partitions[3].Holder);
        old.Dispose();
        Assert.Equal(FoldHolder.Nobody, sleeper.Attend().Partitions[3].Holder);
        using var anew = sleeper.AcquireFold(3);
        Assert.Equal(FoldHolder.Me, sleeper.Attend().Partitions[3].Holder);
    }

    private static FoldFlush Day(byte value) => new() { Partition = 3, FoldedSeq = 1, MeterDays = [new MeterDayRow(1, Register.Total, 100, [value])] };
}
