using MeterPipeline.Mqtt.Subscriber;

namespace MeterPipeline.Tests.Mqtt.Brokers;

/// <summary>What a subscriber says to a broker, and what it makes of the answers. What a real broker does with it is seen in the server tests.</summary>
public sealed class SubscriberTests
{
    private static readonly byte[] Malformed = [0xFF, 0xFE];

    [Fact]
    public async Task It_asks_for_its_session_in_MQTT_5_and_for_retained_messages_once()
    {
        await using var broker = new ScriptedBroker(new SubscriberOptions { Filters = ["a/#"], User = "u", Password = "p", SessionExpiryDays = 1, ReceiveMaximum = 513 });
        using var link = await broker.AcceptAsync();
        byte[] properties = [.. Raw5.SessionExpiry(86_400), 0x21, 2, 1, 0x27, 1, 0, 0, 0];
        Assert.Equal(Raw5.Connect("meterpipeline", 0xC0, 30, properties, [.. RawClient.Text("u"), .. RawClient.Text("p")]), await link.ReceiveAsync());
        await link.SendAsync(ScriptedBroker.Accepted5);
        Assert.Equal(Raw5.Subscribe(1, null, ("a/#", 0x11)), await link.ReceiveAsync());
        Assert.Equal(Raw5.Subscribe(2, null, [.. SysFigures.Topics.Select(topic => (topic, (byte)0))]), await link.ReceiveAsync());
        await ScriptedBroker.UntilAsync(() => broker.Subscriber.ProtocolLevel == 5);
    }

    [Theory]
    [InlineData("2003008400")]
    [InlineData("20020001")]
    [InlineData("")]
    public async Task Where_the_broker_does_not_know_MQTT_5_it_asks_in_3_1_1_and_remembers(string answer)
    {
        await using var broker = new ScriptedBroker();
        using (var first = await broker.AcceptAsync())
        {
            Assert.Equal(5, ScriptedBroker.Level(await first.ReceiveAsync()));
            if (answer.Length > 0) await first.SendAsync(Convert.FromHexString(answer));
        }
        for (var connection = 0; connection < 2; connection++)
        {
            using var link = await broker.AcceptAsync();
            Assert.Equal(RawClient.Connect("meterpipeline", 30, flags: 0), await link.ReceiveAsync());
            await link.SendAsync(ScriptedBroker.Accepted4);
            Assert.Equal(0x82, (await link.ReceiveAsync())![0]);
            await ScriptedBroker.UntilAsync(() => broker.Subscriber.ProtocolLevel == 4);
        }
    }

    [Fact]
    public async Task A_broker_that_hangs_up_on_both_is_asked_in_MQTT_5_again()
    {
        await using var broker = new ScriptedBroker();
        foreach (var level in (int[])[5, 4, 5])
        {
            using var link = await broker.AcceptAsync();
            Assert.Equal(level, ScriptedBroker.Level(await link.ReceiveAsync()));
        }
    }

    [Theory]
    [InlineData("5", 5)]
    [InlineData("3.1.1", 4)]
    public async Task A_version_that_is_set_is_kept(string version, int level)
    {
        await using var broker = new ScriptedBroker(new SubscriberOptions { Version = version });
        for (var attempt = 0; attempt < 2; attempt++)
        {
            using var link = await broker.AcceptAsync();
            Assert.Equal(level, ScriptedBroker.Level(await link.ReceiveAsync()));
            await link.SendAsync(0x20, 2, 0, 1);
        }
        await broker.LogAsync("Warning", "0x84 UnsupportedProtocolVersion", "set Version of subscriber broker to auto");
    }

    [Fact]
    public async Task A_session_that_the_broker_has_forgotten_is_counted_and_a_first_one_is_not()
    {
        await using var broker = new ScriptedBroker();
        using (await broker.ServeAsync()) await ScriptedBroker.UntilAsync(() => broker.Subscriber.Connected);
        Assert.Equal(0, broker.Subscriber.Counters.LostSessions);
        using (await broker.ServeAsync([0x20, 3, 1, 0, 0])) await ScriptedBroker.UntilAsync(() => broker.Subscriber.Counters.Connects == 2);
        Assert.Equal(0, broker.Subscriber.Counters.LostSessions);
        using (await broker.ServeAsync()) await broker.LogAsync("Error", "no longer knows our session");
        Assert.Equal(1, broker.Subscriber.Counters.LostSessions);
    }

    [Fact]
    public async Task Refusals_come_with_code_words_of_the_broker_and_remedy()
    {
        await using var broker = new ScriptedBroker(new SubscriberOptions { Name = "north", Filters = ["a/#", "b/#"] });
        using (var link = await broker.AcceptAsync())
        {
            await link.ReceiveAsync();
            await link.SendAsync(RawClient.Packet(0x20, [0, 0x86, .. Raw5.Block([0x1F, .. RawClient.Text("not\ntoday")])]));
        }
        await broker.LogAsync("0x86 BadUserOrPassword", "\"not·today\"", "check User and Password of subscriber north");
        using var second = await broker.ServeAsync();
        await second.SendAsync(0x90, 5, 0, 1, 0, 1, 0x87);
        await second.SendAsync(0x90, 7, 0, 2, 0, 0x87, 0x87, 0x87, 0x87);
        await broker.LogAsync("Error", "b/#", "0x87 NotAuthorised");
        await second.SendAsync(0xE0, 1, 0x8E);
        await broker.LogAsync("0x8E SessionTakenOver", "another process connects with the ClientId of subscriber north");
        Assert.Equal(1, broker.Subscriber.Counters.RefusedFilters);
    }

