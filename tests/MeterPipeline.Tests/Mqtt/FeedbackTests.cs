using System.Text.Json;
using MeterPipeline.Mqtt;
using MeterPipeline.Mqtt.Packets;

namespace MeterPipeline.Tests.Mqtt;

/// <summary>What was rejected comes back on the company's own feedback topic, after it is durable.</summary>
public sealed class FeedbackTests
{
    private const string North = "metering/v1/north/feedback";
    private const int WaitingMax = 256;

    /// <summary>Everything whose payload begins with "bad" is refused.</summary>
    private readonly ProbeReceiver receiver = new()
    {
        Reject = seen => seen.Payload.StartsWith("bad", StringComparison.Ordinal)
            ? new Rejection(seen.Topic.Split('/')[0], ReasonCode.ImplementationSpecific, "not-json", $"It is '{seen.Payload}'.", 1, Whole: true)
            : null,
    };

    [Fact]
    public async Task A_rejection_names_its_message_and_carries_the_correlation_of_the_publisher()
    {
        await using var host = await EndpointHost.StartAsync(receiver);
        using var reader = await ReaderAsync(host, "reader", 1);
        var (client, _) = await Raw5.ConnectAsync(host.Port, "meter-7");
        using var disposing = client;
        await client.SendAsync(Raw5.Publish(9, "bad one", topic: "north/x", properties: [0x09, 0, 2, 0xCA, 0xFE, 0x08, .. RawClient.Text("answers/7")]));
        Assert.Equal(0x83, Answer.Of(await client.ReceiveAsync()).Code);
        var feedback = Answer.Of(await reader.ReceiveAsync());
        Assert.Equal("CAFE", feedback.Properties[0x09]);
        Assert.Equal("application/json", feedback.Properties[0x03]);
        using var json = JsonDocument.Parse(feedback.Rest);
        Assert.Equal(
            """{"client":"meter-7","topic":"north/x","packetId":9,"reason":"not-json","detail":"It is \u0027bad one\u0027.","items":1,"correlation":"yv4=","responseTopic":"answers/7"}""",
            json.RootElement.GetRawText());
    }

    [Fact]
    public async Task Nothing_is_told_before_it_is_durable_and_then_in_order_to_every_reader_at_its_own_qos()
    {
        await using var host = await EndpointHost.StartAsync(receiver);
        using var at0 = await ReaderAsync(host, "reader-0", 0);
        using var at1 = await ReaderAsync(host, "reader-1", 2);
        using var elsewhere = await ReaderAsync(host, "reader-2", 1, "metering/v1/south/feedback");
        receiver.Hold();
        using var client = await RawClient.ConnectAsync(host.Port, "old");
        await client.SendAsync([.. RawClient.Publish(1, "bad 1", "north/x"), .. RawClient.Publish(0, "bad 2", "north/x", qos: 0), .. RawClient.Publish(3, "good", "north/x"), .. RawClient.Publish(4, "bad 3", "north/x", qos: 2)]);
        await receiver.UntilAsync(4);
        Assert.True(await at0.IsSilentAsync());
        receiver.Release();
        foreach (var (reader, qos) in new[] { (at0, 0), (at1, 1) })
        {
            for (var n = 1; n <= 3; n++)
            {
                var feedback = Answer.Of(await reader.ReceiveAsync());
                Assert.Equal(qos, (feedback.First >> 1) & 3);
                Assert.Contains($"bad {n}", DetailOf(feedback), StringComparison.Ordinal);
            }
        }
        Assert.True(await elsewhere.IsSilentAsync());
        // Version 3.1.1 has no reason in PUBACK and PUBREC: the message is in quarantine, and finished.
        Assert.Equal([0x40, 2, 0, 1], await client.ReceiveAsync());
        Assert.Equal([0x40, 2, 0, 3], await client.ReceiveAsync());
        Assert.Equal([0x50, 2, 0, 4], await client.ReceiveAsync());
    }

    [Fact]
    public async Task Only_the_own_company_is_read()
    {
        await using var host = await EndpointHost.StartAsync(receiver, authenticator: new UserIsCompany());
        using var client = await RawClient.OpenAsync(host.Port);
        await client.SendAsync(Raw5.Connect("a", flags: 0xC2, properties: [0x19, 1], rest: [.. RawClient.Text("north"), .. RawClient.Text("right")]));
        Assert.Equal(North, Answer.Of(await client.ReceiveAsync()).Properties[0x1A]);
        await client.SendAsync(Raw5.Subscribe(1, null, ("metering/v1/south/feedback", 1), (North, 1)));
        Assert.Equal([0x87, 1], Answer.Of(await client.ReceiveAsync()).Rest);
        using var old = await RawClient.OpenAsync(host.Port);
        await old.SendAsync(RawClient.Connect("b", flags: 0xC2, rest: [.. RawClient.Text("north"), .. RawClient.Text("right")]));
        await old.ReceiveAsync();
        await old.SendAsync(RawClient.Packet(0x82, [0, 1, .. RawClient.Text("metering/v1/south/feedback"), 1, .. RawClient.Text(North), 2, .. RawClient.Text("metering/v1/+/feedback"), 1]));
        Assert.Equal([0x90, 5, 0, 1, 0x80, 1, 0x80], await old.ReceiveAsync());
    }

