using System.Text;
using MeterPipeline.Mqtt.Endpoint;

namespace MeterPipeline.Tests.Mqtt;

/// <summary>MQTT 5, statement by statement: what a client sends and what the specification makes of it. Sections stand where a rule has no number.</summary>
public sealed class Conformance5Tests : IAsyncLifetime
{
    private const int PacketMax = 2048;

    private readonly ProbeReceiver receiver = new();
    private EndpointHost host = null!;

    public async Task InitializeAsync() =>
        host = await EndpointHost.StartAsync(receiver, new EndpointOptions { MaxPacketBytes = PacketMax, ReceiveMaximum = 5, KeepAliveSecondsMax = 300 });

    public async Task DisposeAsync() => await host.DisposeAsync();

    public static TheoryData<string, byte[], int> RefusedConnects => new()
    {
        { "MQTT-3.1.2-3", Raw5.Connect("a", flags: 0x03), 0x81 },
        { "MQTT-3.1.2-11", Raw5.Connect("a", flags: 0x0A), 0x81 },
        { "MQTT-3.1.2-12", Raw5.Connect("a", flags: 0x1E, rest: Will), 0x81 },
        { "MQTT-3.1.2-13", Raw5.Connect("a", flags: 0x22), 0x81 },
        { "MQTT-3.2.2-13", Raw5.Connect("a", flags: 0x26, rest: Will), 0x9A },
        { "MQTT-3.1.3-11", Raw5.Connect("a", flags: 0x06, rest: [0, .. RawClient.Text("t/\0"), 0, 0]), 0x81 },
        { "4.7.1.1, in a will", Raw5.Connect("a", flags: 0x06, rest: [0, .. RawClient.Text("t/#"), 0, 0]), 0x90 },
        { "MQTT-4.12.0-1", Raw5.Connect("a", properties: [0x15, .. RawClient.Text("SCRAM-SHA-1")]), 0x8C },
        { "3.1.2.11.10", Raw5.Connect("a", properties: [0x16, 0, 1, 7]), 0x82 },
        { "MQTT-1.5.4-1", RawClient.Packet(0x10, [.. RawClient.Text("MQTT"), 5, 2, 0, 60, 0, 0, 3, 0xED, 0xA0, 0x80]), 0x81 },
        { "MQTT-1.5.4-2", Raw5.Connect("a\0"), 0x81 },
        { "MQTT-1.5.5-1", RawClient.Packet(0x10, [.. RawClient.Text("MQTT"), 5, 2, 0, 60, 0x80, 0, .. RawClient.Text("a")]), 0x81 },
        { "2.2.2.2, unknown", Raw5.Connect("a", properties: [0x30, 0]), 0x81 },
        { "2.2.2.2, of another packet", Raw5.Connect("a", properties: Raw5.Alias(1)), 0x81 },
        { "3.1.2.11.2", Raw5.Connect("a", properties: [.. Raw5.SessionExpiry(1), .. Raw5.SessionExpiry(1)]), 0x82 },
        { "3.1.2.11.3", Raw5.Connect("a", properties: [0x21, 0, 0]), 0x82 },
        { "3.1.2.11.4", Raw5.Connect("a", properties: [0x27, 0, 0, 0, 0]), 0x82 },
        { "3.1.2.11.6", Raw5.Connect("a", properties: [0x19, 2]), 0x82 },
        { "3.1.2.11.7", Raw5.Connect("a", properties: [0x17, 2]), 0x82 },
        { "MQTT-3.1.3-8", Raw5.Connect(new string('a', 257)), 0x85 },
        { "MQTT-3.1.4-1, cut", RawClient.Packet(0x10, [.. RawClient.Text("MQTT"), 5, 2, 0, 60, 0]), 0x81 },
        { "MQTT-3.1.4-1, too long", [.. RawClient.Packet(0x10, [.. RawClient.Text("MQTT"), 5, 2, 0, 60, 0, .. RawClient.Text("a"), 9])], 0x81 },
        { "MQTT-3.1.4-1, properties beyond the end", RawClient.Packet(0x10, [.. RawClient.Text("MQTT"), 5, 2, 0, 60, 99, .. RawClient.Text("a")]), 0x81 },
    };

