namespace MeterPipeline.Tests.Mqtt;

/// <summary>The endpoint on a real socket: who is let in, what is acknowledged when, who is shown out.</summary>
public sealed class EndpointTests
{
    private readonly ProbeReceiver receiver = new();

    [Fact]
    public async Task Acknowledges_only_after_the_commit_and_in_order_of_receipt()
    {
        receiver.Hold();
        await using var host = await EndpointHost.StartAsync(receiver);
        using var client = await RawClient.ConnectAsync(host.Port, "a");
        int[] ids = [7, 3, 65535, 1, 500];
        foreach (var id in ids) await client.SendAsync(RawClient.Publish(id, $"m{id}"));
        await receiver.UntilAsync(ids.Length);
        Assert.True(await client.IsSilentAsync());
        receiver.Release();
        foreach (var id in ids) Assert.Equal(id, await client.AckAsync());
        Assert.Equal(ids.Select(id => $"m{id}"), receiver.Messages.Select(m => m.Payload));
    }

    [Fact]
    public async Task Takes_packets_cut_at_any_byte_and_packets_glued_together()
    {
        await using var host = await EndpointHost.StartAsync(receiver);
        using var client = await RawClient.OpenAsync(host.Port);
        var large = new string('x', 300_000);
        byte[] stream = [.. RawClient.Connect("a"), .. RawClient.Publish(1, "one"), .. RawClient.Publish(0, "none", qos: 0), .. RawClient.Publish(2, large), .. RawClient.Publish(3, "three")];
        foreach (var b in stream[..60]) await client.SendAsync(b);
        await client.SendAsync(stream[60..]);
        Assert.Equal([0x20, 2, 0, 0], await client.ReceiveAsync());
        for (var id = 1; id <= 3; id++) Assert.Equal(id, await client.AckAsync());
        Assert.Equal(["one", "none", large, "three"], receiver.Messages.Select(m => m.Payload));
        Assert.Equal([1, 0, 1, 1], receiver.Messages.Select(m => (int)m.Qos));
    }

    [Fact]
    public async Task Answers_pings_and_refuses_subscriptions_without_closing()
    {
        await using var host = await EndpointHost.StartAsync(receiver);
        using var client = await RawClient.ConnectAsync(host.Port, "a");
        await client.SendAsync(0xC0, 0);
        Assert.Equal([0xD0, 0], await client.ReceiveAsync());
        await client.SendAsync(RawClient.Packet(0x82, [.. RawClient.Short(0x1234), .. RawClient.Text("a/#"), 1, .. RawClient.Text("b"), 0]));
        Assert.Equal([0x90, 4, 0x12, 0x34, 0x80, 0x80], await client.ReceiveAsync());
        await client.SendAsync(RawClient.Packet(0xA2, [.. RawClient.Short(0x1234), .. RawClient.Text("a/#")]));
        Assert.Equal([0xB0, 2, 0x12, 0x34], await client.ReceiveAsync());
        await client.SendAsync(RawClient.Publish(9, "still here"));
        Assert.Equal(9, await client.AckAsync());
    }

    [Theory]
    [InlineData("MQTT", 6, new byte[] { 0x20, 2, 0, 1 })]
    [InlineData("MQIsdp", 3, new byte[] { 0x20, 2, 0, 1 })]
    [InlineData("HTTP", 4, null)]
    public async Task Tells_other_protocol_versions_so_and_closes(string protocol, byte level, byte[]? answer)
    {
        await using var host = await EndpointHost.StartAsync(receiver);
        using var client = await RawClient.OpenAsync(host.Port);
        await client.SendAsync(RawClient.Connect("a", level: level, protocol: protocol));
        if (answer is not null) Assert.Equal(answer, await client.ReceiveAsync());
        await client.AssertClosedAsync();
    }

    [Fact]
    public async Task A_will_is_accepted_and_dropped()
    {
        await using var host = await EndpointHost.StartAsync(receiver);
        using (var client = await RawClient.OpenAsync(host.Port))
        {
            await client.SendAsync(RawClient.Connect("a", flags: 0x2E, rest: [.. RawClient.Text("t/will"), .. RawClient.Text("gone")]));
            Assert.Equal([0x20, 2, 0, 0], await client.ReceiveAsync());
        }
        await host.UntilConnectionsAsync(0);
        Assert.Empty(receiver.Messages);
    }

    [Fact]
    public async Task The_same_client_id_shows_the_older_connection_out_and_its_acknowledgements_stay_with_it()
    {
        receiver.Hold();
        await using var host = await EndpointHost.StartAsync(receiver);
        using var older = await RawClient.ConnectAsync(host.Port, "meter");
        await older.SendAsync(RawClient.Publish(1, "old"));
        await receiver.UntilAsync(1);
        using var newer = await RawClient.ConnectAsync(host.Port, "meter");
        await older.AssertClosedAsync();
        receiver.Release();
        Assert.True(await newer.IsSilentAsync());
        await newer.SendAsync(RawClient.Publish(2, "new"));
        Assert.Equal(2, await newer.AckAsync());
    }

    [Fact]
    public async Task A_client_id_belongs_to_its_company()
    {
        await using var host = await EndpointHost.StartAsync(receiver, authenticator: new UserIsCompany());
        using var ours = await RawClient.OpenAsync(host.Port);
        using var theirs = await RawClient.OpenAsync(host.Port);
        foreach (var (client, user) in new[] { (ours, "north"), (theirs, "south") })
        {
            await client.SendAsync(RawClient.Connect("meter", flags: 0xC2, rest: [.. RawClient.Text(user), .. RawClient.Text("right")]));
            Assert.Equal([0x20, 2, 0, 0], await client.ReceiveAsync());
        }
        await ours.SendAsync(RawClient.Publish(1, "x"));
        Assert.Equal(1, await ours.AckAsync());
        Assert.Equal(["north", "south"], receiver.Origins.Select(o => o.Company));
        using var stranger = await RawClient.OpenAsync(host.Port);
        await stranger.SendAsync(RawClient.Connect("meter", flags: 0xC2, rest: [.. RawClient.Text("north"), .. RawClient.Text("wrong")]));
        Assert.Equal([0x20, 2, 0, 4], await stranger.ReceiveAsync());
        await stranger.AssertClosedAsync();
    }

    [Fact]
    public async Task Draining_stops_reading_acknowledges_what_was_read_and_closes()
    {
        receiver.Hold();
        await using var host = await EndpointHost.StartAsync(receiver);
        using var client = await RawClient.ConnectAsync(host.Port, "a");
        await client.SendAsync(RawClient.Publish(1, "read before"));
        await receiver.UntilAsync(1);
        var drained = host.Services.DrainAsync(CancellationToken.None);
        await client.SendAsync(RawClient.Publish(2, "not read any more"));
        Assert.True(await client.IsSilentAsync());
        Assert.False(drained.IsCompleted);
        receiver.Release();
        Assert.Equal(1, await client.AckAsync());
        await client.AssertClosedAsync();
        await drained.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Single(receiver.Messages);
    }
}
