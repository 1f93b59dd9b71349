using MeterPipeline.Mqtt.Endpoint;

namespace MeterPipeline.Tests.Mqtt;

/// <summary>What outlives a connection, for how long, and who gets it.</summary>
public sealed class SessionTests
{
    private const byte Resume = 0;

    private readonly ProbeReceiver receiver = new();
    private readonly ManualClock clock = new();

    [Fact]
    public async Task A_session_is_present_until_it_expires_MQTT_3_1_2_23_and_3_2_2_3()
    {
        await using var host = await EndpointHost.StartAsync(receiver, time: clock);
        Assert.False(await IsPresentAsync(host, "a", Resume, Raw5.SessionExpiry(10)));
        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.True(await IsPresentAsync(host, "a", Resume, Raw5.SessionExpiry(10)));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.False(await IsPresentAsync(host, "a", Resume, Raw5.SessionExpiry(10)));
        // An expiry interval of 0, and none, end the session with the connection (3.1.2.11.2).
        Assert.True(await IsPresentAsync(host, "a", Resume, Raw5.SessionExpiry(0)));
        Assert.False(await IsPresentAsync(host, "a", Resume));
        Assert.False(await IsPresentAsync(host, "a", Resume));
        Assert.Equal(0, host.Services.StoredSessions);
    }

    [Fact]
    public async Task The_clock_alone_clears_what_nobody_asks_for()
    {
        await using var host = await EndpointHost.StartAsync(receiver, time: clock);
        await IsPresentAsync(host, "a", Resume, Raw5.SessionExpiry(10));
        await IsPresentAsync(host, "b", Resume, Raw5.SessionExpiry(20));
        Assert.Equal(2, host.Services.StoredSessions);
        clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(1, host.Services.StoredSessions);
    }

    [Fact]
    public async Task A_clean_start_finds_and_leaves_nothing_of_before_MQTT_3_1_2_4_and_3_2_2_2()
    {
        await using var host = await EndpointHost.StartAsync(receiver, time: clock);
        await IsPresentAsync(host, "a", Resume, Raw5.SessionExpiry(60));
        Assert.False(await IsPresentAsync(host, "a", 2, Raw5.SessionExpiry(60)));
        Assert.True(await IsPresentAsync(host, "a", Resume));
    }

    [Fact]
    public async Task A_session_of_version_3_1_1_stays_unless_it_is_clean_for_as_long_as_the_endpoint_keeps_any()
    {
        await using var host = await EndpointHost.StartAsync(receiver, new EndpointOptions { SessionExpirySecondsMax = 100 }, time: clock);
        Assert.False(await IsPresent311Async(host, clean: false));
        clock.Advance(TimeSpan.FromSeconds(99));
        Assert.True(await IsPresent311Async(host, clean: false));
        clock.Advance(TimeSpan.FromSeconds(100));
        Assert.False(await IsPresent311Async(host, clean: false));
        Assert.False(await IsPresent311Async(host, clean: true));
        Assert.False(await IsPresent311Async(host, clean: false));
    }

    [Fact]
    public async Task Disconnect_may_change_how_long_the_session_stays()
    {
        await using var host = await EndpointHost.StartAsync(receiver, time: clock);
        var (client, _) = await Raw5.ConnectAsync(host.Port, "a", Resume, properties: Raw5.SessionExpiry(10));
        using (client)
        {
            await client.SendAsync(RawClient.Packet(0xE0, [0, .. Raw5.Block(Raw5.SessionExpiry(1000))]));
            await client.AssertClosedAsync();
        }
        await host.UntilConnectionsAsync(0);
        clock.Advance(TimeSpan.FromSeconds(999));
        Assert.True(await IsPresentAsync(host, "a", Resume));
    }

    [Fact]
    public async Task The_oldest_stored_session_makes_place_when_there_are_too_many()
    {
        await using var host = await EndpointHost.StartAsync(receiver, new EndpointOptions { StoredSessionsMax = 2 }, time: clock);
        foreach (var id in (string[])["a", "b", "c"]) await IsPresentAsync(host, id, Resume, Raw5.SessionExpiry(60));
        Assert.Equal(2, host.Services.StoredSessions);
        Assert.True(await IsPresentAsync(host, "b", Resume, Raw5.SessionExpiry(60)));
        Assert.False(await IsPresentAsync(host, "a", Resume));
    }

