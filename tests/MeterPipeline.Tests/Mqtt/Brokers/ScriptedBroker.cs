using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MeterPipeline.Mqtt.Subscriber;

namespace MeterPipeline.Tests.Mqtt.Brokers;

/// <summary>A broker that says what a test wants, over a real socket, and a subscriber to it.</summary>
internal sealed class ScriptedBroker : IAsyncDisposable
{
    internal static readonly byte[] Accepted4 = [0x20, 2, 0, 0];
    internal static readonly byte[] Accepted5 = [0x20, 3, 0, 0, 0];

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly LogLines<Subscriber> log = new();

    internal ScriptedBroker(SubscriberOptions? options = null, TimeProvider? time = null)
    {
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        Subscriber = new Subscriber((options ?? new SubscriberOptions()) with { Port = port }, Receiver, time ?? TimeProvider.System, log);
        Subscriber.Start();
    }

    internal ProbeReceiver Receiver { get; } = new();

    internal Subscriber Subscriber { get; }

    internal Task<RawClient> AcceptAsync() => RawClient.AcceptAsync(listener);

    /// <summary>Lets the subscriber in, whatever it asks for, and reads its subscriptions.</summary>
    internal async Task<RawClient> ServeAsync(byte[]? connack = null)
    {
        var link = await AcceptAsync();
        var level = Level(await link.ReceiveAsync());
        await link.SendAsync(connack ?? (level == 5 ? Accepted5 : Accepted4));
        Assert.Equal(0x82, (await link.ReceiveAsync())![0]);
        Assert.Equal(0x82, (await link.ReceiveAsync())![0]);
        return link;
    }

    /// <summary>The version that a CONNECT asks for.</summary>
    internal static int Level(byte[]? connect)
    {
        Assert.NotNull(connect);
        Assert.Equal([0x10, 0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T'], [connect[0], .. connect[2..8]]);
        return connect[8];
    }

    /// <summary>Waits for a line of the log that holds all the words.</summary>
    internal async Task<string> LogAsync(params string[] words)
    {
        string? line = null;
        await UntilAsync(() => (line = log.Written.FirstOrDefault(l => words.All(w => l.Contains(w, StringComparison.Ordinal)))) is not null, () => string.Join('\n', log.Written));
        return line!;
    }

    internal int CountLog(string words) => log.Written.Count(line => line.Contains(words, StringComparison.Ordinal));

    internal static async Task UntilAsync(Func<bool> holds, Func<string>? otherwise = null)
    {
        for (var waited = Stopwatch.StartNew(); !holds(); await Task.Delay(2))
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(20), $"It did not come true. {otherwise?.Invoke()}");
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Subscriber.StopAsync(now.Token).WaitAsync(TimeSpan.FromSeconds(30));
        listener.Dispose();
    }
}