    public static TheoryData<string, byte[], int> Violations => new()
    {
        { "MQTT-3.1.0-2", Raw5.Connect("a"), 0x82 },
        { "2.1.4", [0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], 0x81 },
        { "MQTT-2.1.3-1", [0xC1, 0], 0x81 },
        { "MQTT-3.8.1-1", RawClient.Packet(0x80, [0, 1, 0, .. RawClient.Text("a"), 1]), 0x81 },
        { "MQTT-3.6.1-1", [0x60, 2, 0, 1], 0x81 },
        { "MQTT-3.2.2-15", Raw5.Publish(1, new string('x', PacketMax)), 0x95 },
        { "MQTT-2.2.1-3", Raw5.Publish(0, "x"), 0x82 },
        { "MQTT-3.3.1-2", Raw5.Publish(0, "x", qos: 0, flags: 8), 0x81 },
        { "MQTT-3.3.1-4", Raw5.Publish(1, "x", qos: 3), 0x81 },
        { "MQTT-3.3.2-2", Raw5.Publish(1, "x", topic: "t/+"), 0x90 },
        { "3.3.2.1", Raw5.Publish(1, "x", topic: ""), 0x82 },
        { "MQTT-3.3.2-8", Raw5.Publish(1, "x", properties: Raw5.Alias(0)), 0x94 },
        { "MQTT-3.3.2-9", Raw5.Publish(1, "x", properties: Raw5.Alias(65)), 0x94 },
        { "3.3.2.3.4", Raw5.Publish(1, "x", topic: "", properties: Raw5.Alias(3)), 0x82 },
        { "MQTT-3.3.2-13", Raw5.Publish(1, "x", properties: [0x08, 0, 2, 0xC3, 0x28]), 0x81 },
        { "MQTT-3.3.2-14", Raw5.Publish(1, "x", properties: [0x08, .. RawClient.Text("answers/#")]), 0x82 },
        { "MQTT-3.3.4-6", Raw5.Publish(1, "x", properties: [0x0B, 1]), 0x82 },
        { "MQTT-3.2.2-14", Raw5.Publish(1, "x", flags: 1), 0x9A },
        { "3.3.2.3.2", Raw5.Publish(1, "x", properties: [0x01, 2]), 0x82 },
        { "2.2.2.2", Raw5.Publish(1, "x", properties: Raw5.SessionExpiry(1)), 0x81 },
        { "2.2.2.2, cut", Raw5.Publish(1, "", properties: [0x02, 0, 0]), 0x81 },
        { "MQTT-3.8.3-2", RawClient.Packet(0x82, [0, 1, 0]), 0x82 },
        { "MQTT-3.8.3-4", Raw5.Subscribe(1, null, ("$share/g/a", 4)), 0x82 },
        { "MQTT-3.8.3-5", Raw5.Subscribe(1, null, ("a", 0x40)), 0x81 },
        { "3.8.3.1, QoS 3", Raw5.Subscribe(1, null, ("a", 3)), 0x82 },
        { "3.8.3.1, retain handling 3", Raw5.Subscribe(1, null, ("a", 0x30)), 0x82 },
        { "MQTT-4.7.1-1", Raw5.Subscribe(1, null, ("a/#/b", 1)), 0x8F },
        { "MQTT-4.7.1-2", Raw5.Subscribe(1, null, ("a+", 1)), 0x8F },
        { "MQTT-4.7.3-1", Raw5.Subscribe(1, null, ("", 1)), 0x8F },
        { "MQTT-4.8.2-1", Raw5.Subscribe(1, null, ("$share//a", 1)), 0x8F },
        { "MQTT-4.8.2-2", Raw5.Subscribe(1, null, ("$share/g+/a", 1)), 0x8F },
        { "3.2.2.3.11", Raw5.Subscribe(1, null, ("metering/v1/+/feedback", 1)), 0xA2 },
        { "3.2.2.3.12", Raw5.Subscribe(1, [0x0B, 7], ("metering/v1/north/feedback", 1)), 0xA1 },
        { "3.2.2.3.13", Raw5.Subscribe(1, null, ("$share/g/metering/v1/north/feedback", 1)), 0x9E },
        { "MQTT-3.10.3-2", RawClient.Packet(0xA2, [0, 1, 0]), 0x82 },
        { "MQTT-4.12.0-6", [0xF0, 0], 0x82 },
        { "3.14.2.2.2", RawClient.Packet(0xE0, [0, .. Raw5.Block(Raw5.SessionExpiry(9))]), 0x82 },
        { "4.3.3, PUBREC for nothing sent", [0x50, 2, 0, 1], 0x82 },
        { "1.3, reserved packet type", [0x00, 0], 0x82 },
    };

