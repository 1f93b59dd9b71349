using System.Diagnostics;
using MeterPipeline.ServerTests.EndToEnd;
using MeterPipeline.Tests.Mqtt;

namespace MeterPipeline.ServerTests.Mqtt;

/// <summary>QoS 2 over a process that is killed: its sessions are gone and it says so; the identity of readings makes them count once all the same.</summary>
public sealed class ExactlyOnceCrashTests
{
    private const byte Resume = 0;
    private const string Topic = "metering/v1/grid/E1/reading";
    private const string Reading = """{"ts":"2025-11-15T00:00:00+08:00","value":"100.00"}""";

    [Fact]
    public async Task A_message_sent_again_after_a_kill_between_pubrec_and_pubrel_counts_once()
    {
        using var pipeline = new PipelineProcess();
        SmallRegistry.Import(pipeline);
        await pipeline.StartAsync();
        using (var client = await ConnectAsync(pipeline))
        {
            await client.SendAsync(RawClient.Publish(7, Reading, Topic, qos: 2));
            Assert.Equal([0x50, 2, 0, 7], await client.ReceiveAsync());
            await pipeline.KillAsync();
        }
        await pipeline.StartAsync();
        using (var client = await ConnectAsync(pipeline))
        {
            // Whether the publisher goes on with PUBREL or begins again, the exchange comes to its end.
            await client.SendAsync([0x62, 2, 0, 7, .. RawClient.Publish(8, Reading, Topic, qos: 2, dup: true)]);
            Assert.Equal([0x70, 2, 0, 7], await client.ReceiveAsync());
            Assert.Equal([0x50, 2, 0, 8], await client.ReceiveAsync());
            await client.SendAsync(0x62, 2, 0, 8);
            Assert.Equal([0x70, 2, 0, 8], await client.ReceiveAsync());
        }
        for (var clock = Stopwatch.StartNew(); !pipeline.Verb("status").Output.Contains("2 received = 1 accepted + 1 duplicate", StringComparison.Ordinal);)
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), pipeline.Verb("status").Output);
    }

    /// <summary>Session present is 0 both times [MQTT-3.2.2-3].</summary>
    private static async Task<RawClient> ConnectAsync(PipelineProcess pipeline)
    {
        var client = await RawClient.OpenAsync(pipeline.MqttPort);
        await client.SendAsync(RawClient.Connect("crash", flags: Resume));
        Assert.Equal([0x20, 2, 0, 0], await client.ReceiveAsync());
        return client;
    }
}
