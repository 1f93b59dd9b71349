using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using MeterPipeline.Mqtt.Endpoint;
using MeterPipeline.Mqtt.Endpoint.Limits;
using MeterPipeline.Tests.Mqtt.Fuzz;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Tests.Mqtt;

/// <summary>More than its share: a client waits, or is told so, and loses nothing that was taken.</summary>
public sealed class EndpointLimitsTests
{
    private readonly ProbeReceiver receiver = new();
    private readonly UserIsCompany doorman = new();

    [Fact]
    public async Task Over_the_rate_the_socket_is_not_read_for_a_while_and_nothing_is_lost()
    {
        await using var host = await EndpointHost.StartAsync(receiver, With(new AdmissionOptions { ConnectionMessagesPerSecond = 200 }));
        using var eager = await RawClient.ConnectAsync(host.Port, "eager");
        using var neighbour = await RawClient.ConnectAsync(host.Port, "neighbour");
        var began = Stopwatch.StartNew();
        await eager.SendAsync([.. Enumerable.Range(1, 300).SelectMany(id => RawClient.Publish(id, "x"))]);
        for (var id = 1; id <= 300; id++) Assert.Equal(id, await eager.AckAsync());
        await neighbour.SendAsync(RawClient.Publish(1, "x"));
        Assert.Equal(1, await neighbour.AckAsync());
        await eager.SendAsync(0xC0, 0);
        Assert.Equal([0xD0, 0], await eager.ReceiveAsync());
        // A burst of one second's worth and then half a second for a hundred.
        Assert.True(began.Elapsed > TimeSpan.FromMilliseconds(450), $"{began.Elapsed}");
        Assert.True(host.Services.Counters.Throttled >= 1);
        Assert.Equal(301, receiver.Messages.Count);
        Assert.Empty(host.Services.Counters.Refusals);
    }

    [Fact]
    public async Task What_a_limited_client_has_sent_before_it_left_is_taken_to_the_last()
    {
        using var services = new EndpointServices(receiver, With(new AdmissionOptions { ConnectionMessagesPerSecond = 500 }), null, TimeProvider.System, new Lines());
        var client = new MemoryConnection(services, "hasty", IPAddress.Loopback);
        var answers = client.ForgetAnswersAsync();
        await client.SendAsync((byte[])[.. RawClient.Connect("hasty"), .. Enumerable.Range(1, 600).SelectMany(id => RawClient.Publish(id, $"{id}"))]);
        client.Leave();
        await client.Served.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(Enumerable.Range(1, 600).Select(id => $"{id}"), receiver.Messages.Select(m => m.Payload));
        Assert.Equal(4 + 600 * 4, await answers);
    }

    [Fact]
    public async Task Large_packets_that_do_not_end_share_what_they_may_hold()
    {
        const int Size = 200_000;
        await using var host = await EndpointHost.StartAsync(receiver, new EndpointOptions { MaxPacketBytes = 1 << 20, UnfinishedBytesMax = 1 << 20 });
        List<RawClient> clients = [];
        for (var i = 0; i < 7; i++) clients.Add(await RawClient.ConnectAsync(host.Port, $"large-{i}"));
        var large = RawClient.Publish(1, new string('x', Size));
        // Five hold all that may be held, and the others wait.
        foreach (var client in clients) await client.SendAsync(large[..1_000]);
        await UntilAsync(() => host.Services.Unfinished.Taken == 5 * large.Length);
        using var small = await RawClient.ConnectAsync(host.Port, "small");
        await small.SendAsync(RawClient.Publish(1, "x"));
        Assert.Equal(1, await small.AckAsync());
        // One goes away, one comes to its end: the two that waited go on.
        clients[0].Dispose();
        clients.RemoveAt(0);
        foreach (var client in clients) await client.SendAsync(large[1_000..]);
        foreach (var client in clients) Assert.Equal(1, await client.AckAsync());
        await UntilAsync(() => host.Services.Unfinished.Taken == 0);
        Assert.Equal(6, receiver.Messages.Count(m => m.Payload.Length == Size));
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Room_for_large_packets_is_given_in_the_order_of_asking_and_not_to_those_who_left()
    {
        var memory = new PacketMemory(100);
        using var leaving = new CancellationTokenSource();
        await memory.TakeAsync(60, CancellationToken.None);
        var large = memory.TakeAsync(100, leaving.Token).AsTask();
        var (second, third) = (memory.TakeAsync(30, CancellationToken.None).AsTask(), memory.TakeAsync(40, CancellationToken.None).AsTask());
        Assert.False(second.IsCompleted, "It came later than one that waits.");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        await second.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((90, false), (memory.Taken, third.IsCompleted));
        memory.Give(60);
        await third.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(70, memory.Taken);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!holds()) await Task.Delay(2, limit.Token);
    }