    [Fact]
    public async Task A_shared_subscription_is_not_asked_for_where_there_are_none()
    {
        await using var broker = new ScriptedBroker(new SubscriberOptions { Filters = ["$share/g/a"] });
        using var link = await broker.AcceptAsync();
        await link.ReceiveAsync();
        await link.SendAsync(0x20, 5, 0, 0, 2, 0x2A, 0);
        await link.AssertClosedAsync();
        await broker.LogAsync("$share/g/a", "0x9E", "let only one process read them");
    }

    [Fact]
    public async Task A_shorter_session_is_told_and_a_shorter_keep_alive_is_kept()
    {
        var clock = new ManualClock();
        await using var broker = new ScriptedBroker(new SubscriberOptions { KeepAliveSeconds = 3_600 }, clock);
        using var link = await broker.ServeAsync([0x20, 11, 0, 0, 8, .. Raw5.SessionExpiry(60), 0x13, 0, 10]);
        await broker.LogAsync("Warning", "for 60 s only");
        await ScriptedBroker.UntilAsync(() => broker.Subscriber.Connected);
        var ping = link.ReceiveAsync();
        // Half of 3,600 s would take far longer.
        for (var second = 0; second < 600 && !ping.IsCompleted; second++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }
        Assert.True(ping.IsCompleted, "No sign of life within 600 s.");
        Assert.Equal([0xC0, 0], await ping);
    }

    [Fact]
    public async Task The_brokers_own_figures_are_no_readings()
    {
        await using var broker = new ScriptedBroker();
        using var link = await broker.ServeAsync();
        (string, string)[] figures =
        [
            ("publish/messages/dropped", "5"), ("store/messages/count", "70"), ("retained messages/count", "50"), ("publish/messages/dropped", "8"), ("uptime", "1 s"),
        ];
        foreach (var (figure, value) in figures) await link.SendAsync(Raw5.Publish(0, value, "$SYS/broker/" + figure, qos: 0, flags: 1));
        await link.SendAsync(Raw5.Publish(7, "a reading"));
        Assert.Equal(7, await link.AckAsync());
        Assert.Equal(["a reading"], broker.Receiver.Messages.Select(m => m.Payload));
        var counters = broker.Subscriber.Counters;
        Assert.Equal((3, 1, 0, 0), (counters.DroppedByBroker, counters.Messages, counters.Unprotected, counters.Retained));
        Assert.Equal(20, broker.Subscriber.Waiting);
        await broker.LogAsync("Warning", "has dropped 5 messages before we first asked");
        await broker.LogAsync("Error", "has dropped 3 messages");
    }

    [Theory]
    [InlineData("5")]
    [InlineData("3.1.1")]
    public async Task A_message_that_is_too_long_is_skipped_counted_and_acknowledged_in_its_place(string version)
    {
        await using var broker = new ScriptedBroker(new SubscriberOptions { Version = version, MaxPacketBytes = 128 * 1024 });
        using var link = await broker.ServeAsync();
        Func<int, string, string, byte[]> publish = version == "5" ? (id, payload, topic) => Raw5.Publish(id, payload, topic) : (id, payload, topic) => RawClient.Publish(id, payload, topic);
        var most = new string('x', 128 * 1024 - publish(1, "", "t/a").Length - 2);
        await link.SendAsync([.. publish(1, "before", "t/a"), .. publish(2, new string('x', 300_000), "t/\nlong"), .. publish(3, "after", "t/a"), .. publish(4, most, "t/a")]);
        foreach (var id in (int[])[1, 2, 3, 4]) Assert.Equal(id, await link.AckAsync());
        Assert.Equal(["before", "after", most], broker.Receiver.Messages.Select(m => m.Payload));
        Assert.Equal((1, 1, 3, 4), (broker.Subscriber.Counters.Oversized, broker.Subscriber.Counters.Connects, broker.Subscriber.Counters.Messages, broker.Subscriber.Counters.Committed));
        await broker.LogAsync("Error", "on t/·long is above MaxPacketBytes (131072)");
    }

    [Fact]
    public async Task Properties_that_a_careless_broker_lets_through_do_not_end_the_session()
    {
        await using var broker = new ScriptedBroker();
        using var link = await broker.ServeAsync();
        byte[] twice = [0x01, 1, 0x01, 1, 0x26, 0, 2, .. Malformed, 0, 0, 0x08, 0, 1, (byte)'#'];
        await link.SendAsync([.. Raw5.Publish(1, "one", properties: twice), .. Raw5.Publish(2, "two")]);
        Assert.Equal(1, await link.AckAsync());
        Assert.Equal(2, await link.AckAsync());
        Assert.Equal(["one", "two"], broker.Receiver.Messages.Select(m => m.Payload));
    }

    [Fact]
    public async Task Without_protection_or_kept_by_the_broker_is_counted()
    {
        await using var broker = new ScriptedBroker();
        using var link = await broker.ServeAsync();
        await link.SendAsync([.. Raw5.Publish(0, "0", qos: 0), .. Raw5.Publish(1, "1", flags: 1)]);
        Assert.Equal(1, await link.AckAsync());
        var counters = broker.Subscriber.Counters;
        Assert.Equal((2, 1, 1), (counters.Messages, counters.Unprotected, counters.Retained));
        Assert.Equal([false, true], broker.Receiver.Messages.Select(m => m.Retained));
    }
}
