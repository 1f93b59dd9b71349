using System.Diagnostics;
using System.Globalization;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>One season of a meter in every payload format, published by a client nobody here wrote: the same amount in <c>explain</c>.</summary>
public sealed class PayloadFormatTests
{
    private const long Edge = 1_763_136_000_000;
    private const long End = 1_773_590_400_000;

    public static TheoryData<string> Formats => ["json", "senml", "sparkplug", "tasmota", "headend"];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_season_comes_to_the_same_amount(string format)
    {
        using var pipeline = new PipelineProcess().With("Profiles", Path.Combine(Repository(), "deploy", "profiles"));
        SmallRegistry.Import(pipeline);
        await pipeline.StartAsync();
        foreach (var (topic, payload) in Messages(format)) Publish(pipeline, topic, payload);
        Assert.Equal(0, await pipeline.StopAsync());
        Assert.Contains("2 received = 2 accepted + 0 duplicate + 0 conflict + 0 quarantined", pipeline.Verb("status").Output, StringComparison.Ordinal);
        var explained = pipeline.Verb("explain", "H1", "--season", "2025-2026").Output;
        Assert.Contains("1493.1400", explained, StringComparison.Ordinal);
        Assert.Contains("149.31", explained, StringComparison.Ordinal);
    }

    private static IEnumerable<(string Topic, byte[] Payload)> Messages(string format) => format switch
    {
        "json" => [Text("metering/v1/grid/batch", """[{"meter":"E1","ts":"2025-11-15T00:00:00+08:00","value":"100.00"},{"meter":"E1","ts":"2026-03-16T00:00:00+08:00","value":1593.14}]""")],
        "senml" => [Text("metering/v1/grid/batch", """[{"bn":"E","bt":1763136000,"bu":"kWh","bs":100,"n":"1","s":0},{"n":"1","t":10454400,"s":1493.14}]""")],
        // Each mosquitto_pub is a connection of its own, so that data goes by name here; aliases have their cases in the unit tests.
        "sparkplug" => [Sparkplug(0, "NBIRTH/edge", []), Sparkplug(1, "DBIRTH/edge/E1", Metric(Edge, 100)), Sparkplug(2, "DDATA/edge/E1", Metric(End, 1593.14))],
        "tasmota" => [Text("tele/E1/SENSOR", """{"Time":"2025-11-15T00:00:00","ENERGY":{"Total":100.000}}"""), Text("tele/E1/SENSOR", """{"Time":"2026-03-16T00:00:00","ENERGY":{"Total":1593.140}}""")],
        _ => [Text("headend/grid/freeze", """{"v":1,"items":[{"meter":"E1","reg":"1.8.0","t":"2025-11-15T00:00:00+08:00","val":"000100.00","q":0},{"meter":"E1","reg":"1.8.0","t":"2026-03-16T00:00:00+08:00","val":"001593.14","q":0}]}""")],
    };

    private static (string, byte[]) Text(string topic, string payload) => (topic, System.Text.Encoding.UTF8.GetBytes(payload));

    /// <summary>A Sparkplug payload of one metric or none: field 2, then the sequence number, field 3.</summary>
    private static (string, byte[]) Sparkplug(byte sequence, string topic, byte[] metric) =>
        ($"spBv1.0/grid/{topic}", [.. metric.Length == 0 ? Array.Empty<byte>() : [0x12, (byte)metric.Length, .. metric], 0x18, sequence]);

    /// <summary>Name (field 1), alias 1 (field 2), time (field 3), double (field 13).</summary>
    private static byte[] Metric(long timeMs, double value)
    {
        var time = new List<byte>();
        for (var rest = timeMs; rest > 0; rest >>= 7) time.Add((byte)(rest < 0x80 ? rest : 0x80 + (rest & 0x7F)));
        return [0x0A, 12, .. "Energy/Total"u8, 0x10, 1, 0x18, .. time, 0x69, .. BitConverter.GetBytes(value)];
    }

    /// <summary>mosquitto_pub -s takes any bytes from standard input.</summary>
    private static void Publish(PipelineProcess pipeline, string topic, byte[] payload)
    {
        var port = pipeline.MqttPort.ToString(CultureInfo.InvariantCulture);
        using var process = Process.Start(new ProcessStartInfo(ServerProcess.Find("mosquitto_pub"), ["-p", port, "-q", "1", "-t", topic, "-s"]) { RedirectStandardInput = true })!;
        process.StandardInput.BaseStream.Write(payload);
        process.StandardInput.Close();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "MeterPipeline.sln"))) folder = folder.Parent;
        return folder.FullName;
    }
}