    [Fact]
    public async Task At_the_inflight_limit_reading_waits_for_commits()
    {
        receiver.Hold();
        await using var host = await EndpointHost.StartAsync(receiver, With(new AdmissionOptions { ConnectionInflightMax = 10 }));
        using var client = await RawClient.ConnectAsync(host.Port, "a");
        await client.SendAsync([.. Enumerable.Range(1, 10).SelectMany(id => RawClient.Publish(id, "x"))]);
        await receiver.UntilAsync(10);
        await client.SendAsync(RawClient.Publish(11, "x"));
        Assert.True(await client.IsSilentAsync());
        Assert.Equal(10, receiver.Messages.Count);
        receiver.Release();
        for (var id = 1; id <= 11; id++) Assert.Equal(id, await client.AckAsync());
    }

    [Fact]
    public async Task A_company_at_its_limit_waits_together()
    {
        receiver.Hold();
        await using var host = await EndpointHost.StartAsync(receiver, With(new AdmissionOptions { Company = new CompanyLimits { InflightMax = 1 } }), doorman);
        using var one = await SignInAsync(host, "north");
        using var two = await SignInAsync(host, "north");
        using var other = await SignInAsync(host, "south");
        await one.SendAsync(RawClient.Publish(1, "one"));
        await receiver.UntilAsync(1);
        // The first batch of the second connection goes through; what the company has on its way is looked at before the next read.
        await two.SendAsync(RawClient.Publish(1, "two"));
        await receiver.UntilAsync(2);
        await two.SendAsync(RawClient.Publish(2, "three"));
        await other.SendAsync(RawClient.Publish(1, "other"));
        await receiver.UntilAsync(3);
        Assert.Equal(["one", "two", "other"], receiver.Messages.Select(m => m.Payload));
        receiver.Release();
        foreach (var id in (int[])[1, 2]) Assert.Equal(id, await two.AckAsync());
    }

    [Fact]
    public async Task A_company_has_so_many_connections_and_another_is_not_touched_by_that()
    {
        var admission = new AdmissionOptions { Companies = { ["north"] = new CompanyLimits { Connections = 1 } } };
        await using var host = await EndpointHost.StartAsync(receiver, With(admission), doorman);
        using (await SignInAsync(host, "north"))
        {
            using var second = await RawClient.OpenAsync(host.Port);
            await second.SendAsync(SignIn("north", "b"));
            Assert.Equal([0x20, 2, 0, 3], await second.ReceiveAsync());
            using var five = await RawClient.OpenAsync(host.Port);
            await five.SendAsync(Raw5.Connect("c", flags: 0xC2, rest: [.. RawClient.Text("north"), .. RawClient.Text("right")]));
            Assert.Equal(0x97, Answer.Of(await five.ReceiveAsync()).Code);
            using var other = await SignInAsync(host, "south");
        }
        await host.UntilConnectionsAsync(0);
        using var again = await SignInAsync(host, "north");
        Assert.Equal(2, host.Services.Counters.Refusals["too-many-of-company"]);
    }

    [Fact]
    public async Task A_company_may_have_a_smaller_largest_packet_and_is_told_so()
    {
        var admission = new AdmissionOptions { Companies = { ["north"] = new CompanyLimits { MaxPacketBytes = 2_048 } } };
        await using var host = await EndpointHost.StartAsync(receiver, With(admission), doorman);
        using var client = await RawClient.OpenAsync(host.Port);
        await client.SendAsync(Raw5.Connect("c", flags: 0xC2, rest: [.. RawClient.Text("north"), .. RawClient.Text("right")]));
        Assert.Equal(2_048L, Convert.ToInt64(Answer.Of(await client.ReceiveAsync()).Properties[0x27]));
        await client.SendAsync(Raw5.Publish(1, new string('x', 2_048)));
        var goodbye = await client.ReceiveAsync();
        Assert.Equal(0x95, goodbye![2]);
        using var other = await SignInAsync(host, "south");
        await other.SendAsync(RawClient.Publish(1, new string('x', 2_048)));
        Assert.Equal(1, await other.AckAsync());
    }

