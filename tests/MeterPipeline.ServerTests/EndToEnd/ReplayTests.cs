using System.Diagnostics;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>Readings that do not come as messages of a running meter: brought back from quarantine, or imported from a file.</summary>
public sealed class ReplayTests
{
    private const string Edge = """{"ts":"2025-11-15T00:00:00+08:00","value":"100.00"}""";
    private const string End = """{"ts":"2026-03-16T00:00:00+08:00","value":"1593.14"}""";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Quarantined_messages_are_replayed_beside_a_running_pipeline_and_without_one(bool running)
    {
        await using var influx = await Influx.StartAsync();
        using var pipeline = new PipelineProcess().With("Influx:Url", influx.Url.ToString()).With("Influx:CreateDatabase", "true");
        SmallRegistry.Import(pipeline);
        await pipeline.StartAsync();
        Assert.Equal(0, PipelineProcess.Publish(pipeline.MqttPort, "metering/v1/grid/E3/reading", Edge));
        Assert.Equal(0, PipelineProcess.Publish(pipeline.MqttPort, "metering/v1/grid/E3/reading", End));
        Assert.Equal(0, PipelineProcess.Publish(pipeline.MqttPort, "metering/v1/grid/E3/reading", "{"));
        if (!running) Assert.Equal(0, await pipeline.StopAsync());
        var meters = pipeline.Write("more.csv", "meter_id,household_id,company,energy,installed_on,opening\nE3,H1,grid,electricity,2025-11-01,90\n");
        Assert.Equal(0, pipeline.Verb("import", "meters", meters).Code);

        Assert.Contains("2 would be taken with 2 readings", pipeline.Verb("quarantine", "replay", "--dry-run").Output, StringComparison.Ordinal);
        var replayed = pipeline.Verb("quarantine", "replay");
        Assert.True(replayed.Code == 0 && replayed.Output.Contains("3 messages decoded again: 2 taken with 2 readings, 1 messages or items stay open", StringComparison.Ordinal), replayed.Output + replayed.Errors);
        Assert.Contains("bad-json", replayed.Output, StringComparison.Ordinal);
        Assert.Contains("149.31 yuan", pipeline.Verb("explain", "H1", "--season", "2025-2026").Output, StringComparison.Ordinal);
        Assert.Contains("0 taken", pipeline.Verb("quarantine", "replay").Output, StringComparison.Ordinal);
        if (!running) await pipeline.StartAsync();
        await UntilAsync(async () => await influx.CountAsync("meter_reading") == 2);
        await UntilAsync(() => Task.FromResult(pipeline.Verb("status").Output.Contains("3 received = 2 accepted + 0 duplicate + 0 conflict + 1 quarantined + 0 pending", StringComparison.Ordinal)));
        Assert.Equal(0, await pipeline.StopAsync());
        var verified = pipeline.Verb("verify");
        Assert.True(verified.Code == 0, verified.Output + verified.Errors);
    }

    [Fact]
    public async Task A_file_of_readings_is_imported_beside_a_running_pipeline()
    {
        await using var influx = await Influx.StartAsync();
        using var pipeline = new PipelineProcess().With("Influx:Url", influx.Url.ToString()).With("Influx:CreateDatabase", "true");
        SmallRegistry.Import(pipeline);
        await pipeline.StartAsync();
        Assert.Equal(0, PipelineProcess.Publish(pipeline.MqttPort, "metering/v1/grid/E1/reading", Edge));
        var file = pipeline.Write("readings.csv", "表号,时间,示值\nE1,2025-11-15T00:00:00+08:00,100.00\nE1,2026-01-15T00:00:00+08:00,800\nE1,2026-03-16T00:00:00+08:00,1593.14\nE9,2026-03-16T00:00:00+08:00,1\n");
        var imported = pipeline.Verb("import", "readings", file);
        Assert.True(imported.Code == 1 && imported.Errors.Contains("readings.csv:5: meter_id", StringComparison.Ordinal), imported.Output + imported.Errors);
        Assert.Contains("4 rows: 3 taken, 1 rejected", imported.Output, StringComparison.Ordinal);
        // What is acknowledged counts at once, folded or not.
        Assert.Contains("149.31 yuan", pipeline.Verb("explain", "H1", "--season", "2025-2026").Output, StringComparison.Ordinal);
        Assert.Equal(0, PipelineProcess.Publish(pipeline.MqttPort, "metering/v1/grid/E1/reading", End));
        await UntilAsync(async () => await influx.CountAsync("meter_reading") == 3);
        await UntilAsync(() => Task.FromResult(pipeline.Verb("status").Output.Contains("5 received = 3 accepted + 2 duplicate + 0 conflict + 0 quarantined + 0 pending", StringComparison.Ordinal)));
        Assert.Equal(0, await pipeline.StopAsync());
        Assert.Equal(0, pipeline.Verb("verify").Code);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var waited = Stopwatch.StartNew(); !await holds(); await Task.Delay(20))
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "It did not come true within a minute.");
    }
}