    [Fact]
    public async Task A_second_connection_takes_over_and_the_first_is_told_MQTT_3_1_4_3()
    {
        await using var host = await EndpointHost.StartAsync(receiver);
        var (first, _) = await Raw5.ConnectAsync(host.Port, "a", Resume, properties: Raw5.SessionExpiry(60));
        using var disposing = first;
        var (second, connack) = await Raw5.ConnectAsync(host.Port, "a", Resume, properties: Raw5.SessionExpiry(60));
        using var alsoDisposing = second;
        Assert.Equal(1, connack.Head);
        var goodbye = Answer.Of(await first.ReceiveAsync());
        Assert.Equal((0xE0, 0x8E), (goodbye.First, goodbye.Code));
        await first.AssertClosedAsync();
        await host.UntilConnectionsAsync(1);
        // The session stays with the second one when the first has gone.
        await second.SendAsync(Raw5.Publish(1, "x"));
        Assert.Equal(1, await second.AckAsync());
        Assert.Equal(0, host.Services.StoredSessions);
    }

    [Fact]
    public async Task Many_connections_of_one_client_at_once_leave_one()
    {
        await using var host = await EndpointHost.StartAsync(receiver);
        var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            var client = await RawClient.OpenAsync(host.Port);
            await client.SendAsync(Raw5.Connect("a", Resume, properties: Raw5.SessionExpiry(60)));
            return client;
        }));
        await host.UntilConnectionsAsync(1);
        foreach (var client in clients) client.Dispose();
        await host.UntilConnectionsAsync(0);
        Assert.DoesNotContain("internal", host.Services.Counters.Refusals.Keys);
        Assert.True(await IsPresentAsync(host, "a", Resume));
    }

    [Fact]
    public async Task Silence_of_one_and_a_half_intervals_ends_the_connection_with_0x8D_MQTT_3_1_2_22()
    {
        await using var host = await EndpointHost.StartAsync(receiver, new EndpointOptions { KeepAliveSecondsMax = 100 }, time: clock);
        // Asks for an hour and gets the server's 100 s [MQTT-3.1.2-21].
        var (patient, connack) = await Raw5.ConnectAsync(host.Port, "b", keepAlive: 3600);
        using var disposing = patient;
        Assert.Equal(100, connack.Properties[0x13]);
        var (client, _) = await Raw5.ConnectAsync(host.Port, "a", keepAlive: 10);
        using var alsoDisposing = client;
        clock.Advance(TimeSpan.FromSeconds(14));
        await client.SendAsync(0xC0, 0);
        Assert.Equal([0xD0, 0], await client.ReceiveAsync());
        Assert.Equal((0xE0, 0x8D), await GoodbyeAsync(client, 16));
        await host.UntilConnectionsAsync(1);
        Assert.Equal((0xE0, 0x8D), await GoodbyeAsync(patient, 151));
    }

    /// <summary>Lets time pass until the client is shown out. A read that is just ending may put the first tick off, not more.</summary>
    private async Task<(int First, int Code)> GoodbyeAsync(RawClient client, int stepSeconds)
    {
        var answer = client.ReceiveAsync();
        for (var step = 1; step <= 3 && !answer.IsCompleted; step++)
        {
            clock.Advance(TimeSpan.FromSeconds(stepSeconds));
            await Task.WhenAny(answer, Task.Delay(100));
        }
        var goodbye = Answer.Of(await answer);
        return (goodbye.First, goodbye.Code);
    }

    /// <summary>Connects, looks, and leaves.</summary>
    private static async Task<bool> IsPresentAsync(EndpointHost host, string id, byte flags, byte[]? properties = null)
    {
        var (client, connack) = await Raw5.ConnectAsync(host.Port, id, flags, properties: properties);
        using (client) await client.SendAsync(0xE0, 0);
        await host.UntilConnectionsAsync(0);
        return connack.Head == 1;
    }

    private static async Task<bool> IsPresent311Async(EndpointHost host, bool clean)
    {
        byte[]? connack;
        using (var client = await RawClient.OpenAsync(host.Port))
        {
            await client.SendAsync(RawClient.Connect("old", flags: clean ? (byte)2 : (byte)0));
            connack = await client.ReceiveAsync();
        }
        await host.UntilConnectionsAsync(0);
        Assert.Equal(0, connack![3]);
        return connack[2] == 1;
    }
}
