using System.Diagnostics;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>A hand-written reading, published by a client nobody here wrote, through real servers into InfluxDB and into an amount.</summary>
public sealed class RealInputTests
{
    private const string Edge = """{"ts":"2025-11-15T00:00:00+08:00","value":"100.00"}""";
    private const string End = """{"ts":"2026-03-16T00:00:00+08:00","value":"1593.14"}""";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_published_reading_is_in_influxdb_and_in_explain_within_two_seconds(bool throughBroker)
    {
        await using var influx = await Influx.StartAsync();
        await using var broker = await Mosquitto.StartAsync();
        using var pipeline = new PipelineProcess().With("Influx:Url", influx.Url.ToString()).With("Influx:CreateDatabase", "true")
            .With("Subscribers:0:Port", $"{broker.Port}").With("Subscribers:0:ClientId", "pipeline-test");
        SmallRegistry.Import(pipeline);
        await pipeline.StartAsync();
        var port = throughBroker ? broker.Port : pipeline.MqttPort;
        if (throughBroker) await SubscribedAsync(pipeline);

        Assert.Equal(0, PipelineProcess.Publish(port, "metering/v1/grid/E1/reading", Edge));
        Assert.Equal(0, PipelineProcess.Publish(port, "metering/v1/grid/E1/reading", End));
        await UntilAsync(async () => await influx.CountAsync("meter_reading") == 2);
        Assert.Contains("149.31 yuan", pipeline.Verb("explain", "H1", "--season", "2025-2026").Output, StringComparison.Ordinal);
        var export = pipeline.Export();
        Assert.Contains("H1,coal-to-electricity,electricity,100.0000,1593.1400,1493.1400,1493.1400,0.1,149.31,1040.00,false,149.31,0.00,149.31,149.31,149.31", export, StringComparison.Ordinal);

        Assert.Equal(0, PipelineProcess.Publish(port, "metering/v1/grid/E1/reading", End));
        Assert.Equal(0, PipelineProcess.Publish(port, "metering/v1/grid/E1/reading", """{"ts":"2026-03-16T00:00:00+08:00","value":"""));
        Assert.Equal(0, PipelineProcess.Publish(port, "metering/v1/grid/E2/reading", Edge));
        await UntilAsync(async () => await influx.CountAsync("meter_reading") == 3);
        Assert.Equal(export.Split('\n')[1], pipeline.Export().Split('\n')[1]);
        Assert.Contains("bad-json", pipeline.Verb("quarantine", "list").Output, StringComparison.Ordinal);
        await UntilAsync(() => Task.FromResult(pipeline.Verb("status").Output.Contains("5 received = 3 accepted + 1 duplicate + 0 conflict + 1 quarantined + 0 pending", StringComparison.Ordinal)));
        if (throughBroker) await AssertMetricsAsync(pipeline);

        // The fastest of some: a busy machine may take its time, a pipeline that holds readings back always does.
        var fastest = TimeSpan.MaxValue;
        for (var day = 1; day <= 5 && fastest > TimeSpan.FromSeconds(2); day++)
        {
            Assert.Equal(0, PipelineProcess.Publish(port, "metering/v1/grid/E2/reading", $$"""{"ts":"2025-12-0{{day}}T00:00:00+08:00","value":"{{200 + day}}.00"}"""));
            var clock = Stopwatch.StartNew();
            await UntilAsync(async () => await influx.CountAsync("meter_reading") == 3 + day);
            if (clock.Elapsed < fastest) fastest = clock.Elapsed;
        }
        Assert.True(fastest < TimeSpan.FromSeconds(2), $"InfluxDB had no reading before {fastest.TotalSeconds:N1} s");
        Assert.Equal(0, await pipeline.StopAsync());
        Assert.Equal(0, pipeline.Verb("verify").Code);
    }

    [Fact]
    public async Task The_sample_of_the_readme_comes_out_as_it_says()
    {
        using var pipeline = new PipelineProcess();
        pipeline.ImportRegistry(Path.Combine(Repository(), "deploy", "sample"));
        await pipeline.StartAsync();
        Assert.Equal(0, PipelineProcess.Publish(pipeline.MqttPort, "metering/v1/sgcc-yuncheng/000012345678/reading", Edge));
        Assert.Equal(0, PipelineProcess.Publish(pipeline.MqttPort, "metering/v1/sgcc-yuncheng/000012345678/reading", End));
        var explained = pipeline.Verb("explain", "H1", "--season", "2025-2026").Output;
        Assert.Contains("2025-11-16 to 2026-03-15  register         112.3400  used    1480.8000 kWh  120 days without a reading", explained, StringComparison.Ordinal);
        Assert.Contains("1493.1400 kWh × 0.1 yuan = 149.314 yuan", explained, StringComparison.Ordinal);
        Assert.Contains("149.31 yuan", explained, StringComparison.Ordinal);
        Assert.Equal(0, await pipeline.StopAsync());
    }

