using System.Text;
using MeterPipeline.Sinks;

namespace MeterPipeline.ServerTests.Sinks;

/// <summary>The sink's contract on InfluxDB 1.x itself, and what is particular to v1.</summary>
public sealed class InfluxV1Tests : SinkContract
{
    protected override Task<InfluxOptions> OptionsAsync() => Task.FromResult(new InfluxOptions { Url = Server.Url, Retries = 1 });

    [Fact]
    public async Task A_missing_database_is_named_with_its_remedy_or_created()
    {
        var options = await OptionsAsync() with { Database = "other" };
        await using (var writer = new InfluxWriter(options))
        {
            var kept = await WriteAsync(writer, "m value=1 1\n");
            Assert.Equal(WriteOutcome.Keep, kept.Outcome);
            Assert.True(kept.NeedsOperator);
            Assert.Contains("CREATE DATABASE \"other\"", kept.Reason, StringComparison.Ordinal);
        }
        await using (var writer = new InfluxWriter(options with { CreateDatabase = true }))
            Assert.Equal(WriteOutcome.Accepted, (await WriteAsync(writer, "m value=1 1\n")).Outcome);
        Assert.Single(await Server.QueryAsync("SELECT value FROM m", "other"));
    }

    [Fact]
    public async Task An_unknown_retention_policy_needs_the_operator()
    {
        await using var writer = new InfluxWriter(await OptionsAsync() with { RetentionPolicy = "nope" });
        var kept = await WriteAsync(writer, "m value=1 1\n");
        Assert.Equal((WriteOutcome.Keep, true), (kept.Outcome, kept.NeedsOperator));
        Assert.Contains("RetentionPolicy", kept.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Points_older_than_the_retention_are_counted_and_do_not_block()
    {
        await Server.QueryAsync("CREATE RETENTION POLICY short ON metering DURATION 1h REPLICATION 1");
        await using var writer = new InfluxWriter(await OptionsAsync() with { RetentionPolicy = "short" });
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var old = string.Concat(Enumerable.Range(1, 2_000).Select(i => $"m value=1 {i}\n"));
        var result = await WriteAsync(writer, $"{old}m value=7 {now}\n");
        Assert.Equal((WriteOutcome.Rejected, 1, 2_000), (result.Outcome, result.Stored, result.Refused));
        Assert.Equal("7", Assert.Single(await Server.QueryAsync("SELECT value FROM short.m"))["value"]);
    }

    [Fact]
    public async Task Names_come_back_as_they_were_given()
    {
        string[] names = ["a b,c=d", "太原 市", @"in\side", "\"quoted\"", "x'y"];
        var lines = new LineProtocol();
        foreach (var name in names)
        {
            lines.Begin(LineText.Series("meter_reading", ("meter", name), ("end", @"trailing\")));
            lines.Field(LineText.FieldKey("va lue"), 12_345L);
            lines.End(1_763_222_400_123);
        }
        await using var writer = new InfluxWriter(await OptionsAsync());
        Assert.Equal(WriteOutcome.Accepted, (await writer.WriteAsync(lines.Written, CancellationToken.None)).Outcome);
        var rows = await Server.QueryAsync("SELECT \"va lue\", \"end\", meter FROM meter_reading");
        Assert.Equal(names.Order(), rows.Select(r => r["meter"]).Order());
        Assert.All(rows, r => Assert.Equal(("1.2345", "trailing_", "1763222400123"), (r["va lue"], r["end"], r["time"])));
    }

    [Fact]
    public async Task Thousands_of_named_bad_lines_are_each_set_aside()
    {
        await using var writer = new InfluxWriter(await OptionsAsync());
        var text = string.Concat(Enumerable.Range(0, 4_000).Select(i => $"m,meter={new string('x', 60)}{i} value=1u {i}\nm value={i} {i}\n"));
        var result = await WriteAsync(writer, text);
        Assert.Equal((4_000, 4_000), (result.Stored, result.Refused));
        Assert.Equal(4_000, await Server.CountAsync("m"));
    }

    [Fact]
    public async Task Accounts_are_checked_and_the_password_never_shows()
    {
        await using var guarded = await Influx.StartAsync(user: "writer", password: "hunter2");
        var options = await OptionsAsync() with { Url = guarded.Url, User = "writer", Password = "hunter2" };
        await using (var writer = new InfluxWriter(options))
            Assert.Equal(WriteOutcome.Accepted, (await WriteAsync(writer, "m value=1 1\n")).Outcome);
        await using (var writer = new InfluxWriter(options with { Password = "wrong-one" }))
        {
            var kept = await WriteAsync(writer, "m value=2 2\n");
            Assert.Equal((WriteOutcome.Keep, true), (kept.Outcome, kept.NeedsOperator));
            Assert.Contains("Password", kept.Reason, StringComparison.Ordinal);
            Assert.DoesNotContain("wrong-one", kept.Reason, StringComparison.Ordinal);
        }
    }

    private static ValueTask<WriteResult> WriteAsync(InfluxWriter writer, string lines) =>
        writer.WriteAsync(Encoding.UTF8.GetBytes(lines), CancellationToken.None);
}