    [Fact]
    public async Task What_a_reader_did_not_acknowledge_comes_again_on_its_next_connection_MQTT_4_4_0_1()
    {
        await using var host = await EndpointHost.StartAsync(receiver);
        using var client = await RawClient.ConnectAsync(host.Port, "old");
        using (var reader = await ReaderAsync(host, "reader", 1, receiveMaximum: 2))
        {
            for (var n = 1; n <= 4; n++) await RejectAsync(client, n);
            // Two in flight are all that this reader takes [MQTT-3.3.4-9].
            for (var n = 1; n <= 2; n++) Assert.Equal((0x32, n), await HeadAsync(reader, n));
            Assert.True(await reader.IsSilentAsync());
            await reader.SendAsync(0x40, 2, 0, 1);
            Assert.Equal((0x32, 3), await HeadAsync(reader, 3));
        }
        await host.UntilConnectionsAsync(1);
        await RejectAsync(client, 5);
        var (again, connack) = await Raw5.ConnectAsync(host.Port, "reader", 0, properties: [.. Raw5.SessionExpiry(60)]);
        using var disposing = again;
        Assert.Equal(1, connack.Head);
        foreach (var (first, id) in new[] { (0x3A, 2), (0x3A, 3), (0x32, 4), (0x32, 5) }) Assert.Equal((first, id), await HeadAsync(again, id));
    }

    [Fact]
    public async Task The_oldest_makes_place_when_a_reader_is_too_slow_and_is_counted()
    {
        await using var host = await EndpointHost.StartAsync(receiver);
        using (var reader = await ReaderAsync(host, "reader", 1)) await reader.SendAsync(0xE0, 0);
        await host.UntilConnectionsAsync(0);
        using var client = await RawClient.ConnectAsync(host.Port, "old");
        for (var n = 1; n <= WaitingMax + 10; n++) await RejectAsync(client, n);
        Assert.Equal(10, host.Services.Counters.FeedbackDropped);
        var (again, _) = await Raw5.ConnectAsync(host.Port, "reader", 0, properties: Raw5.SessionExpiry(60));
        using var disposing = again;
        for (var n = 11; n <= WaitingMax + 10; n++)
        {
            var feedback = Answer.Of(await again.ReceiveAsync());
            Assert.Contains($"bad {n}'", DetailOf(feedback), StringComparison.Ordinal);
            await again.SendAsync([0x40, 2, .. RawClient.Short(feedback.Head)]);
        }
    }

    [Fact]
    public async Task Neither_an_unsubscribed_reader_nor_one_whose_session_is_gone_is_told_anything()
    {
        await using var host = await EndpointHost.StartAsync(receiver);
        using var reader = await ReaderAsync(host, "reader", 1);
        using (var gone = await ReaderAsync(host, "gone", 1, expiry: 0)) await gone.SendAsync(0xE0, 0);
        await host.UntilConnectionsAsync(1);
        await reader.SendAsync(Raw5.Unsubscribe(3, North));
        Assert.Equal([0], Answer.Of(await reader.ReceiveAsync()).Rest);
        using var client = await RawClient.ConnectAsync(host.Port, "old");
        // More than would wait for a reader: nothing waits for one that is gone.
        for (var n = 1; n <= WaitingMax + 1; n++) await RejectAsync(client, n);
        Assert.True(await reader.IsSilentAsync());
        Assert.Equal((0, 0), (host.Services.Counters.FeedbackSent, host.Services.Counters.FeedbackDropped));
    }

    [Fact]
    public async Task A_rejection_larger_than_the_reader_takes_is_left_out_MQTT_3_1_2_25()
    {
        await using var host = await EndpointHost.StartAsync(receiver);
        using var reader = await ReaderAsync(host, "reader", 1, packetMax: 200);
        using var client = await RawClient.ConnectAsync(host.Port, "old");
        await client.SendAsync([.. RawClient.Publish(1, "bad " + new string('x', 200), "north/x"), .. RawClient.Publish(2, "bad 2", "north/x")]);
        Assert.Contains("bad 2", DetailOf(Answer.Of(await reader.ReceiveAsync())), StringComparison.Ordinal);
    }

    private static async Task<RawClient> ReaderAsync(
        EndpointHost host, string id, byte qos, string topic = North, int receiveMaximum = 65535, uint expiry = 60, byte? packetMax = null)
    {
        byte[] limits = [0x21, .. RawClient.Short(receiveMaximum), .. packetMax is { } most ? (byte[])[0x27, 0, 0, 0, most] : []];
        var (client, _) = await Raw5.ConnectAsync(host.Port, id, 0, properties: [.. Raw5.SessionExpiry(expiry), .. limits]);
        await client.SendAsync(Raw5.Subscribe(1, null, (topic, qos)));
        Assert.Equal(Math.Min(qos, (byte)1), Answer.Of(await client.ReceiveAsync()).Code);
        return client;
    }

    private static async Task RejectAsync(RawClient client, int number)
    {
        await client.SendAsync(RawClient.Publish(number, $"bad {number}", "north/x"));
        Assert.Equal(number, await client.AckAsync());
    }

    private static async Task<(int First, int Id)> HeadAsync(RawClient reader, int number)
    {
        var feedback = Answer.Of(await reader.ReceiveAsync());
        Assert.Contains($"bad {number}'", DetailOf(feedback), StringComparison.Ordinal);
        return (feedback.First, feedback.Head);
    }

    private static string DetailOf(Answer feedback)
    {
        using var json = JsonDocument.Parse(feedback.Rest);
        return json.RootElement.GetProperty("detail").GetString()!;
    }
}
