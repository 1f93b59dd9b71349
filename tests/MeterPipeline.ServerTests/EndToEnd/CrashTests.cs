using System.Collections.Concurrent;
using System.Diagnostics;
using MeterFleet;
using Xunit.Abstractions;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>What was acknowledged is there, once, whatever happens to the process; and the export does not tell that anything happened.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Kills = 20;
    private const int Publishers = 4;
    private const int Seed = 20251115;

    private readonly Fleet fleet = Fleet.Create(new FleetOptions { Households = 100, Seed = 5, Faults = FaultRates.All });

    [Fact]
    public async Task Twenty_sigkills_under_load_lose_nothing_and_count_nothing_twice()
    {
        var messages = fleet.Messages().ToList();
        using var calm = await UndisturbedAsync(messages);
        using var pipeline = new PipelineProcess();
        pipeline.ImportRegistry(fleet);
        await pipeline.StartAsync();
        var acknowledged = new ConcurrentDictionary<long, byte>();
        var publishing = Task.WhenAll(Enumerable.Range(0, Publishers).Select(n => PublishAsync(pipeline.MqttPort, messages, n, acknowledged)));
        // A first connection that meets a kill is a wrong port to the publisher; only later ones are tried again.
        while (!publishing.IsCompleted && acknowledged.Keys.Select(sequence => sequence % Publishers).Distinct().Count() < Publishers) await Task.Delay(20);
        var dice = new Random(Seed);
        var (kills, recovery) = (0, new List<double>());
        while (kills < Kills)
        {
            Assert.False(publishing.IsCompleted, $"The load ended after {kills} kills; make it longer.");
            // At a time by the dice; on a busy machine, where it may be late, before more than this kill's share of the load is spent.
            var (moment, share) = (Task.Delay(dice.Next(20, 200)), messages.Count / 2 * (kills + 1) / Kills);
            while (!moment.IsCompleted && acknowledged.Count < share) await Task.Delay(5);
            await pipeline.KillAsync();
            kills++;
            var clock = Stopwatch.StartNew();
            await pipeline.StartAsync();
            recovery.Add(clock.Elapsed.TotalSeconds);
        }
        await publishing;
        Assert.Equal(messages.Count, acknowledged.Count);
        Assert.Equal(0, await pipeline.StopAsync());

        // All were acknowledged in the end: what is stored is what the payloads say, no more, no less, no other value.
        AssertSame(ReadingSets.Published(messages), ReadingSets.Stored(pipeline));
        Assert.Equal(calm.Export(), pipeline.Export());
        var verified = pipeline.Verb("verify");
        Assert.True(verified.Code == 0, verified.Output + verified.Errors);
        Assert.Equal(0, pipeline.Verb("status").Code);
        recovery.Sort();
        output.WriteLine($"seed {Seed}: {kills} kills, {acknowledged.Count:N0} messages acknowledged, lost 0, double 0; ready again after {recovery[kills / 2]:N1} s (median), {recovery[^1]:N1} s (worst)");
    }

    [Fact]
    public async Task Shuffled_and_duplicated_messages_give_the_same_export()
    {
        var messages = fleet.Messages().ToList();
        using var calm = await UndisturbedAsync(messages);
        var dice = new Random(Seed);
        var disordered = messages.Concat(messages.Where(_ => dice.Next(3) == 0)).OrderBy(_ => dice.Next()).ToList();
        using var other = await UndisturbedAsync(disordered);
        Assert.Equal(calm.Export(), other.Export());
        AssertSame(ReadingSets.Stored(calm), ReadingSets.Stored(other));
        var verified = other.Verb("verify");
        Assert.True(verified.Code == 0, verified.Output + verified.Errors);
    }

    [Fact]
    public async Task Sigterm_under_load_drains_and_exits_0()
    {
        var messages = fleet.Messages().ToList();
        using var pipeline = new PipelineProcess();
        pipeline.ImportRegistry(fleet);
        await pipeline.StartAsync();
        var acknowledged = new ConcurrentDictionary<long, byte>();
        var publishing = PublishAsync(pipeline.MqttPort, messages, 0, acknowledged, reconnect: false);
        await Task.Delay(400);
        Assert.Equal(0, await pipeline.StopAsync());
        await Assert.ThrowsAnyAsync<IOException>(() => publishing);
        Assert.NotEmpty(acknowledged);
        var stored = ReadingSets.Stored(pipeline);
        Assert.Empty(ReadingSets.Published(acknowledged.Keys.Select(n => messages[(int)n])).Except(stored));
        // What was committed when the connection closed may be stored unacknowledged; nothing else may.
        Assert.Empty(stored.Except(ReadingSets.Published(messages)));
        Assert.Contains("+ 0 pending", pipeline.Verb("status").Output, StringComparison.Ordinal);
    }

    private static void AssertSame(HashSet<string> expected, HashSet<string> found)
    {
        Assert.Empty(expected.Except(found));
        Assert.Empty(found.Except(expected));
    }

    private async Task<PipelineProcess> UndisturbedAsync(List<FleetMessage> messages)
    {
        var pipeline = new PipelineProcess();
        pipeline.ImportRegistry(fleet);
        await pipeline.StartAsync();
        await pipeline.PublishAsync(messages, window: 4_096);
        Assert.Equal(0, await pipeline.StopAsync());
        return pipeline;
    }

    /// <summary>Every n-th message, remembering which the pipeline acknowledged; goes on through reconnects until all are.</summary>
    private static async Task PublishAsync(int port, List<FleetMessage> messages, int n, ConcurrentDictionary<long, byte> acknowledged, bool reconnect = true)
    {
        await using var publisher = new MqttPublisher(new MqttPublisherOptions
        {
            Host = "127.0.0.1",
            Port = port,
            ClientId = $"crash-{n}",
            Window = 64,
            Reconnect = reconnect,
            Acknowledged = sequence => acknowledged[sequence] = 0,
        });
        await publisher.ConnectAsync();
        for (var i = n; i < messages.Count; i += reconnect ? Publishers : 1) await publisher.PublishAsync(i, messages[i].Topic, messages[i].Payload);
        await publisher.DrainAsync();
    }
}
