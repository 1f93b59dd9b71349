using System.Diagnostics;
using MeterPipeline.Mqtt.Subscriber;
using MeterPipeline.Tests.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.ServerTests.Mqtt;

/// <summary>The subscriber keeps the contract of a source through a real Mosquitto in MQTT 5, which is what it asks for first.</summary>
public sealed class SubscriberSource5Tests : SourceContract
{
    protected override async Task<ISourceUnderTest> StartAsync()
    {
        var source = await BrokerSource.StartAsync(Receiver, new SubscriberOptions { Filters = ["t/#"] });
        Assert.Equal(5, source.Subscriber!.ProtocolLevel);
        return source;
    }
}

/// <summary>And in MQTT 3.1.1.</summary>
public sealed class SubscriberSource311Tests : SourceContract
{
    protected override async Task<ISourceUnderTest> StartAsync()
    {
        var source = await BrokerSource.StartAsync(Receiver, new SubscriberOptions { Filters = ["t/#"], Version = "3.1.1" });
        Assert.Equal(4, source.Subscriber!.ProtocolLevel);
        return source;
    }
}

/// <summary>What the subscriber does with a real Mosquitto that goes away, forgets, drops or shares.</summary>
public sealed class SubscriberSourceTests
{
    private const int Many = 1_500;

    private readonly ProbeReceiver receiver = new();

    [Theory]
    [InlineData("5")]
    [InlineData("3.1.1")]
    public async Task A_broker_that_was_away_delivers_what_was_not_committed_and_what_came_meanwhile(string version)
    {
        await using var source = await StartAsync(new SubscriberOptions { Filters = ["t/#"], KeepAliveSeconds = 300, Version = version });
        receiver.Hold();
        await source.PublishAsync(1, 5);
        await receiver.UntilAsync(5);
        receiver.Messages.Clear();
        await source.RestartBrokerAsync(source.Broker.StopAsync);
        await receiver.UntilAsync(5);
        receiver.Release();
        await source.PublishAsync(6, 5);
        await receiver.UntilAsync(10);
        Assert.Equal(Enumerable.Range(1, 10).Select(n => $"{n}"), receiver.Messages.Select(m => m.Payload));
        Assert.Equal((2, 0), (source.Counters.Connects, source.Counters.LostSessions));
    }

    [Theory]
    [InlineData("5")]
    [InlineData("3.1.1")]
    public async Task What_was_queued_for_us_outlives_the_brokers_restart(string version)
    {
        await using var source = await StartAsync(new SubscriberOptions { Filters = ["t/#"], Version = version });
        await source.StopAndStartAsync(async () =>
        {
            while (source.Subscriber!.Connected) await Task.Delay(5);
            await source.PublishAsync(1, Many);
            await source.RestartBrokerAloneAsync(source.Broker.StopAsync);
        });
        await receiver.UntilAsync(Many);
        Assert.Equal(Enumerable.Range(1, Many).Select(n => $"{n}"), receiver.Messages.Select(m => m.Payload));
    }

    [Theory]
    [InlineData("5")]
    [InlineData("3.1.1")]
    public async Task A_broker_that_has_forgotten_us_is_asked_again_and_the_lost_session_is_counted(string version)
    {
        await using var source = await StartAsync(new SubscriberOptions { Filters = ["t/#"], Version = version });
        await source.RestartBrokerAsync(source.Broker.StopAndForgetAsync);
        Assert.Equal(1, source.Counters.LostSessions);
        await source.PublishAsync(1, 5);
        await receiver.UntilAsync(5);
    }

    [Fact]
    public async Task A_shared_subscription_delivers_and_an_overlong_topic_does_not_end_the_session()
    {
        await using var source = await StartAsync(new SubscriberOptions { Filters = ["$share/g/t/#"] });
        await source.PublishAsync(1, 1, "t/" + new string('x', 600));
        await source.PublishAsync(2, 1);
        await receiver.UntilAsync(2);
        Assert.Equal(["1", "2"], receiver.Messages.Select(m => m.Payload));
        Assert.Equal(1, source.Counters.Connects);
    }

    [Fact]
    public async Task Two_that_share_a_subscription_get_a_part_each_and_every_message_once()
    {
        var options = new SubscriberOptions { Filters = ["$share/g/t/#"] };
        await using var source = await StartAsync(options);
        var other = await JoinAsync(options, source.Broker, receiver);
        await source.PublishAsync(1, Many);
        await receiver.UntilAsync(Many);
        await UntilAsync(() => source.Counters.Committed + other.Counters.Committed == Many);
        Assert.Equal(Enumerable.Range(1, Many), receiver.Messages.Select(m => int.Parse(m.Payload, System.Globalization.CultureInfo.InvariantCulture)).Order());
        Assert.True(source.Counters.Messages >= Many / 3 && other.Counters.Messages >= Many / 3, $"{source.Counters.Messages} and {other.Counters.Messages}");
        await other.StopAsync(CancellationToken.None);
    }