    private static byte[] Will => [0, .. RawClient.Text("t/will"), .. RawClient.Text("gone")];

    [Theory]
    [MemberData(nameof(RefusedConnects))]
    public async Task A_connect_that_may_not_be_is_answered_with_its_code_and_closed(string statement, byte[] connect, int code)
    {
        using var client = await RawClient.OpenAsync(host.Port);
        await client.SendAsync(connect);
        var connack = Answer.Of(await client.ReceiveAsync());
        Assert.True((0x20, 0, code) == (connack.First, connack.Head, connack.Code), $"{statement}: {connack}");
        Assert.NotEmpty((string)connack.Properties[0x1F]);
        Assert.Equal(0, host.Services.Counters.Accepted);
    }

    [Theory]
    [MemberData(nameof(Violations))]
    public async Task A_broken_rule_ends_the_connection_with_its_code_after_what_came_before_is_taken(string statement, byte[] bytes, int code)
    {
        var (client, _) = await Raw5.ConnectAsync(host.Port, "a");
        using var disposing = client;
        await client.SendAsync([.. Raw5.Publish(5, "good"), .. bytes]);
        Assert.Equal(5, await client.AckAsync());
        var goodbye = Answer.Of(await client.ReceiveAsync());
        Assert.True((0xE0, code) == (goodbye.First, goodbye.Code), $"{statement}: {goodbye}");
        Assert.NotEmpty((string)goodbye.Properties[0x1F]);
        Assert.Equal("good", Assert.Single(receiver.Messages).Payload);
    }

    [Fact]
    public async Task Connack_tells_what_differs_from_the_defaults_MQTT_3_2_2_16_and_21()
    {
        var (named, plain) = await Raw5.ConnectAsync(host.Port, "a");
        using var first = named;
        Assert.Equal(5, plain.Properties[0x21]);
        Assert.Equal(PacketMax, plain.Properties[0x27]);
        Assert.Equal(64, plain.Properties[0x22]);
        foreach (var notServed in (int[])[0x25, 0x28, 0x29, 0x2A]) Assert.Equal(0, plain.Properties[notServed]);
        foreach (var asAsked in (int[])[0x11, 0x12, 0x13, 0x1A, 0x1F, 0x24]) Assert.DoesNotContain(asAsked, plain.Properties.Keys);

        var (anonymous, chosen) = await Raw5.ConnectAsync(host.Port, "", keepAlive: 0, properties: Raw5.SessionExpiry(uint.MaxValue));
        using var second = anonymous;
        Assert.StartsWith("auto-", (string)chosen.Properties[0x12], StringComparison.Ordinal);
        Assert.Equal(300, chosen.Properties[0x13]);
        Assert.Equal(new EndpointOptions().SessionExpirySecondsMax, chosen.Properties[0x11]);
    }

    [Fact]
    public async Task Properties_that_mean_nothing_here_are_ignored_and_payloads_stay_whole_MQTT_3_3_2_17()
    {
        var (client, _) = await Raw5.ConnectAsync(host.Port, "a", properties: [.. Raw5.UserProperty("k", "v"), .. Raw5.UserProperty("k", "v"), 0x22, 0, 9]);
        using var disposing = client;
        await client.SendAsync(Raw5.Publish(1, "whole", properties: [0x01, 1, 0x02, 0, 0, 0, 9, .. Raw5.UserProperty("k", "v"), 0x03, .. RawClient.Text("text/plain"), .. Raw5.UserProperty("k", "w")]));
        Assert.Equal(1, await client.AckAsync());
        Assert.Equal(new Seen("t/a", "whole", 1, false), Assert.Single(receiver.Messages));
    }

