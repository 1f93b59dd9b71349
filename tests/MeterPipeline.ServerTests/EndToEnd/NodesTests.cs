using System.Collections.Concurrent;
using System.Diagnostics;
using MeterFleet;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Postgres;
using MeterPipeline.ServerTests.Ledger;
using Xunit.Abstractions;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>Several processes on one PostgreSQL ledger: all take readings, each folds its share, and whoever joins, dies or hangs changes no amount.</summary>
public sealed class NodesTests(PostgresServer server, ITestOutputHelper output) : IClassFixture<PostgresServer>
{
    private const int Partitions = 4;

    /// <summary>Five villages.</summary>
    private readonly Fleet fleet = Fleet.Create(new FleetOptions { Households = 60, Seed = 8, Faults = FaultRates.All, SeasonEnd = new DateOnly(2025, 12, 31) });

    [Fact]
    public async Task Nodes_share_the_folding_and_a_killed_one_loses_nothing()
    {
        var messages = fleet.Messages().ToList();
        using var calm = await CalmAsync(messages);
        using var first = Node("shared");
        using var second = Node("shared");
        using var third = Node("shared");
        first.ImportRegistry(fleet);
        await first.StartAsync();
        using var ledger = PostgresLedger.Open(new PostgresOptions(server.Server.ConnectionString) { Schema = "shared" });
        await UntilAsync(ledger, first);
        await second.StartAsync();
        await UntilAsync(ledger, first, second);

        var (mine, others) = (new ConcurrentDictionary<long, byte>(), new ConcurrentDictionary<long, byte>());
        var middle = messages.Count / 2;
        var toFirst = first.PublishAsync(messages[..middle], mine);
        var toSecond = second.PublishAsync(messages[middle..], others);
        while (mine.Count < middle / 4) await Task.Delay(5);
        await third.StartAsync();
        await UntilAsync(ledger, first, second, third);
        await first.KillAsync();
        var clock = Stopwatch.StartNew();
        await UntilAsync(ledger, second, third);
        output.WriteLine($"partitions of the killed node were taken over after {clock.ElapsedMilliseconds} ms");
        await Task.WhenAny(toFirst);
        await toSecond;
        await third.PublishAsync([.. messages[..middle].Where((_, i) => !mine.ContainsKey(i))]);

        var expected = calm.Export();
        Assert.Equal(expected, second.Export());
        Assert.Contains("folded by 2 nodes", third.Verb("status").Output, StringComparison.Ordinal);
        Assert.Equal(0, await second.StopAsync());
        await UntilAsync(ledger, third);
        Assert.Equal(0, await third.StopAsync());
        AssertSame(expected, third);
    }

    /// <summary>The hanging node keeps its connections; woken up, it is refused what it still wants to write, and takes part again.</summary>
    [Fact]
    public async Task A_node_that_hung_is_replaced_and_takes_part_again()
    {
        var messages = fleet.Messages().ToList();
        using var calm = await CalmAsync(messages);
        using var living = Node("hung");
        using var hanging = Node("hung");
        living.ImportRegistry(fleet);
        await living.StartAsync();
        await hanging.StartAsync();
        using var ledger = PostgresLedger.Open(new PostgresOptions(server.Server.ConnectionString) { Schema = "hung" });
        await UntilAsync(ledger, living, hanging);
        var half = messages.Count / 2;
        var acknowledged = new ConcurrentDictionary<long, byte>();
        var publishing = living.PublishAsync(messages[..half], acknowledged);
        while (acknowledged.Count < half / 4) await Task.Delay(5);
        await hanging.SignalAsync("STOP");
        var clock = Stopwatch.StartNew();
        await UntilAsync(ledger, living);
        output.WriteLine($"partitions of the hanging node were taken over after {clock.ElapsedMilliseconds} ms");
        await publishing;
        await living.PublishAsync(messages[half..]);
        await hanging.SignalAsync("CONT");
        await UntilAsync(ledger, living, hanging);
        var expected = calm.Export();
        Assert.Equal(expected, hanging.Export());
        Assert.Equal(0, await living.StopAsync());
        await UntilAsync(ledger, hanging);
        Assert.Equal(0, await hanging.StopAsync());
        AssertSame(expected, hanging);
    }

    private static void AssertSame(string expected, PipelineProcess pipeline)
    {
        Assert.Equal(expected, pipeline.Export());
        var verified = pipeline.Verb("verify");
        Assert.True(verified.Code == 0 && verified.Output.Contains("village days drawn again", StringComparison.Ordinal), verified.Output + verified.Errors);
        var status = pipeline.Verb("status");
        Assert.True(status.Code == 0 && status.Output.Contains(" 0 pending", StringComparison.Ordinal), status.Output);
    }

    /// <summary>Until these nodes and no others fold all partitions, their shares one apart at most.</summary>
    private static async Task UntilAsync(PostgresLedger ledger, params PipelineProcess[] nodes)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var spread = ledger.Spread();
            var shares = nodes.Select(node => spread.Partitions.Count(state => state.Holder == FoldHolder.Other && state.Owner.StartsWith($"process {node.Id} ", StringComparison.Ordinal))).ToList();
            if (spread.Nodes == nodes.Length && shares.Sum() == Partitions && shares.Max() - shares.Min() <= 1) return;
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(2), $"{spread.Nodes} nodes, shares {string.Join(", ", shares)}: {string.Concat(nodes.Select(node => node.Errors))}");
            await Task.Delay(50);
        }
    }

    private async Task<PipelineProcess> CalmAsync(List<FleetMessage> messages)
    {
        var calm = new PipelineProcess();
        calm.ImportRegistry(fleet);
        await calm.StartAsync();
        await calm.PublishAsync(messages);
        Assert.Equal(0, await calm.StopAsync());
        return calm;
    }

    private PipelineProcess Node(string schema) => new PipelineProcess()
        .With("Ledger:Provider", "postgres").With("Ledger:ConnectionString", server.Server.ConnectionString).With("Ledger:Schema", schema)
        .With("Ledger:Partitions", $"{Partitions}");
}