    [Fact]
    public async Task A_meter_registered_beside_a_running_pipeline_is_taken_at_once_and_a_correction_reaches_influxdb()
    {
        await using var influx = await Influx.StartAsync();
        using var pipeline = new PipelineProcess().With("Influx:Url", influx.Url.ToString()).With("Influx:CreateDatabase", "true");
        SmallRegistry.Import(pipeline);
        await pipeline.StartAsync();
        var more = pipeline.Write("more.csv", "meter_id,household_id,company,energy,installed_on,opening\nE3,H2,grid,electricity,2025-10-01,0\n");
        Assert.Equal(0, pipeline.Verb("import", "meters", more).Code);
        Assert.Equal(0, PipelineProcess.Publish(pipeline.MqttPort, "metering/v1/grid/batch",
            """{"readings":[{"meter":"E3","ts":"2025-12-01T00:00:00+08:00","value":50},{"meter":"E3","ts":"2025-12-02T00:00:00+08:00","value":60.5,"rev":1}]}"""));
        Assert.Equal(0, PipelineProcess.Publish(pipeline.MqttPort, "metering/v1/grid/E3/reading", """{"ts":"2025-12-02T00:00:00+08:00","value":70}"""));
        await UntilAsync(async () => await influx.CountAsync("meter_reading") == 2);
        // The correction counts although the older revision came after it.
        await UntilAsync(async () => (await influx.QueryAsync("SELECT last(value) AS v FROM meter_reading WHERE meter='E3'"))[0]["v"] == "60.5");
        Assert.Equal(0, pipeline.Verb("status").Code);
        Assert.DoesNotContain("unknown-meter", pipeline.Verb("quarantine", "list").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_outage_of_influxdb_leaves_nothing_missing_and_a_rebuild_makes_it_whole(bool v2)
    {
        await using var influx = await Influx.StartAsync();
        await using var shim = v2 ? await InfluxV2Shim.StartAsync(influx) : null;
        using var pipeline = new PipelineProcess().With("Influx:Url", (shim?.Url ?? influx.Url).ToString());
        if (v2) pipeline.With("Influx:Api", "V2").With("Influx:Bucket", "metering").With("Influx:Org", "bureau").With("Influx:Token", InfluxV2Shim.Token);
        SmallRegistry.Import(pipeline);
        await pipeline.StartAsync();
        PublishDay(pipeline, 1);
        await UntilAsync(async () => await influx.CountAsync("meter_reading") == 48);
        await influx.StopAsync();
        PublishDay(pipeline, 2);
        await UntilAsync(() => Task.FromResult(pipeline.Verb("status").Output.Contains("96 received = 96 accepted", StringComparison.Ordinal)));
        await influx.StartAgainAsync();
        await UntilAsync(async () => await influx.CountAsync("meter_reading") == 96);
        await EmptyAsync(influx);
        Assert.Equal(0, pipeline.Verb("rebuild", "influx").Code);
        Assert.Equal(96, await influx.CountAsync("meter_reading"));
        Assert.Equal(0, await pipeline.StopAsync());
        await EmptyAsync(influx);
        Assert.Equal(0, pipeline.Verb("rebuild", "influx").Code);
        Assert.Equal(96, await influx.CountAsync("meter_reading"));
        var last = await influx.QueryAsync("SELECT last(value) AS v FROM meter_reading GROUP BY meter");
        Assert.Equal([("E1", "71.5"), ("E2", "71.5")], last.Select(row => (row["meter"], row["v"])));
    }

    private static async Task EmptyAsync(Influx influx)
    {
        await influx.QueryAsync("DROP DATABASE metering");
        await influx.QueryAsync("CREATE DATABASE metering");
    }

    private static void PublishDay(PipelineProcess pipeline, int day)
    {
        var items = Enumerable.Range(0, 24).SelectMany(hour => (string[])["E1", "E2"], (hour, meter) =>
            $$"""{"meter":"{{meter}}","ts":"2025-12-0{{day}}T{{hour:00}}:00:00+08:00","value":"{{day * 24 + hour}}.5"}""");
        Assert.Equal(0, PipelineProcess.Publish(pipeline.MqttPort, "metering/v1/grid/batch", $"[{string.Join(',', items)}]"));
    }

    /// <summary>The operator sees how the broker is doing, and nobody's meter.</summary>
    private static async Task AssertMetricsAsync(PipelineProcess pipeline)
    {
        using var http = new HttpClient();
        var metrics = await http.GetStringAsync(new Uri($"http://127.0.0.1:{pipeline.WebPort}/metrics"));
        string[] expected =
        [
            "connected{broker=\"broker\"} 1", "protocol_level{broker=\"broker\"} 5", "messages_total{broker=\"broker\"} 5", "committed_total{broker=\"broker\"} 5",
            "owed{broker=\"broker\"} 0", "lost_sessions_total{broker=\"broker\"} 0", "dropped_total{broker=\"broker\"} 0", "trouble{broker=\"broker\",kind=\"backlog\"} 0",
        ];
        Assert.All(expected, line => Assert.Contains($"\nmeterpipeline_broker_{line}\n", metrics, StringComparison.Ordinal));
        Assert.Contains("\nmeterpipeline_broker_waiting{broker=\"broker\"} ", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("E1", metrics, StringComparison.Ordinal);
    }

    /// <summary>Only a message published after the subscription is queued for it.</summary>
    private static Task SubscribedAsync(PipelineProcess pipeline) => UntilAsync(() => Task.FromResult(pipeline.Errors.Contains("connected", StringComparison.Ordinal)));

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "MeterPipeline.sln"))) folder = folder.Parent;
        return folder.FullName;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var waited = Stopwatch.StartNew(); !await holds(); await Task.Delay(20))
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(2), "It did not come true within two minutes.");
    }
}
