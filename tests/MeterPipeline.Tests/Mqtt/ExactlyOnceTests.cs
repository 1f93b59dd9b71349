using MeterPipeline.Mqtt.Endpoint;

namespace MeterPipeline.Tests.Mqtt;

/// <summary>QoS 2 in both versions: a message is taken once, wherever the line breaks.</summary>
public sealed class ExactlyOnceTests
{
    private const byte Resume = 0;
    private const byte Dup = 8;

    private readonly ProbeReceiver receiver = new();

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Pubrec_follows_the_commit_and_pubcomp_the_pubrel_MQTT_4_3_3_8_and_11(int level)
    {
        receiver.Hold();
        await using var host = await EndpointHost.StartAsync(receiver);
        using var client = await ConnectAsync(host, level, "a");
        await client.SendAsync([.. Publish(level, 7), .. Publish(level, 3), .. Publish(level, 9, qos: 1), .. Publish(level, 8)]);
        await receiver.UntilAsync(4);
        Assert.True(await client.IsSilentAsync());
        receiver.Release();
        // In order of receipt, whatever their kind [MQTT-4.6.0-2, -3].
        foreach (var (first, id) in new[] { (0x50, 7), (0x50, 3), (0x40, 9), (0x50, 8) }) Assert.Equal((first, id, 0), await AckAsync(client));
        await client.SendAsync([.. Pubrel(3), .. Pubrel(7)]);
        Assert.Equal((0x70, 3, 0), await AckAsync(client));
        Assert.Equal((0x70, 7, 0), await AckAsync(client));
        Assert.Equal(4, receiver.Messages.Count);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task The_same_identifier_is_the_same_message_until_pubrel_and_a_new_one_after_it_MQTT_4_3_3_10_and_12(int level)
    {
        await using var host = await EndpointHost.StartAsync(receiver);
        using (var first = await ConnectAsync(host, level, "a"))
        {
            await first.SendAsync(Publish(level, 7));
            Assert.Equal((0x50, 7, 0), await AckAsync(first));
        }
        using (var second = await ConnectAsync(host, level, "a", present: true))
        {
            // PUBREC was lost.
            await second.SendAsync(Publish(level, 7, flags: Dup));
            Assert.Equal((0x50, 7, 0), await AckAsync(second));
            await second.SendAsync(Pubrel(7));
            Assert.Equal((0x70, 7, 0), await AckAsync(second));
        }
        using var third = await ConnectAsync(host, level, "a", present: true);
        // PUBCOMP was lost: there is nothing to release, which only version 5 can tell [MQTT-4.3.3-11].
        await third.SendAsync(Pubrel(7));
        Assert.Equal((0x70, 7, level == 5 ? 0x92 : 0), await AckAsync(third));
        Assert.Single(receiver.Messages);
        await third.SendAsync(Publish(level, 7));
        Assert.Equal((0x50, 7, 0), await AckAsync(third));
        Assert.Equal(2, receiver.Messages.Count);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_line_that_breaks_before_the_commit_neither_doubles_the_message_nor_answers_early(int level)
    {
        receiver.Hold();
        await using var host = await EndpointHost.StartAsync(receiver);
        using (var first = await ConnectAsync(host, level, "a"))
        {
            await first.SendAsync(Publish(level, 7));
            await receiver.UntilAsync(1);
        }
        using var second = await RawClient.OpenAsync(host.Port);
        await second.SendAsync([.. Connect(level, "a", Resume), .. Publish(level, 7, flags: Dup)]);
        // Whoever takes up the session waits until what it holds is committed.
        Assert.True(await second.IsSilentAsync());
        receiver.Release();
        Assert.Equal(1, (await second.ReceiveAsync())![2]);
        Assert.Equal((0x50, 7, 0), await AckAsync(second));
        Assert.Single(receiver.Messages);
    }

    [Fact]
    public async Task Publishing_through_breaks_at_every_point_delivers_each_message_once()
    {
        const int Messages = 60;
        await using var host = await EndpointHost.StartAsync(receiver);
        var random = new Random(20261121);
        for (var message = 1; message <= Messages;)
        {
            using var client = await ConnectAsync(host, 5, "a", present: null);
            // The publisher does not know how far it came: it begins again at the last message that is not finished.
            for (var left = random.Next(1, 4); left > 0 && message <= Messages; left--)
            {
                await client.SendAsync(Publish(5, message, flags: Dup));
                if (random.Next(4) == 0) break;
                Assert.Equal((0x50, message, 0), await AckAsync(client));
                if (random.Next(4) == 0) break;
                await client.SendAsync(Pubrel(message));
                if (random.Next(4) == 0)
                {
                    // A publisher sends PUBREL again, not PUBLISH, once it has PUBREC.
                    using var again = await ConnectAsync(host, 5, "a", present: true);
                    await again.SendAsync(Pubrel(message));
                    Assert.Contains((await AckAsync(again)).Code, (int[])[0, 0x92]);
                    message++;
                    break;
                }
                Assert.Equal((0x70, message, 0), await AckAsync(client));
                message++;
            }
        }
        Assert.Equal(Enumerable.Range(1, Messages).Select(m => $"m{m}"), receiver.Messages.Select(m => m.Payload));
    }

    [Fact]
    public async Task What_was_read_and_never_handed_over_is_taken_when_it_comes_again()
    {
        var stuck = new StuckReceiver();
        await using var host = await EndpointHost.StartAsync(stuck);
        using (var first = await ConnectAsync(host, 5, "a"))
        {
            await first.SendAsync(Publish(5, 7));
            await stuck.Refused.Task.WaitAsync(TimeSpan.FromSeconds(30));
            using var second = await ConnectAsync(host, 5, "a", present: true);
            Assert.Equal(0x8E, Answer.Of(await first.ReceiveAsync()).Code);
            await second.SendAsync(Publish(5, 7, flags: Dup));
            Assert.Equal((0x50, 7, 0), await AckAsync(second));
        }
        Assert.Equal(2, stuck.Taken);
    }

    [Fact]
    public async Task A_clean_start_forgets_what_was_held_MQTT_3_1_2_4()
    {
        await using var host = await EndpointHost.StartAsync(receiver);
        using (var first = await ConnectAsync(host, 5, "a"))
        {
            await first.SendAsync(Publish(5, 7));
            Assert.Equal((0x50, 7, 0), await AckAsync(first));
        }
        var (clean, connack) = await Raw5.ConnectAsync(host.Port, "a");
        using var second = clean;
        Assert.Equal(0, connack.Head);
        await clean.SendAsync([.. Publish(5, 7), .. Pubrel(8)]);
        Assert.Contains((0x70, 8, 0x92), new[] { await AckAsync(clean), await AckAsync(clean) });
        Assert.Equal(2, receiver.Messages.Count);
    }

    [Fact]
    public async Task A_rejected_message_ends_with_its_pubrec_and_is_not_held_MQTT_4_3_3_9()
    {
        receiver.Reject = seen => seen.Payload == "m7" ? new("north", MeterPipeline.Mqtt.Packets.ReasonCode.TopicNameInvalid, "unknown-topic", "Publish elsewhere.", 1, Whole: true) : null;
        await using var host = await EndpointHost.StartAsync(receiver, new EndpointOptions { ReceiveMaximum = 1 });
        using var client = await ConnectAsync(host, 5, "a");
        for (var round = 1; round <= 3; round++)
        {
            await client.SendAsync(Publish(5, 7));
            Assert.Equal((0x50, 7, 0x90), await AckAsync(client));
            Assert.Equal(round, receiver.Messages.Count);
        }
    }

    [Fact]
    public async Task What_a_client_never_releases_is_bounded_in_both_versions()
    {
        await using var host = await EndpointHost.StartAsync(receiver, new EndpointOptions { ReceiveMaximum = 2 });
        using var client = await ConnectAsync(host, 4, "a");
        await client.SendAsync([.. Publish(4, 1), .. Publish(4, 2), .. Publish(4, 1, flags: Dup), .. Publish(4, 3)]);
        foreach (var id in (int[])[1, 2, 1]) Assert.Equal((0x50, id, 0), await AckAsync(client));
        await client.AssertClosedAsync();
        Assert.Equal("receive-maximum", Assert.Single(host.Services.Counters.Refusals).Key);
    }

    private static byte[] Connect(int level, string id, byte flags) =>
        level == 5 ? Raw5.Connect(id, flags, properties: Raw5.SessionExpiry(60)) : RawClient.Connect(id, flags: flags);

    private static async Task<RawClient> ConnectAsync(EndpointHost host, int level, string id, bool? present = false)
    {
        var client = await RawClient.OpenAsync(host.Port);
        await client.SendAsync(Connect(level, id, Resume));
        var connack = await client.ReceiveAsync();
        Assert.Equal((0x20, 0), (connack![0], connack[3]));
        if (present is { } expected) Assert.Equal(expected ? 1 : 0, connack[2]);
        return client;
    }

    private static byte[] Publish(int level, int id, byte qos = 2, byte flags = 0) =>
        level == 5 ? Raw5.Publish(id, $"m{id}", qos: qos, flags: flags) : RawClient.Publish(id, $"m{id}", qos: qos, dup: flags != 0);

    private static byte[] Pubrel(int id) => [0x62, 2, .. RawClient.Short(id)];

    private static async Task<(int First, int Id, int Code)> AckAsync(RawClient client)
    {
        var answer = Answer.Of(await client.ReceiveAsync());
        return (answer.First, answer.Head, answer.Code);
    }

    /// <summary>Takes the first batch only until its connection is ended, as a recorder does whose queue is full.</summary>
    private sealed class StuckReceiver : MeterPipeline.Mqtt.IReceiver
    {
        internal TaskCompletionSource Refused { get; } = new();

        internal int Taken { get; private set; }

        public MeterPipeline.Mqtt.IReceiverSession Open(MeterPipeline.Mqtt.Origin origin) => new Stream(this);

        private sealed class Stream(StuckReceiver owner) : MeterPipeline.Mqtt.IReceiverSession
        {
            public MeterPipeline.Mqtt.Rejection? Take(in MeterPipeline.Mqtt.Delivery delivery)
            {
                owner.Taken++;
                return null;
            }

            public async ValueTask SubmitAsync(MeterPipeline.Mqtt.IOwedAcks? owed, CancellationToken cancel)
            {
                if (owner.Refused.TrySetResult()) await Task.Delay(Timeout.Infinite, cancel);
                owed?.Committed();
            }

            public void Dispose()
            {
            }
        }
    }
}
