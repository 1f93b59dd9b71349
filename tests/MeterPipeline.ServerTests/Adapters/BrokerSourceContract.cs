using MeterPipeline.Mqtt.Subscriber;
using MeterPipeline.Tests.Mqtt;

namespace MeterPipeline.ServerTests.Adapters;

/// <summary>A client of a broker keeps the contract of a source through a real Mosquitto, and comes back after the broker was away.</summary>
public abstract class BrokerSourceContract : SourceContract
{
    protected abstract IBrokerSource Open(SubscriberOptions options);

    [Fact]
    public async Task A_broker_that_was_away_delivers_what_was_not_committed_and_what_came_meanwhile()
    {
        await using var source = await StartAsync(new SubscriberOptions { Filters = ["t/#"], KeepAliveSeconds = 300 });
        Receiver.Hold();
        await source.PublishAsync(1, 5);
        await Receiver.UntilAsync(5);
        Receiver.Messages.Clear();
        await source.RestartBrokerAsync();
        await Receiver.UntilAsync(5);
        Receiver.Release();
        await source.PublishAsync(6, 5);
        await Receiver.UntilAsync(10);
        Assert.Equal(Enumerable.Range(1, 10).Select(n => $"{n}"), Receiver.Messages.Select(m => m.Payload));
        Assert.Equal(2, source.Counters.Connects);
    }

    [Fact]
    public async Task A_shared_subscription_delivers_and_an_overlong_topic_does_not_end_the_session()
    {
        await using var source = await StartAsync(new SubscriberOptions { Filters = ["$share/g/t/#"] });
        await source.PublishAsync(1, 1, "t/" + new string('x', 600));
        await source.PublishAsync(2, 1);
        await Receiver.UntilAsync(2);
        Assert.Equal(["1", "2"], Receiver.Messages.Select(m => m.Payload));
        Assert.Equal(1, source.Counters.Connects);
    }

    protected override async Task<ISourceUnderTest> StartAsync() => await StartAsync(new SubscriberOptions { Filters = ["t/#"] });

    private async Task<Source> StartAsync(SubscriberOptions options)
    {
        var broker = await Mosquitto.StartAsync();
        var source = new Source(broker, Open, options with { Port = broker.Port });
        await source.BeginAsync();
        return source;
    }

    private sealed class Source(Mosquitto broker, Func<SubscriberOptions, IBrokerSource> open, SubscriberOptions options) : ISourceUnderTest
    {
        private IBrokerSource? subscriber;
        private RawClient? publisher;
        private int published;

        public SubscriberCounters Counters => subscriber!.Counters;

        public async Task BeginAsync()
        {
            subscriber = open(options);
            subscriber.Start();
            await UntilConnectedAsync(1);
            publisher ??= await RawClient.ConnectAsync(broker.Port, "publisher");
        }

        public Task PublishAsync(int from, int count) => PublishAsync(from, count, "t/a");

        public async Task PublishAsync(int from, int count, string topic)
        {
            for (var n = from; n < from + count; n++)
            {
                await publisher!.SendAsync(RawClient.Publish(++published, $"{n}", topic));
                Assert.Equal(published, await publisher.AckAsync());
            }
        }

        /// <summary>Somebody else takes the client id for a moment: the broker hangs up on the subscriber and keeps its session.</summary>
        public async Task ReconnectAsync()
        {
            var before = Counters.Connects;
            using (var thief = await RawClient.OpenAsync(broker.Port))
            {
                await thief.SendAsync(RawClient.Connect(options.ClientId, flags: 0));
                Assert.Equal([0x20, 2, 1, 0], await thief.ReceiveAsync());
            }
            await UntilConnectedAsync(before + 1);
        }

        public async Task StopAndStartAsync(Func<Task> stopping)
        {
            var stopped = subscriber!.StopAsync(CancellationToken.None);
            await stopping();
            await stopped.WaitAsync(TimeSpan.FromSeconds(60));
            await BeginAsync();
        }

        public async Task RestartBrokerAsync()
        {
            var before = Counters.Connects;
            await broker.StopAsync();
            publisher!.Dispose();
            await broker.StartAgainAsync();
            publisher = await RawClient.ConnectAsync(broker.Port, "publisher");
            await UntilConnectedAsync(before + 1);
        }

        public async ValueTask DisposeAsync()
        {
            publisher?.Dispose();
            using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            await subscriber!.StopAsync(now.Token);
            await broker.DisposeAsync();
        }

        /// <summary>Until the subscription stands, too: a message of a moment before it would not reach the session.</summary>
        private async Task UntilConnectedAsync(long connects)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (!subscriber!.Connected || Counters.Connects < connects) await Task.Delay(5, limit.Token);
            await Task.Delay(100, limit.Token);
        }
    }
}
