using System.Collections.Concurrent;
using MeterFleet;
using MeterPipeline.ServerTests.Ledger;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>The pipeline on PostgreSQL: the same bytes as on SQLite, whatever dies on the way, and a ledger moved from one to the other.</summary>
public sealed class PostgresTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private readonly Fleet fleet = Fleet.Create(new FleetOptions { Households = 20, Seed = 5, Faults = FaultRates.All });

    [Fact]
    public async Task A_killed_pipeline_and_a_crashed_server_leave_the_export_of_an_undisturbed_one()
    {
        var messages = fleet.Messages().ToList();
        using var calm = new PipelineProcess();
        calm.ImportRegistry(fleet);
        await calm.StartAsync();
        await calm.PublishAsync(messages);
        Assert.Equal(0, await calm.StopAsync());

        using var pipeline = OnPostgres("run");
        pipeline.ImportRegistry(fleet);
        await pipeline.StartAsync();
        var acknowledged = new ConcurrentDictionary<long, byte>();
        var publishing = pipeline.PublishAsync(messages, acknowledged, reconnect: true);
        await UntilAsync(() => acknowledged.Count > messages.Count / 4, publishing);
        await pipeline.KillAsync();
        await pipeline.StartAsync();
        await UntilAsync(() => acknowledged.Count > messages.Count / 2, publishing);
        await server.Server.KillAsync();
        await server.Server.StartAgainAsync();
        await publishing;
        Assert.Equal(messages.Count, acknowledged.Count);
        Assert.Equal(0, await pipeline.StopAsync());
        AssertSame(calm, pipeline);

        var moved = OnPostgres("moved", calm);
        var (code, output, errors) = moved.Verb("ledger", "move");
        Assert.True(code == 0 && output.Contains("the same", StringComparison.Ordinal), output + errors);
        Assert.Contains("not empty", moved.Verb("ledger", "move").Errors, StringComparison.Ordinal);
        var status = calm.With("Ledger:Provider", "sqlite").Verb("status").Output;
        var export = calm.Export();
        OnPostgres("moved", calm);
        // Beside who folds which partition it says the same.
        Assert.Equal(status.Split('\n'), calm.Verb("status").Output.Split('\n').Where(line => !line.StartsWith("partitions", StringComparison.Ordinal) && !line.Contains("folded by nobody", StringComparison.Ordinal)));
        Assert.Equal(export, calm.Export());
        Assert.Equal(0, calm.Verb("verify").Code);
        Assert.False(Directory.Exists(pipeline.Data));
    }

    [Fact]
    public async Task Quarantined_messages_are_replayed_and_readings_imported_beside_a_running_pipeline()
    {
        using var pipeline = OnPostgres("replay");
        SmallRegistry.Import(pipeline);
        await pipeline.StartAsync();
        Assert.Equal(0, PipelineProcess.Publish(pipeline.MqttPort, "metering/v1/grid/E3/reading", """{"ts":"2025-11-15T00:00:00+08:00","value":"100.00"}"""));
        Assert.Equal(0, PipelineProcess.Publish(pipeline.MqttPort, "metering/v1/grid/E3/reading", "{"));
        var meters = pipeline.Write("more.csv", "meter_id,household_id,company,energy,installed_on,opening\nE3,H1,grid,electricity,2025-11-01,90\n");
        Assert.Equal(0, pipeline.Verb("import", "meters", meters).Code);
        var replayed = pipeline.Verb("quarantine", "replay");
        Assert.True(replayed.Code == 0 && replayed.Output.Contains("1 taken with 1 readings", StringComparison.Ordinal), replayed.Output + replayed.Errors);
        var readings = pipeline.Write("readings.csv", "meter_id,ts,value\nE3,2026-03-16T00:00:00+08:00,1593.14\n");
        var imported = pipeline.Verb("import", "readings", readings);
        Assert.True(imported.Code == 0 && imported.Errors.Contains("The running pipeline folds them", StringComparison.Ordinal), imported.Output + imported.Errors);
        Assert.Contains("149.31 yuan", pipeline.Verb("explain", "H1", "--season", "2025-2026").Output, StringComparison.Ordinal);
        Assert.Equal(0, await pipeline.StopAsync());
        Assert.Contains("3 received = 2 accepted + 0 duplicate + 0 conflict + 1 quarantined + 0 pending", pipeline.Verb("status").Output, StringComparison.Ordinal);
        Assert.Equal(0, pipeline.Verb("verify").Code);
    }

    [Fact]
    public void A_ledger_that_somebody_folds_is_not_moved()
    {
        using var pipeline = new PipelineProcess();
        SmallRegistry.Import(pipeline);
        OnPostgres("busy", pipeline);
        using var source = MeterPipeline.Ledger.Sqlite.SqliteLedger.Open(pipeline.Data);
        using var fold = source.AcquireFold();
        var (code, _, errors) = pipeline.Verb("ledger", "move");
        Assert.Equal(2, code);
        Assert.Contains("Cannot fold the ledger", errors, StringComparison.Ordinal);
    }

    private static void AssertSame(PipelineProcess calm, PipelineProcess pipeline)
    {
        Assert.Equal(calm.Export(), pipeline.Export());
        var verified = pipeline.Verb("verify");
        Assert.True(verified.Code == 0, verified.Output + verified.Errors);
        Assert.Equal(0, pipeline.Verb("status").Code);
    }

    private PipelineProcess OnPostgres(string schema, PipelineProcess? pipeline = null) => (pipeline ?? new PipelineProcess())
        .With("Ledger:Provider", "postgres").With("Ledger:ConnectionString", server.Server.ConnectionString).With("Ledger:Schema", schema);

    private static async Task UntilAsync(Func<bool> reached, Task publishing)
    {
        while (!reached())
        {
            Assert.False(publishing.IsCompleted, "The load ended before it was disturbed; make it longer.");
            await Task.Delay(5);
        }
    }
}
