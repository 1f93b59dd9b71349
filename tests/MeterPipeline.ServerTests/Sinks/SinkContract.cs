using System.Text;
using MeterPipeline.Sinks;

namespace MeterPipeline.ServerTests.Sinks;

/// <summary>What every way of writing to InfluxDB keeps, read back from the server itself.</summary>
public abstract class SinkContract : IAsyncLifetime
{
    protected Influx Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await Influx.StartAsync();

    public async Task DisposeAsync()
    {
        await DisposeServersAsync();
        await Server.DisposeAsync();
    }

    public virtual ValueTask DisposeServersAsync() => ValueTask.CompletedTask;

    protected abstract Task<InfluxOptions> OptionsAsync();

    protected virtual ISink Open(InfluxOptions options) => new InfluxWriter(options);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_accepted_is_stored_exactly_once_however_often_it_is_written(bool gzip)
    {
        await using var writer = Open(await OptionsAsync() with { Gzip = gzip, BatchLines = 700 });
        for (var time = 0; time < 2; time++)
            Assert.Equal((WriteOutcome.Accepted, 2_000), Brief(await writer.WriteAsync(Good(0, 2_000), CancellationToken.None)));
        var rows = await Server.QueryAsync("SELECT value, meter FROM meter_reading ORDER BY time");
        Assert.Equal(Enumerable.Range(0, 2_000).Select(i => $"{i}.5"), rows.Select(r => r["value"]));
        Assert.Equal("M1999", rows[^1]["meter"]);
    }

    [Fact]
    public async Task Nothing_to_write_is_accepted()
    {
        await using var writer = Open(await OptionsAsync());
        Assert.Equal((WriteOutcome.Accepted, 0), Brief(await writer.WriteAsync(default, CancellationToken.None)));
    }

    [Theory]
    [InlineData("meter_reading,meter=B value=")]
    [InlineData("garbage")]
    [InlineData("meter_reading,meter=B value=1 notatime")]
    [InlineData("meter_reading,meter=B',x=y' value=': 1")]
    public async Task A_bad_line_in_the_middle_is_set_aside_and_its_neighbours_are_stored(string bad)
    {
        await using var writer = Open(await OptionsAsync());
        var result = await writer.WriteAsync(Joined(Good(0, 500), Encoding.UTF8.GetBytes(bad + "\n"), Good(500, 500)), CancellationToken.None);
        Assert.Equal((WriteOutcome.Rejected, 1_000), Brief(result));
        var rejection = Assert.Single(result.Rejections);
        Assert.Equal((1, bad), (rejection.Lines, rejection.Line));
        Assert.NotEmpty(rejection.Reason);
        Assert.Equal(1_000, await Server.CountAsync("meter_reading"));
    }

    [Fact]
    public async Task A_line_that_the_server_does_not_name_is_found_by_halving()
    {
        await using var writer = Open(await OptionsAsync());
        Assert.Equal(WriteOutcome.Accepted, (await writer.WriteAsync(Good(0, 1), CancellationToken.None)).Outcome);
        // A field has its type per shard, so the conflict needs a time near its neighbours.
        const string Conflict = "meter_reading,meter=C value=7i 1763222400005";
        var tooLong = "meter_reading,meter=" + new string('x', 66_000) + " value=7 1763222400006";
        var result = await writer.WriteAsync(
            Joined(Good(1, 300), Encoding.UTF8.GetBytes(Conflict + "\n"), Good(301, 300), Encoding.UTF8.GetBytes(tooLong + "\n"), Good(601, 300)),
            CancellationToken.None);
        Assert.Equal((WriteOutcome.Rejected, 900), Brief(result));
        Assert.Equal([Conflict, tooLong], result.Rejections.Select(r => r.Line));
        Assert.Contains("field type conflict", result.Rejections[0].Reason, StringComparison.Ordinal);
        Assert.Equal(901, await Server.CountAsync("meter_reading"));
    }

    [Fact]
    public async Task A_batch_of_nothing_but_bad_lines_moves_on()
    {
        await using var writer = Open(await OptionsAsync());
        var result = await writer.WriteAsync("a\nb\nc\n"u8.ToArray(), CancellationToken.None);
        Assert.Equal((WriteOutcome.Rejected, 0), Brief(result));
        Assert.Equal(["a", "b", "c"], result.Rejections.Select(r => r.Line));
    }

    [Fact]
    public async Task An_outage_keeps_the_batch_and_nothing_is_missing_after_it()
    {
        const int Batches = 30, Lines = 200;
        await using var writer = Open(await OptionsAsync());
        var kept = 0;
        Task? restart = null;
        for (var batch = 0; batch < Batches; batch++)
        {
            if (batch == 10)
                await Server.KillAsync();
            while (true)
            {
                var result = await writer.WriteAsync(Good(batch * Lines, Lines), CancellationToken.None);
                if (result.Outcome != WriteOutcome.Keep)
                {
                    Assert.Equal((WriteOutcome.Accepted, Lines), Brief(result));
                    break;
                }
                Assert.False(result.NeedsOperator);
                Assert.True(result.RetryAfter > TimeSpan.Zero);
                kept++;
                restart ??= Server.StartAgainAsync();
                await restart;
                await Task.Delay(result.RetryAfter);
            }
        }
        Assert.True(kept > 0);
        Assert.Equal(Batches * Lines, await Server.CountAsync("meter_reading"));
    }

    [Fact]
    public async Task Only_the_callers_own_token_throws()
    {
        await using var writer = Open(await OptionsAsync());
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await writer.WriteAsync(Good(0, 1), cancelled.Token));
    }

    private static ReadOnlyMemory<byte> Good(int first, int count)
    {
        var lines = new LineProtocol();
        var value = LineText.FieldKey("value");
        foreach (var i in Enumerable.Range(first, count))
        {
            lines.Begin(LineText.Series("meter_reading", ("meter", $"M{i}"), ("energy", "electricity")));
            lines.Field(value, (i * 10_000L) + 5_000);
            lines.End(1_763_222_400_000 + i);
        }
        return lines.Written;
    }

    private static ReadOnlyMemory<byte> Joined(params ReadOnlyMemory<byte>[] parts) => parts.SelectMany(p => p.ToArray()).ToArray();

    private static (WriteOutcome Outcome, int Stored) Brief(WriteResult result) => (result.Outcome, result.Stored);
}
