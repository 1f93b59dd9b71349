using System.Collections.Concurrent;
using System.Net;
using MeterFleet;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>PostgreSQL away for longer than anybody's patience: nothing acknowledged meanwhile, everything said, and all goes on without a restart.</summary>
public sealed class OutageTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(2);

    private readonly Fleet fleet = Fleet.Create(new FleetOptions { Households = 20, Seed = 7, Faults = FaultRates.All });

    [Fact]
    public async Task A_pipeline_whose_server_was_away_goes_on_by_itself_and_loses_nothing()
    {
        await using var server = await Postgres.StartAsync();
        var messages = fleet.Messages().ToList();
        using var calm = new PipelineProcess();
        calm.ImportRegistry(fleet);
        await calm.StartAsync();
        await calm.PublishAsync(messages);
        Assert.Equal(0, await calm.StopAsync());

        using var pipeline = new PipelineProcess().With("Ledger:Provider", "postgres").With("Ledger:ConnectionString", server.ConnectionString)
            .With("Ledger:PatienceSeconds", "1");
        pipeline.ImportRegistry(fleet);
        await pipeline.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{pipeline.WebPort}") };
        var acknowledged = new ConcurrentDictionary<long, byte>();
        var publishing = pipeline.PublishAsync(messages, acknowledged, reconnect: true);
        await UntilAsync(() => Task.FromResult(acknowledged.Count > messages.Count / 3));

        await server.StopAsync();
        await UntilAsync(async () => (await ReadyAsync(http)).Contains("Folding waits", StringComparison.Ordinal));
        var (during, reasons) = (acknowledged.Count, await ReadyAsync(http));
        Assert.Contains("The ledger takes no commits", reasons, StringComparison.Ordinal);
        Assert.Contains("PostgreSQL 127.0.0.1", reasons, StringComparison.Ordinal);
        var metrics = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        foreach (var line in (string[])["meterpipeline_ledger_reachable 0", "meterpipeline_recorder_healthy 0", "meterpipeline_folding_waiting 1"])
            Assert.Contains(line + "\n", metrics, StringComparison.Ordinal);
        using (var page = await http.GetAsync(new Uri("/?lang=en", UriKind.Relative)))
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (page.StatusCode, page.Headers.RetryAfter is not null));
            Assert.Contains("The ledger is away", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        using (var answer = await http.GetAsync(new Uri("/api/v1/overview", UriKind.Relative)))
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal(during, acknowledged.Count);
        Assert.False(publishing.IsCompleted);

        await server.StartAgainAsync();
        await publishing;
        Assert.Equal(messages.Count, acknowledged.Count);
        await UntilAsync(async () => await ReadyAsync(http) == "ready\n");
        await UntilAsync(async () => (await http.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Contains("meterpipeline_fold_lag_rows 0\n", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/", UriKind.Relative))).StatusCode);
        Assert.Equal(calm.Export(), pipeline.Export());
        Assert.Equal(0, await pipeline.StopAsync());
        Assert.Equal(calm.Export(), pipeline.Export());
        var verified = pipeline.Verb("verify");
        Assert.True(verified.Code == 0, verified.Output + verified.Errors);
        Assert.Equal(0, pipeline.Verb("status").Code);
    }

    private static async Task<string> ReadyAsync(HttpClient http)
    {
        using var answer = await http.GetAsync(new Uri("/readyz", UriKind.Relative));
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task UntilAsync(Func<Task<bool>> reached)
    {
        using var patience = new CancellationTokenSource(Long);
        while (!await reached()) await Task.Delay(20, patience.Token);
    }
}
