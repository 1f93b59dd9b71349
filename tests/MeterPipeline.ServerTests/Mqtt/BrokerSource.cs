using MeterPipeline.Mqtt.Subscriber;
using MeterPipeline.Tests.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.ServerTests.Mqtt;

/// <summary>A subscriber, the Mosquitto that it is fed by, and a publisher.</summary>
internal sealed class BrokerSource : ISourceUnderTest
{
    private readonly ProbeReceiver receiver;
    private readonly SubscriberOptions options;
    private RawClient? publisher;
    private int published;

    private BrokerSource(Mosquitto broker, ProbeReceiver receiver, SubscriberOptions options) => (Broker, this.receiver, this.options) = (broker, receiver, options);

    internal Mosquitto Broker { get; }

    internal Subscriber? Subscriber { get; private set; }

    internal SubscriberCounters Counters => Subscriber!.Counters;

    /// <param name="options">Its port is set here.</param>
    /// <param name="broker">Ended with the source.</param>
    internal static async Task<BrokerSource> StartAsync(ProbeReceiver receiver, SubscriberOptions options, Mosquitto? broker = null)
    {
        broker ??= await Mosquitto.StartAsync();
        var source = new BrokerSource(broker, receiver, options with { Port = broker.Port });
        await source.BeginAsync();
        return source;
    }

    internal async Task BeginAsync()
    {
        Subscriber = new Subscriber(options, receiver, TimeProvider.System, NullLogger<Subscriber>.Instance);
        Subscriber.Start();
        await UntilConnectedAsync(1);
        publisher ??= await RawClient.ConnectAsync(Broker.Port, "publisher");
    }

    public Task PublishAsync(int from, int count) => PublishAsync(from, count, "t/a");

    internal async Task PublishAsync(int from, int count, string topic)
    {
        for (var n = from; n < from + count; n++)
        {
            published = published % ushort.MaxValue + 1;
            await publisher!.SendAsync(RawClient.Publish(published, $"{n}", topic));
            Assert.Equal(published, await publisher.AckAsync());
        }
    }

    /// <summary>Somebody else takes the client id for a moment: the broker hangs up on the subscriber and keeps its session.</summary>
    public async Task ReconnectAsync()
    {
        var before = Counters.Connects;
        using (var thief = await RawClient.OpenAsync(Broker.Port))
        {
            await thief.SendAsync(RawClient.Connect(options.ClientId, flags: 0));
            Assert.Equal([0x20, 2, 1, 0], await thief.ReceiveAsync());
        }
        await UntilConnectedAsync(before + 1);
    }

    public async Task StopAndStartAsync(Func<Task> stopping)
    {
        var stopped = Subscriber!.StopAsync(CancellationToken.None);
        await stopping();
        await stopped.WaitAsync(TimeSpan.FromSeconds(60));
        await BeginAsync();
    }

    /// <param name="away">Stops the broker.</param>
    internal async Task RestartBrokerAsync(Func<Task> away)
    {
        var before = Counters.Connects;
        await RestartBrokerAloneAsync(away);
        await UntilConnectedAsync(before + 1);
    }

    /// <summary>While the subscriber is stopped.</summary>
    internal async Task RestartBrokerAloneAsync(Func<Task> away)
    {
        await away();
        publisher!.Dispose();
        await Broker.StartAgainAsync();
        publisher = await RawClient.ConnectAsync(Broker.Port, "publisher");
    }

    public async ValueTask DisposeAsync()
    {
        publisher?.Dispose();
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Subscriber!.StopAsync(now.Token);
        await Broker.DisposeAsync();
    }

    /// <summary>Until the subscription stands, too: a message of a moment before it would not reach the session.</summary>
    private async Task UntilConnectedAsync(long connects)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!Subscriber!.Connected || Counters.Connects < connects) await Task.Delay(5, limit.Token);
        await Task.Delay(100, limit.Token);
    }
}
