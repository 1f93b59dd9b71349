using System.Net;
using System.Runtime.CompilerServices;
using MeterPipeline.Mqtt;
using MeterPipeline.Mqtt.Endpoint;
using MeterPipeline.Tests.Mqtt.Fuzz;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.Tests.Mqtt;

/// <summary>Peers that break the rules, lie still, or do not read: they lose their own connection, and nobody else notices.</summary>
public sealed class EndpointAbuseTests
{
    private const int FuzzSeed = 20261121;
    private const int FuzzRounds = 200;

    private readonly ProbeReceiver receiver = new();

    public static TheoryData<string, byte[]> Broken => new()
    {
        { "malformed-length", [0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x01] },
        { "packet-too-large", [0x30, 0x80, 0x80, 0x80, 0x01] },
        { "truncated", RawClient.Packet(0x32, [0, 9, (byte)'t']) },
        { "bad-topic", RawClient.Publish(1, "x", topic: "") },
        { "bad-topic", RawClient.Publish(1, "x", topic: "t/+") },
        { "bad-topic", RawClient.Publish(1, "x", topic: "t/#") },
        { "bad-topic", RawClient.Publish(1, "x", topic: "t\0") },
        { "bad-topic", RawClient.Publish(1, "x", topic: new string('t', 513)) },
        { "bad-topic", RawClient.Packet(0x32, [0, 2, 0xC3, 0x28, 0, 1]) },
        { "bad-packet-id", RawClient.Publish(0, "x") },
        { "bad-qos", RawClient.Publish(1, "x", qos: 3) },
        { "second-connect", RawClient.Connect("a") },
        { "unexpected-packet", [0x50, 2, 0, 1] },
        { "unexpected-packet", [0xF0, 0] },
        { "unexpected-packet", [0x00, 0] },
        { "bad-flags", [0xC1, 0] },
        { "bad-flags", RawClient.Packet(0x80, [0, 1, .. RawClient.Text("a"), 1]) },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_broken_rule_closes_the_connection_under_its_reason_after_what_came_before_is_taken(string reason, byte[] bytes)
    {
        await using var host = await EndpointHost.StartAsync(receiver);
        using var client = await RawClient.ConnectAsync(host.Port, "a");
        await client.SendAsync([.. RawClient.Publish(5, "good"), .. bytes]);
        Assert.Equal(5, await client.AckAsync());
        await client.AssertClosedAsync();
        await host.UntilConnectionsAsync(0);
        Assert.Equal(reason, Assert.Single(host.Services.Counters.Refusals).Key);
        Assert.Equal("good", Assert.Single(receiver.Messages).Payload);
    }

    [Theory]
    [InlineData(0x03)] // Reserved flag.
    [InlineData(0x1E)] // Will at QoS 3.
    [InlineData(0x22)] // Will retained without a will.
    [InlineData(0x42)] // Password without a user.
    public async Task Impossible_connect_flags_are_not_let_in(byte flags)
    {
        await using var host = await EndpointHost.StartAsync(receiver);
        using var client = await RawClient.OpenAsync(host.Port);
        await client.SendAsync(RawClient.Connect("a", flags: flags, rest: [.. RawClient.Text("x"), .. RawClient.Text("y")]));
        await client.AssertClosedAsync();
    }

    [Fact]
    public async Task Random_bytes_never_disturb_a_neighbour()
    {
        await using var host = await EndpointHost.StartAsync(receiver);
        using var neighbour = await RawClient.ConnectAsync(host.Port, "neighbour");
        var random = new Random(FuzzSeed);
        for (var round = 1; round <= FuzzRounds; round++)
        {
            using (var fuzz = await RawClient.OpenAsync(host.Port))
            {
                byte[] valid = [.. RawClient.Connect("f"), .. RawClient.Publish(1, "fuzz", topic: "fuzz")];
                var noise = new byte[random.Next(1, 200)];
                random.NextBytes(noise);
                if (round % 2 == 0) valid[random.Next(valid.Length)] ^= (byte)(1 << random.Next(8));
                await fuzz.SendAsync([.. valid, .. noise]);
            }
            await neighbour.SendAsync(RawClient.Publish(round, $"{round}"));
            Assert.Equal(round, await neighbour.AckAsync());
        }
        Assert.Equal(Enumerable.Range(1, FuzzRounds).Select(r => $"{r}"), receiver.Messages.Where(m => m.Topic == "t/a").Select(m => m.Payload));
        await host.UntilConnectionsAsync(1);
        Assert.DoesNotContain("internal", host.Services.Counters.Refusals.Keys);
    }

    [Fact]
    public async Task A_peer_that_never_reads_its_acknowledgements_is_not_read_either_and_leaves_after_its_keep_alive()
    {
        await using var host = await EndpointHost.StartAsync(receiver, new EndpointOptions { UnreadBytesMax = 4096 });
        using var neighbour = await RawClient.ConnectAsync(host.Port, "neighbour");
        using var deaf = await RawClient.ConnectAsync(host.Port, "deaf", keepAlive: 1);
        var burst = Enumerable.Range(1, 20_000).SelectMany(id => RawClient.Publish(id, "", topic: "d")).ToArray();
        var sent = 0L;
        try
        {
            for (; sent < 200; sent++) await deaf.SendAsync(burst);
            Assert.Fail("The endpoint read on, though nobody took its acknowledgements.");
        }
        catch (Exception stuck) when (stuck is TimeoutException or IOException)
        {
        }
        await host.UntilConnectionsAsync(1);
        Assert.Equal(1, host.Services.Counters.Refusals["silent"]);
        await neighbour.SendAsync(RawClient.Publish(1, "x"));
        Assert.Equal(1, await neighbour.AckAsync());
    }

    [Fact]
    public async Task Silence_beyond_the_keep_alive_and_a_connect_that_trickles_in_end_the_connection()
    {
        await using var host = await EndpointHost.StartAsync(receiver, new EndpointOptions { ConnectTimeout = TimeSpan.FromSeconds(1) });
        using var silent = await RawClient.ConnectAsync(host.Port, "silent", keepAlive: 1);
        using var patient = await RawClient.ConnectAsync(host.Port, "patient", keepAlive: 0);
        using var trickle = await RawClient.OpenAsync(host.Port);
        var connect = RawClient.Connect("trickle");
        try
        {
            // Not its last byte: the CONNECT is never complete.
            for (var i = 0; i < connect.Length - 1; i++)
            {
                await trickle.SendAsync(connect[i]);
                await Task.Delay(250);
            }
        }
        catch (IOException)
        {
            // Shown out while it was still sending.
        }
        await host.UntilConnectionsAsync(1);
        Assert.Equal(2, host.Services.Counters.Refusals["silent"]);
        await patient.SendAsync(0xC0, 0);
        Assert.Equal([0xD0, 0], await patient.ReceiveAsync());
    }

    [Fact]
    public async Task Nothing_keeps_a_connection_that_has_published_and_gone()
    {
        var opened = new Opened(receiver);
        using var services = new EndpointServices(opened, new EndpointOptions(), null, TimeProvider.System, NullLogger<EndpointServices>.Instance);
        for (var n = 0; n < 20; n++) await PublishAndLeaveAsync(services, n);
        for (var round = 0; round < 3; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        // The last ones may still stand on a stack.
        Assert.InRange(opened.Sessions.Count(session => session.IsAlive), 0, 3);
    }

    [Fact]
    public async Task One_connection_too_many_is_closed()
    {
        await using var host = await EndpointHost.StartAsync(receiver, new EndpointOptions { MaxConnections = 1 });
        using var first = await RawClient.ConnectAsync(host.Port, "a");
        using var second = await RawClient.OpenAsync(host.Port);
        await second.AssertClosedAsync();
        await first.SendAsync(RawClient.Publish(1, "x"));
        Assert.Equal(1, await first.AckAsync());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task PublishAndLeaveAsync(EndpointServices services, int n)
    {
        var client = new MemoryConnection(services, $"{n}", IPAddress.Loopback);
        var answers = client.ForgetAnswersAsync();
        await client.SendAsync((byte[])[.. RawClient.Connect("a"), .. RawClient.Publish(1, "x")]);
        client.Leave();
        await client.Served;
        await answers;
    }

    /// <summary>Remembers what it opened without keeping it, and commits on a thread of its own.</summary>
    private sealed class Opened(IReceiver receiver) : IReceiver
    {
        public List<WeakReference> Sessions { get; } = [];

        public IReceiverSession Open(Origin origin)
        {
            var session = new Session(receiver.Open(origin));
            Sessions.Add(new WeakReference(session));
            return session;
        }

        private sealed class Session(IReceiverSession session) : IReceiverSession
        {
            public Rejection? Take(in Delivery delivery) => session.Take(delivery);

            public async ValueTask SubmitAsync(IOwedAcks? owed, CancellationToken cancel) => await Task.Run(() => owed?.Committed(), cancel);

            public void Dispose() => session.Dispose();
        }
    }
}
