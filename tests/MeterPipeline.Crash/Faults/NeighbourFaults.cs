using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MeterPipeline.Servers;

namespace MeterPipeline.Crash.Faults;

/// <summary>
/// Readings come through a broker (mosquitto) with a persistent session. The node is killed, the broker queues, saves (SIGUSR1), is killed and
/// started again, and so is the node. Of several nodes each has a session of its own and is sent everything. Nothing is sent between the save and the
/// kill: what mosquitto has not saved it loses, which is its own limit.
/// </summary>
internal sealed class BrokerKilled : Fault
{
    private const int StillTimes = 5;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(300);
    private Mosquitto? _broker;

    public override string Name => "broker-killed";

    public override bool Mixes => false;

    public override async Task BeginAsync(Episode episode)
    {
        _broker = episode.Own(await Mosquitto.StartAsync());
        episode.BrokerPort = _broker.Port;
        episode.Program.Set("Subscribers:0:Port", _broker.Port.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>What is published before the session stands, the broker keeps for nobody.</summary>
    public override Task ReadyAsync(Episode episode) =>
        ConnectedAsync(episode.Nodes, [.. episode.Nodes.Select(_ => 0)]);

    public override async Task<bool> CrashAsync(Episode episode)
    {
        var node = episode.Victim;
        await node.KillAsync();
        await episode.Load.MoreAsync(episode.Dice.Next(100, 1_000));
        episode.Load.Paused = true;
        await episode.Load.DrainedAsync();
        await _broker!.SaveAsync();
        await _broker.KillAsync();
        var before = episode.Nodes.ConvertAll(Connections);
        episode.Load.Arm();
        await _broker.StartAgainAsync();
        await node.StartAsync();
        await ConnectedAsync(episode.Nodes, before);
        episode.Load.Paused = false;
        return true;
    }

    /// <summary>Until the nodes have taken all that the broker held: what they have received stands still, and is not less than what was acknowledged.</summary>
    public override async Task FinishAsync(Episode episode)
    {
        var sent = episode.Load.Remembered().SelectMany(SentReading.Of).ToHashSet().Count;
        var (before, still) = (-1L, 0);
        await UntilAsync(async () =>
        {
            await Task.Delay(300);
            using var status = JsonDocument.Parse(episode.Program.Verb("status", "--json").Output);
            var received = status.RootElement.GetProperty("readings").GetProperty("received").GetInt64();
            still = received == before ? still + 1 : 0;
            before = received;
            return still >= StillTimes && received >= sent;
        }, "The nodes do not come to the end of the broker's queue");
    }

    private static int Connections(Node node) => node.Errors.Split("connected with MQTT").Length - 1;

    private static Task ConnectedAsync(List<Node> nodes, List<int> before) =>
        UntilAsync(() => Task.FromResult(nodes.Zip(before).All(pair => Connections(pair.First) > pair.Second)), "A node does not subscribe");

    private static async Task UntilAsync(Func<Task<bool>> holds, string otherwise)
    {
        for (var waited = Stopwatch.StartNew(); !await holds(); await Task.Delay(20))
            if (waited.Elapsed > _patience) throw new CrashFailure($"{otherwise} within {_patience.TotalSeconds:N0} s.");
    }
}

/// <summary>InfluxDB is down for the whole run, nodes are killed meanwhile; when it comes, it must be given everything.</summary>
internal sealed class InfluxDown : Fault
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(120);
    private Influx? _influx;

    public override string Name => "influx-down";

    public override bool Mixes => false;

    public override async Task BeginAsync(Episode episode)
    {
        _influx = episode.Own(await Influx.StartAsync());
        await _influx.StopAsync();
        episode.Program.Set("Influx:Url", _influx.Url.ToString());
    }

    public override async Task<bool> CrashAsync(Episode episode)
    {
        var node = episode.Victim;
        await node.KillAsync();
        await RestartAsync(episode, node);
        return true;
    }

    public override async Task FinishAsync(Episode episode)
    {
        await _influx!.StartAgainAsync();
        var waited = Stopwatch.StartNew();
        while (true)
        {
            using var status = JsonDocument.Parse(episode.Program.Verb("status", "--json").Output);
            var journal = status.RootElement.GetProperty("journal");
            if (journal.GetProperty("influx").GetInt64() == journal.GetProperty("head").GetInt64()) break;
            if (waited.Elapsed > _patience) throw new CrashFailure($"InfluxDB is not given everything within {_patience.TotalSeconds:N0} s: {journal}");
            await Task.Delay(200);
        }
        if (await _influx.CountAsync("meter_reading") == 0) episode.Problems.Add("InfluxDB holds nothing.");
    }
}