    [Fact]
    public async Task A_topic_alias_stands_for_its_topic_until_it_is_given_another_MQTT_3_3_2_7_and_12()
    {
        var (client, _) = await Raw5.ConnectAsync(host.Port, "a");
        using (client)
        {
            await client.SendAsync(
            [
                .. Raw5.Publish(1, "a", topic: "t/one", properties: Raw5.Alias(64)), .. Raw5.Publish(2, "b", topic: "", properties: Raw5.Alias(64)),
                .. Raw5.Publish(3, "c", topic: "t/two", properties: Raw5.Alias(64)), .. Raw5.Publish(4, "d", topic: "", properties: Raw5.Alias(64)),
            ]);
            for (var id = 1; id <= 4; id++) Assert.Equal(id, await client.AckAsync());
        }
        Assert.Equal(["t/one", "t/one", "t/two", "t/two"], receiver.Messages.Select(m => m.Topic));
        // It does not outlive its connection.
        var (again, _) = await Raw5.ConnectAsync(host.Port, "a", flags: 0);
        using var second = again;
        await again.SendAsync(Raw5.Publish(5, "e", topic: "", properties: Raw5.Alias(64)));
        Assert.Equal(0x82, Answer.Of(await again.ReceiveAsync()).Code);
    }

    [Fact]
    public async Task One_message_more_than_the_receive_maximum_is_one_too_many_MQTT_3_3_4_7()
    {
        receiver.Hold();
        var (client, _) = await Raw5.ConnectAsync(host.Port, "a");
        using var disposing = client;
        await client.SendAsync([.. Enumerable.Range(1, 3).SelectMany(id => Raw5.Publish(id, "x")), .. Raw5.Publish(4, "x", qos: 2), .. Raw5.Publish(5, "x", qos: 2), .. Raw5.Publish(0, "free", qos: 0)]);
        await receiver.UntilAsync(6);
        receiver.Release();
        for (var id = 1; id <= 3; id++) Assert.Equal(id, await client.AckAsync());
        for (var id = 4; id <= 5; id++) Assert.Equal((0x50, id), await HeadAsync(client));
        // PUBREC does not free the place, PUBCOMP does (4.9).
        await client.SendAsync(0x62, 2, 0, 4);
        Assert.Equal((0x70, 4), await HeadAsync(client));
        receiver.Hold();
        await client.SendAsync([.. Enumerable.Range(11, 4).SelectMany(id => Raw5.Publish(id, "x"))]);
        await receiver.UntilAsync(10);
        await client.SendAsync(Raw5.Publish(15, "x"));
        Assert.Equal((0xE0, 0x93), (Answer.Of(await client.ReceiveAsync()) is var goodbye ? goodbye.First : 0, goodbye.Code));
    }

    [Fact]
    public async Task No_reason_string_goes_to_a_client_that_wants_none_or_takes_only_small_packets_MQTT_3_1_2_29_and_24()
    {
        receiver.Reject = _ => new("north", MeterPipeline.Mqtt.Packets.ReasonCode.NotAuthorised, "foreign-meter", "The meter is another company's.", 1, Whole: true);
        foreach (var (properties, explained) in new (byte[], bool)[] { ([], true), ([0x17, 0], false), ([0x27, 0, 0, 0, 40], false) })
        {
            var (client, _) = await Raw5.ConnectAsync(host.Port, "a", properties: properties);
            using var disposing = client;
            await client.SendAsync([.. Raw5.Publish(7, "x"), .. Raw5.Publish(8, "x", qos: 2), 0xC1, 0]);
            foreach (var (first, id) in new[] { (0x40, 7), (0x50, 8) })
            {
                var ack = Answer.Of(await client.ReceiveAsync());
                Assert.Equal((first, id, 0x87, explained), (ack.First, ack.Head, ack.Code, ack.Properties.ContainsKey(0x1F)));
            }
            var goodbye = Answer.Of(await client.ReceiveAsync());
            Assert.Equal((0xE0, 0x81, explained), (goodbye.First, goodbye.Code, goodbye.Properties.ContainsKey(0x1F)));
        }
    }

