using System.Net.Sockets;
using System.Text;
using MeterPipeline.Ledger.Sqlite;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>Whatever comes in: a clear answer that names place and remedy, and no harm to anything else.</summary>
public sealed class BadInputTests
{
    private const string Good = """{"ts":"2025-12-01T00:00:00+08:00","value":"1.00"}""";

    [Fact]
    public async Task Every_bad_message_is_kept_with_its_reason_and_the_next_good_one_passes()
    {
        using var pipeline = new PipelineProcess();
        SmallRegistry.Import(pipeline);
        await pipeline.StartAsync();
        var nextYear = DateTimeOffset.UtcNow.Year + 1;
        (string Topic, string Payload, string Reason)[] cases =
        [
            ("metering/v1/grid/E9/reading", Good, "unknown-meter"),
            ("metering/v1/gas/E1/reading", Good, "foreign-meter"),
            ("metering/v1/nobody/E1/reading", Good, "unknown-company"),
            ("metering/v2/grid/E1/reading", Good, "unknown-topic"),
            ("metering/v1/grid/batch", Good, "no-meter"),
            ("metering/v1/grid/E1/reading", """{"ts":"2025-12-01T00:00:00+08:00","value":"NaN"}""", "bad-value"),
            ("metering/v1/grid/E1/reading", """{"ts":"2025-12-01T00:00:00+08:00","value":NaN}""", "bad-json"),
            ("metering/v1/grid/E1/reading", """{"ts":"2025-12-01T00:00:00+08:00","value":"-1"}""", "negative-value"),
            ("metering/v1/grid/E1/reading", $$"""{"ts":"2025-12-01T00:00:00+08:00","value":"{{new string('9', 40)}}"}""", "value-too-large"),
            ("metering/v1/grid/E1/reading", """{"ts":"1970-01-01T00:00:00Z","value":"1"}""", "time-too-old"),
            ("metering/v1/grid/E1/reading", $$"""{"ts":"{{nextYear}}-12-31T00:00:00Z","value":"1"}""", "time-in-future"),
            ("metering/v1/grid/E1/reading", """{"ts":"2025-12-01T00:00:00","value":"1"}""", "bad-time"),
            ("metering/v1/grid/E1/reading", """{"ts":"2025-12-01T00:00:00Z","value":"1","unit":"m3"}""", "wrong-unit"),
            ("metering/v1/grid/E1/reading", """{"ts":"2025-12-01T00:00:00Z","value":"1","register":"T9"}""", "bad-register"),
            ("metering/v1/grid/E1/reading", "{\"ts\":\"2025-12-01T00:00:00Z\",\"value\":\"1\"", "bad-json"),
            ("metering/v1/grid/E1/reading", "", "bad-json"),
            ("metering/v1/grid/E1/reading", "[[1]]", "bad-shape"),
        ];
        foreach (var (topic, payload, reason) in cases)
            Assert.True(PipelineProcess.Publish(pipeline.MqttPort, topic, payload) == 0, reason);
        Assert.Equal(0, PipelineProcess.Publish(pipeline.MqttPort, "metering/v1/grid/E1/reading", Good));
        Assert.Equal(0, PipelineProcess.Publish(pipeline.MqttPort, "metering/v1/grid/batch",
            """{"readings":[{"meter":"E1","ts":"2025-12-02T00:00:00+08:00","value":2},{"meter":"E1","ts":"x","value":3},{"meter":"E2","ts":"2025-12-02T00:00:00+08:00","value":4}]}"""));
        Assert.Equal(0, await pipeline.StopAsync());
        using (var ledger = SqliteLedger.Open(pipeline.Data))
        using (var view = ledger.OpenView())
        {
            var reasons = view.Quarantine(long.MaxValue, 100).Reverse().Select(row => row.Message.Reason).ToList();
            Assert.Equal([.. cases.Select(c => c.Reason), "bad-time"], reasons);
            Assert.All(view.Quarantine(long.MaxValue, 100), row => Assert.True(row.Message.Detail.Length > 20, row.Message.Reason));
        }
        Assert.Contains("21 received = 3 accepted + 0 duplicate + 0 conflict + 18 quarantined + 0 pending", pipeline.Verb("status").Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_packets_close_their_own_connection_only()
    {
        using var pipeline = new PipelineProcess();
        SmallRegistry.Import(pipeline);
        await pipeline.StartAsync();
        using var neighbour = await ConnectAsync(pipeline.MqttPort);
        byte[] connect = [0x10, 12, 0, 4, .. "MQTT"u8, 4, 2, 0, 0, 0, 0];
        (string Name, byte[] Bytes)[] cases =
        [
            ("too large", [.. connect, 0x32, 0xFF, 0xFF, 0xFF, 0x7F]),
            ("length of five bytes", [.. connect, 0x32, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]),
            ("wrong protocol name", [0x10, 12, 0, 4, .. "MQTX"u8, 4, 2, 0, 0, 0, 0]),
            ("no CONNECT", [0x32, 5, 0, 1, (byte)'a', 0, 1]),
            ("topic runs past the packet", [.. connect, 0x32, 4, 0, 99, (byte)'a', 0]),
            ("topic is not UTF-8", [.. connect, 0x32, 6, 0, 2, 0xC3, 0x28, 0, 1]),
            ("version 6", [0x10, 12, 0, 4, .. "MQTT"u8, 6, 2, 0, 0, 0, 0]),
            ("QoS 3", [.. connect, 0x36, 5, 0, 1, (byte)'a', 0, 1]),
        ];
        foreach (var (name, bytes) in cases)
        {
            using var client = new TcpClient("127.0.0.1", pipeline.MqttPort);
            await client.GetStream().WriteAsync(bytes);
            Assert.True(await ClosesAsync(client), $"{name}: the connection stays open");
        }
        await PublishAsync(neighbour, "metering/v1/grid/E1/reading", Good);
        Assert.Equal(0, await pipeline.StopAsync());
        Assert.Contains("1 received = 1 accepted", pipeline.Verb("status").Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_and_arguments_are_refused_with_place_and_remedy()
    {
        using var pipeline = new PipelineProcess();
        SmallRegistry.Import(pipeline);
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var gbk = pipeline.Write("gbk.csv", "");
        await File.WriteAllBytesAsync(gbk, Encoding.GetEncoding("GBK").GetBytes("household_id,name,division,route\nH9,张三,140802101201,煤改电\n"));
        Refused(1, "UTF-8", "import", "households", gbk);
        Refused(1, "line-2.csv:2: value", "import", "readings", pipeline.Write("line-2.csv", "meter_id,ts,value\nE1,2025-12-01T00:00:00+08:00,abc\n"));
        Refused(2, "2025-2026", "export", "accruals", "--season", "2025", "--out", "-");
        Refused(2, "--season", "export", "accruals", "--out", "-");
        Refused(2, "loopback", "run", "--mqtt", "0.0.0.0:1883");
        var policies = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(gbk)!, "policies")).FullName;
        await File.WriteAllTextAsync(Path.Combine(policies, "typo.yaml"), "id: a\nversoin: 1\n");
        Refused(1, "typo.yaml:2:1: ", "policies", "check", "--policies", policies);
        await pipeline.StartAsync();
        Refused(2, "held by process", "run", "--mqtt", $"127.0.0.1:{FreePort.Next()}", "--web", $"127.0.0.1:{FreePort.Next()}");
        using var other = new PipelineProcess();
        var (code, _, errors) = other.Verb("run", "--mqtt", $"127.0.0.1:{pipeline.MqttPort}", "--web", $"127.0.0.1:{other.WebPort}");
        Assert.True(code == 2 && errors.Contains("--mqtt", StringComparison.Ordinal), errors);
        Assert.Equal(0, PipelineProcess.Publish(pipeline.MqttPort, "metering/v1/grid/E1/reading", Good));
        Assert.Equal(0, await pipeline.StopAsync());

        void Refused(int expected, string says, params string[] arguments)
        {
            var (code, output, errors) = pipeline.Verb(arguments);
            Assert.True(code == expected && errors.Contains(says, StringComparison.Ordinal), $"{string.Join(' ', arguments)}: {code}\n{output}{errors}");
            Assert.DoesNotContain("   at MeterPipeline", errors, StringComparison.Ordinal);
        }
    }

    private static async Task<TcpClient> ConnectAsync(int port)
    {
        var client = new TcpClient("127.0.0.1", port);
        await client.GetStream().WriteAsync((byte[])[0x10, 13, 0, 4, .. "MQTT"u8, 4, 2, 0, 0, 0, 1, (byte)'n']);
        await client.GetStream().ReadExactlyAsync(new byte[4]);
        return client;
    }

    private static async Task PublishAsync(TcpClient client, string topic, string payload)
    {
        byte[] body = [0, (byte)topic.Length, .. Encoding.UTF8.GetBytes(topic), 0, 1, .. Encoding.UTF8.GetBytes(payload)];
        await client.GetStream().WriteAsync((byte[])[0x32, (byte)body.Length, .. body]);
        var ack = new byte[4];
        await client.GetStream().ReadExactlyAsync(ack);
        Assert.Equal([0x40, 2, 0, 1], ack);
    }

    private static async Task<bool> ClosesAsync(TcpClient client)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            var buffer = new byte[64];
            while (await client.GetStream().ReadAsync(buffer, patience.Token) > 0)
            {
            }
            return true;
        }
        catch (IOException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
