using System.Text;
using MeterFleet;

namespace MeterPipeline.Tests.Fleets;

public sealed class MqttPublisherTests
{
    private static readonly byte[] Topic = "metering/v1/sgcc-yuncheng/140800000001/reading"u8.ToArray();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Everything_is_published_once_in_order_and_acknowledged_by_its_number()
    {
        await using ScriptedBroker broker = new((_, _) => Answer.Acknowledge);
        List<long> acknowledged = [];
        await using (MqttPublisher publisher = new(To(broker) with { Acknowledged = acknowledged.Add }))
        {
            await publisher.ConnectAsync();
            await PublishAsync(publisher, 0, 1_000);
            await publisher.DrainAsync().WaitAsync(Patience);
            Assert.Equal(1_000, publisher.Published);
            Assert.Equal(1_000, publisher.Acknowledged);
            Assert.Equal(1_000, publisher.Latency.Count);
            Assert.True(publisher.Latency.P50Ms > 0 && publisher.Latency.P50Ms <= publisher.Latency.P99Ms);
            Assert.Empty(publisher.Unacknowledged());
        }

        Assert.Equal(Numbers(0, 1_000), acknowledged);
        Assert.Equal(Numbers(0, 1_000).Select(number => number.ToString()), broker.Arrivals.Select(arrival => arrival.Payload));
        Assert.All(broker.Arrivals, arrival => Assert.Equal((false, 1, Encoding.UTF8.GetString(Topic)), (arrival.Dup, arrival.Qos, arrival.Topic)));
        await broker.DisposeAsync();
        Assert.True(broker.SaidGoodbye);
    }

    [Fact]
    public async Task Never_more_than_the_window_is_in_flight()
    {
        await using ScriptedBroker broker = new((_, _) => Answer.Silence);
        await using MqttPublisher publisher = new(To(broker) with { Window = 8 });
        await publisher.ConnectAsync();
        await PublishAsync(publisher, 0, 8);
        await broker.ArrivedAsync(8).WaitAsync(Patience);
        using CancellationTokenSource impatience = new(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await publisher.PublishAsync(8, Topic, Payload(8), impatience.Token));
        Assert.Equal(8, broker.Arrivals.Count);
        Assert.Equal(8, broker.Arrivals.Select(arrival => arrival.PacketId).Distinct().Count());
        Assert.Equal(Numbers(0, 8), publisher.Unacknowledged());
    }

    [Fact]
    public async Task After_a_reconnect_what_was_sent_and_not_acknowledged_is_sent_again_first_with_DUP()
    {
        // Acknowledges 10, swallows 4, hangs up on the 15th; the second connection is served.
        await using ScriptedBroker broker = new((arrival, count) =>
            arrival.Connection > 1 || count <= 10 ? Answer.Acknowledge : count < 15 ? Answer.Silence : Answer.HangUp);
        List<long> acknowledged = [];
        await using MqttPublisher publisher = new(To(broker) with { Window = 8, Reconnect = true, Acknowledged = acknowledged.Add });
        await publisher.ConnectAsync();
        await PublishAsync(publisher, 0, 40);
        await publisher.DrainAsync().WaitAsync(Patience);

        Assert.Equal(1, publisher.Reconnects);
        Assert.Equal(Numbers(0, 40), acknowledged);
        Arrival[] second = [.. broker.Arrivals.Where(arrival => arrival.Connection == 2)];
        Assert.Equal(Numbers(10, 30).Select(number => number.ToString()), second.Select(arrival => arrival.Payload));
        Assert.All(second.Take(5), arrival => Assert.True(arrival.Dup));
        Assert.All(second.Skip(8), arrival => Assert.False(arrival.Dup));
    }

    [Fact]
    public async Task Without_reconnecting_a_lost_connection_is_an_error_that_names_the_place_and_the_debt()
    {
        await using ScriptedBroker broker = new((_, count) => count <= 3 ? Answer.Acknowledge : Answer.HangUp);
        await using MqttPublisher publisher = new(To(broker));
        await publisher.ConnectAsync();
        var lost = await Assert.ThrowsAsync<MqttPublishException>(async () =>
        {
            await PublishAsync(publisher, 0, 5);
            await publisher.DrainAsync().WaitAsync(Patience);
        });
        Assert.Contains($"127.0.0.1:{broker.Port}", lost.Message, StringComparison.Ordinal);
        Assert.Equal(publisher.Published - publisher.Acknowledged, publisher.Unacknowledged().Count);
        await Assert.ThrowsAsync<MqttPublishException>(async () => await PublishAsync(publisher, 9, 1));
        await Assert.ThrowsAsync<MqttPublishException>(() => publisher.DrainAsync());
    }