    /// <summary>
    /// What deploy/nodes.md recommends behind mosquitto, which forgets shared subscriptions: with one, what is published here before somebody is back
    /// is gone.
    /// </summary>
    [Theory]
    [InlineData("5")]
    [InlineData("3.1.1")]
    public async Task Nodes_with_a_session_each_are_sent_what_came_before_they_were_back_at_a_broker_that_was_killed(string version)
    {
        var options = new SubscriberOptions { Filters = ["t/#"], Version = version };
        await using var source = await StartAsync(options);
        var others = new ProbeReceiver();
        var other = await JoinAsync(options, source.Broker, others);
        await other.StopAsync(CancellationToken.None);
        await source.StopAndStartAsync(async () =>
        {
            await UntilAsync(() => !source.Subscriber!.Connected && !other.Connected);
            await source.PublishAsync(1, 100);
            await source.Broker.SaveAsync();
            await source.RestartBrokerAloneAsync(source.Broker.KillAsync);
            await source.PublishAsync(101, 100);
        });
        other = await JoinAsync(options, source.Broker, others);
        foreach (var each in (ProbeReceiver[])[receiver, others])
        {
            await each.UntilAsync(200);
            Assert.Equal(Enumerable.Range(1, 200).Select(n => $"{n}"), each.Messages.Select(m => m.Payload));
        }
        await other.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Retained_messages_come_with_the_first_connection_only()
    {
        var broker = await Mosquitto.StartAsync();
        using (var early = await RawClient.ConnectAsync(broker.Port, "early"))
        {
            var retained = RawClient.Publish(1, "1");
            retained[0] |= 1;
            await early.SendAsync(retained);
            Assert.Equal(1, await early.AckAsync());
        }
        await using var source = await StartAsync(new SubscriberOptions { Filters = ["t/#"] }, broker);
        await receiver.UntilAsync(1);
        await source.ReconnectAsync();
        await source.PublishAsync(2, 1);
        await receiver.UntilAsync(2);
        Assert.Equal(["1", "2"], receiver.Messages.Select(m => m.Payload));
        Assert.Equal(1, source.Counters.Retained);
    }

    [Fact]
    public async Task What_the_broker_drops_of_a_session_that_is_full_is_counted()
    {
        await using var source = await StartAsync(new SubscriberOptions { Filters = ["t/#"] }, await Mosquitto.StartAsync("max_queued_messages 10\nsys_interval 1"));
        await UntilAsync(() => source.Subscriber!.Waiting is not null);
        using (var away = await RawClient.OpenAsync(source.Broker.Port))
        {
            await away.SendAsync(RawClient.Connect("away", flags: 0));
            Assert.Equal([0x20, 2, 0, 0], await away.ReceiveAsync());
            await away.SendAsync(RawClient.Packet(0x82, [0, 1, .. RawClient.Text("other/#"), 1]));
            Assert.Equal([0x90, 3, 0, 1, 1], await away.ReceiveAsync());
            await away.SendAsync(0xE0, 0);
            await away.AssertClosedAsync();
        }
        await source.PublishAsync(1, 60, "other/a");
        await UntilAsync(() => source.Counters.DroppedByBroker >= 50);
        await UntilAsync(() => source.Subscriber!.Waiting >= 10);
        Assert.Equal((50, 0, 0), (source.Counters.DroppedByBroker, source.Counters.Messages, source.Counters.Unprotected));
    }

    private Task<BrokerSource> StartAsync(SubscriberOptions options, Mosquitto? broker = null) => BrokerSource.StartAsync(receiver, options, broker);

    /// <summary>A second one, whose subscription stands.</summary>
    private static async Task<Subscriber> JoinAsync(SubscriberOptions options, Mosquitto broker, ProbeReceiver receiver)
    {
        var other = new Subscriber(options with { ClientId = "other", Port = broker.Port }, receiver, TimeProvider.System, NullLogger<Subscriber>.Instance);
        other.Start();
        await UntilAsync(() => other.Waiting is not null);
        return other;
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var waited = Stopwatch.StartNew(); !holds(); await Task.Delay(10)) Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "It did not come true.");
    }
}