    [Fact]
    public async Task A_packet_that_does_not_end_and_a_client_that_never_speaks_are_shown_out()
    {
        await using var host = await EndpointHost.StartAsync(receiver, new EndpointOptions { PacketTimeout = TimeSpan.FromSeconds(1), KeepAliveSecondsMax = 1 });
        using var mute = await RawClient.ConnectAsync(host.Port, "mute", keepAlive: 0);
        using var slow = await RawClient.ConnectAsync(host.Port, "slow");
        var publish = RawClient.Publish(1, new string('x', 60));
        try
        {
            foreach (var b in publish[..^1])
            {
                await slow.SendAsync(b);
                await Task.Delay(100);
            }
        }
        catch (IOException)
        {
            // Shown out while it was still sending.
        }
        await host.UntilConnectionsAsync(0);
        Assert.Equal(1, host.Services.Counters.Refusals["slow-packet"]);
        Assert.Equal(1, host.Services.Counters.Refusals["silent"]);
        Assert.Empty(receiver.Messages);
    }

    [Fact]
    public async Task An_account_that_is_revoked_is_shown_out()
    {
        await using var host = await EndpointHost.StartAsync(receiver, authenticator: doorman);
        using var north = await SignInAsync(host, "north");
        using var south = await SignInAsync(host, "south");
        doorman.Revoked = "north";
        await north.AssertClosedAsync();
        await south.SendAsync(0xC0, 0);
        Assert.Equal([0xD0, 0], await south.ReceiveAsync());
        Assert.Equal(1, host.Services.Counters.Refusals["revoked"]);
    }

    [Fact]
    public async Task One_address_leaves_room_for_others()
    {
        var log = new Lines();
        using var services = new EndpointServices(receiver, With(new AdmissionOptions { MaxConnectionsPerAddress = 2 }), null, TimeProvider.System, log);
        var crowd = Enumerable.Range(0, 5).Select(n => new MemoryConnection(services, $"{n}", IPAddress.Parse("192.0.2.1"))).ToList();
        await Until(() => crowd.Count(c => c.Served.IsCompleted) == 3);
        var other = new MemoryConnection(services, "other", IPAddress.Parse("192.0.2.2"));
        await other.SendAsync(RawClient.Connect("other"));
        Assert.Equal(4, (await other.Answers.ReadAtLeastAsync(4)).Buffer.Length);
        Assert.Equal(3, services.Counters.Refusals["too-many-from-address"]);
        foreach (var connection in crowd.Append(other)) connection.Leave();
        await Task.WhenAll(crowd.Append(other).Select(c => c.Served)).WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Refusals_of_a_kind_are_one_line_and_then_a_number_and_a_client_cannot_write_into_the_log()
    {
        var (log, clock) = (new Lines(), new ManualClock());
        using var services = new EndpointServices(receiver, new EndpointOptions(), doorman, clock, log);
        for (var n = 0; n < 5; n++)
        {
            var client = new MemoryConnection(services, $"{n}", IPAddress.Loopback);
            await client.SendAsync(SignIn("evil\u202Ename\u2028", "x", "wrong"));
            Assert.Equal(4, (await client.Answers.ReadAtLeastAsync(4)).Buffer.Length);
            client.Leave();
            await client.Served.WaitAsync(TimeSpan.FromSeconds(30));
        }
        var line = Assert.Single(log.Written);
        Assert.Contains("(wrong-password): Not evil·name·", line, StringComparison.Ordinal);
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("4 more MQTT refusals of this kind in a minute (wrong-password)", log.Written.Last());
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal((2, 5), (log.Written.Count, services.Counters.Refusals["wrong-password"]));
    }

    private static EndpointOptions With(AdmissionOptions admission) => new() { Admission = admission };

    private static byte[] SignIn(string company, string id, string password = "right") =>
        RawClient.Connect(id, flags: 0xC2, rest: [.. RawClient.Text(company), .. RawClient.Text(password)]);

    private static async Task<RawClient> SignInAsync(EndpointHost host, string company)
    {
        var client = await RawClient.OpenAsync(host.Port);
        await client.SendAsync(SignIn(company, ""));
        Assert.Equal([0x20, 2, 0, 0], await client.ReceiveAsync());
        return client;
    }

    private static async Task Until(Func<bool> holds)
    {
        for (var waited = Stopwatch.StartNew(); !holds(); await Task.Delay(2)) Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), "It did not come true.");
    }

    private sealed class Lines : ILogger<EndpointServices>
    {
        public ConcurrentQueue<string> Written { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Enqueue(formatter(state, exception));
    }
}
