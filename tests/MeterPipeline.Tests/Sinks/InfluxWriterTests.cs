using MeterPipeline.Sinks;

namespace MeterPipeline.Tests.Sinks;

/// <summary>Answers that no server of Debian gives on demand; what real ones answer is tested against them in ServerTests.</summary>
public class InfluxWriterTests
{
    private static readonly byte[] _threeLines = "m v=1 1\nbad\nm v=3 3\n"u8.ToArray();

    [Fact]
    public async Task A_v2_server_that_refuses_the_whole_batch_gets_the_rest_again()
    {
        using var server = new ScriptedInflux(new Answer(400, """{"code":"invalid","message":"unable to parse 'bad': missing fields"}"""));
        var result = await WriteAsync(server);
        Assert.Equal((WriteOutcome.Rejected, 2), (result.Outcome, result.Stored));
        Assert.Equal(new Rejection("missing fields", 1, "bad"), Assert.Single(result.Rejections));
        Assert.Equal("m v=1 1\nm v=3 3\n", server.Bodies[^1]);
        Assert.Equal("/api/v2/write?org=o%20o&bucket=b&precision=ms", server.Address);
    }

    [Fact]
    public async Task A_short_retry_after_is_waited_for_within_the_write()
    {
        using var server = new ScriptedInflux(new Answer(429, "slow down", RetryAfter: 1));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(WriteOutcome.Accepted, (await WriteAsync(server)).Outcome);
        Assert.Equal(2, server.Bodies.Count);
        Assert.True(watch.ElapsedMilliseconds >= 950, $"tried again after {watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task A_long_retry_after_hands_the_batch_back_with_it()
    {
        using var server = new ScriptedInflux(new Answer(503, "maintenance", RetryAfter: 600));
        var result = await WriteAsync(server);
        Assert.Equal((WriteOutcome.Keep, TimeSpan.FromMinutes(10), false), (result.Outcome, result.RetryAfter, result.NeedsOperator));
        Assert.Contains("maintenance", result.Reason, StringComparison.Ordinal);
        Assert.Single(server.Bodies);
    }

    [Fact]
    public async Task A_failing_server_is_tried_again_then_the_batch_is_kept()
    {
        using var server = new ScriptedInflux(new Answer(500), new Answer(502), new Answer(503));
        Assert.Equal(WriteOutcome.Keep, (await WriteAsync(server, retries: 1)).Outcome);
        Assert.Equal(2, server.Bodies.Count);
        Assert.Equal(WriteOutcome.Accepted, (await WriteAsync(server, retries: 1)).Outcome);
    }

    [Fact]
    public async Task A_server_that_refuses_everything_without_a_word_costs_a_bounded_number_of_requests()
    {
        using var server = new ScriptedInflux([.. Enumerable.Repeat(new Answer(400, "no"), 5_000)]);
        await using var writer = new InfluxWriter(Options(server));
        var lines = System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 2_000).Select(i => $"m v={i} {i}\n")));
        var result = await writer.WriteAsync(lines, CancellationToken.None);
        Assert.Equal((WriteOutcome.Rejected, 0, 2_000), (result.Outcome, result.Stored, result.Refused));
        Assert.InRange(server.Bodies.Count, 2, 300);
    }

    private static async Task<WriteResult> WriteAsync(ScriptedInflux server, int retries = 3)
    {
        await using var writer = new InfluxWriter(Options(server) with { Retries = retries });
        return await writer.WriteAsync(_threeLines, CancellationToken.None);
    }

    private static InfluxOptions Options(ScriptedInflux server) =>
        new() { Url = server.Url, Api = InfluxApi.V2, Org = "o o", Bucket = "b", Token = "t", Gzip = false };
}