    [Fact]
    public async Task A_publisher_that_waits_for_room_hears_of_the_loss()
    {
        await using ScriptedBroker broker = new((_, count) => count < 4 ? Answer.Silence : Answer.HangUp);
        await using MqttPublisher publisher = new(To(broker) with { Window = 4 });
        await publisher.ConnectAsync();
        await Assert.ThrowsAsync<MqttPublishException>(() => PublishAsync(publisher, 0, 20).WaitAsync(Patience));
    }

    [Fact]
    public async Task Credentials_are_sent_and_a_refusal_is_explained()
    {
        await using ScriptedBroker broker = new((_, _) => Answer.Acknowledge, connectCode: 4);
        await using MqttPublisher publisher = new(To(broker) with { Username = "sgcc", Password = "secret" });
        var refused = await Assert.ThrowsAsync<MqttPublishException>(() => publisher.ConnectAsync());
        Assert.Contains("user name or password", refused.Message, StringComparison.Ordinal);
        Assert.True(broker.Connects.TryDequeue(out byte[]? connect));
        Assert.Equal(0xC2, connect[7]);
        Assert.EndsWith("\0\u0004sgcc\0\u0006secret", Encoding.UTF8.GetString(connect), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_broker_is_named()
    {
        ScriptedBroker broker = new((_, _) => Answer.Acknowledge);
        MqttPublisherOptions options = To(broker);
        await broker.DisposeAsync();
        await using MqttPublisher publisher = new(options);
        var missing = await Assert.ThrowsAsync<MqttPublishException>(() => publisher.ConnectAsync());
        Assert.Contains($"127.0.0.1:{options.Port}", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reconnecting_ends_when_its_time_is_over()
    {
        ScriptedBroker broker = new((_, _) => Answer.HangUp);
        await using MqttPublisher publisher = new(To(broker) with { Reconnect = true, ReconnectFor = TimeSpan.FromMilliseconds(200) });
        await publisher.ConnectAsync();
        Task stopped = broker.DisposeAsync().AsTask();
        await PublishAsync(publisher, 0, 1);
        await Assert.ThrowsAsync<MqttPublishException>(() => publisher.DrainAsync().WaitAsync(Patience));
        await stopped;
        Assert.Equal([0L], publisher.Unacknowledged());
    }

    [Fact]
    public async Task A_replay_publishes_the_fleets_messages_and_reports_its_end()
    {
        await using ScriptedBroker broker = new((_, _) => Answer.Acknowledge);
        await using MqttPublisher publisher = new(To(broker));
        await publisher.ConnectAsync();
        Fleet fleet = Fleet.Create(new FleetOptions { Households = 12, SeasonEnd = new DateOnly(2025, 11, 17) });
        ReplayProgress done = await Replay.RunAsync(fleet, publisher, double.PositiveInfinity).WaitAsync(Patience);
        FleetMessage[] messages = [.. fleet.Messages()];
        Assert.Equal(messages.Length, done.Acknowledged);
        Assert.Equal(messages.Sum(message => message.Readings), done.Readings);
        Assert.Equal(
            messages.Select(message => Encoding.UTF8.GetString(message.Payload.Span)),
            broker.Arrivals.Select(arrival => arrival.Payload));
    }

    [Fact]
    public async Task A_closed_publisher_says_so_to_whoever_waits()
    {
        await using ScriptedBroker broker = new((_, _) => Answer.Silence);
        MqttPublisher publisher = new(To(broker) with { Window = 2 });
        await publisher.ConnectAsync();
        Task waiting = PublishAsync(publisher, 0, 3);
        await publisher.DisposeAsync();
        await Assert.ThrowsAsync<MqttPublishException>(() => waiting.WaitAsync(Patience));
        Assert.Equal(Numbers(0, 2), publisher.Unacknowledged());
    }

    private static MqttPublisherOptions To(ScriptedBroker broker) => new() { Host = "127.0.0.1", Port = broker.Port };

    private static async Task PublishAsync(MqttPublisher publisher, long first, int count)
    {
        foreach (long number in Numbers(first, count))
            await publisher.PublishAsync(number, Topic, Payload(number));
    }

    private static byte[] Payload(long number) => Encoding.UTF8.GetBytes(number.ToString());

    private static IEnumerable<long> Numbers(long first, int count) => Enumerable.Range(0, count).Select(i => first + i);
}