    [Fact]
    public async Task Only_a_feedback_topic_is_granted_each_filter_has_its_code_and_unsubscribing_tells_what_was_there_MQTT_3_8_4_6_and_3_10_4_4()
    {
        var (client, _) = await Raw5.ConnectAsync(host.Port, "a");
        using var disposing = client;
        await client.SendAsync(Raw5.Subscribe(9, Raw5.UserProperty("k", "v"), ("metering/v1/north/feedback", 2), ("metering/v1/north/batch", 1), ("metering/v1/north/feedback", 0)));
        var suback = Answer.Of(await client.ReceiveAsync());
        Assert.Equal((0x90, 9), (suback.First, suback.Head));
        Assert.Equal([1, 0x87, 0], suback.Rest);
        await client.SendAsync(Raw5.Unsubscribe(10, "metering/v1/north/feedback", "metering/v1/north/feedback", "a"));
        var unsuback = Answer.Of(await client.ReceiveAsync());
        Assert.Equal((0xB0, 10), (unsuback.First, unsuback.Head));
        Assert.Equal([0, 0x11, 0x11], unsuback.Rest);
    }

    [Fact]
    public async Task Draining_says_that_the_server_stops_0x8B()
    {
        var (client, _) = await Raw5.ConnectAsync(host.Port, "a");
        using var disposing = client;
        await host.Services.DrainAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0x8B, Answer.Of(await client.ReceiveAsync()).Code);
        await client.AssertClosedAsync();
    }

    [Fact]
    public async Task A_will_is_read_and_published_to_nobody_and_never_taken_as_a_reading()
    {
        using (var client = await RawClient.OpenAsync(host.Port))
        {
            await client.SendAsync(Raw5.Connect("a", flags: 0x0E, rest: [5, 0x18, 0, 0, 0, 1, .. RawClient.Text("t/will"), .. RawClient.Text("gone")]));
            Assert.Equal(0, Answer.Of(await client.ReceiveAsync()).Code);
        }
        await host.UntilConnectionsAsync(0);
        Assert.Empty(receiver.Messages);
    }

    [Fact]
    public async Task A_text_that_is_no_version_5_still_gets_version_3_1_1()
    {
        using var client = await RawClient.ConnectAsync(host.Port, "a");
        // Retain is accepted there: nothing tells a 3.1.1 client that it is not kept; the reading counts.
        await client.SendAsync(RawClient.Packet(0x33, [.. RawClient.Text("t/a"), 0, 3, .. Encoding.UTF8.GetBytes("kept?")]));
        Assert.Equal(3, await client.AckAsync());
        Assert.Equal(new Seen("t/a", "kept?", 1, false), Assert.Single(receiver.Messages));
    }

    [Fact]
    public async Task After_the_last_word_the_line_is_closed_and_a_client_that_sends_on_still_reads_it_MQTT_3_14_4_1_and_2()
    {
        var (client, _) = await Raw5.ConnectAsync(host.Port, "a");
        using var disposing = client;
        await client.SendAsync(0xC1, 0);
        await client.UntilAnswerAsync();
        // Sent into a closed socket the first would reset the line, and the second throw.
        await client.SendAsync(Raw5.Publish(1, "late"));
        await Task.Delay(20);
        await client.SendAsync(Raw5.Publish(2, "later"));
        Assert.Equal(0x81, Answer.Of(await client.ReceiveAsync()).Code);
        await client.AssertClosedAsync();
        Assert.Empty(receiver.Messages);
        using var refused = await RawClient.OpenAsync(host.Port);
        await refused.SendAsync(Raw5.Connect("b", flags: 3));
        Assert.Equal(0x81, Answer.Of(await refused.ReceiveAsync()).Code);
        await refused.AssertClosedAsync();
    }

    private static async Task<(int First, int Id)> HeadAsync(RawClient client)
    {
        var answer = Answer.Of(await client.ReceiveAsync());
        return (answer.First, answer.Head);
    }
}
