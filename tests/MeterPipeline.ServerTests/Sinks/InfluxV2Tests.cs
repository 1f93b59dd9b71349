using System.Text;
using MeterPipeline.Sinks;

namespace MeterPipeline.ServerTests.Sinks;

/// <summary>The sink's contract over the v2 write path, and what is particular to v2.</summary>
public class InfluxV2Tests : SinkContract
{
    private InfluxV2Shim? _shim;

    protected override async Task<InfluxOptions> OptionsAsync()
    {
        _shim ??= await InfluxV2Shim.StartAsync(Server);
        return At(_shim);
    }

    [Fact]
    public async Task A_wrong_token_needs_the_operator_and_never_shows()
    {
        await using var writer = Open(await OptionsAsync() with { Token = "wrong-one" });
        var kept = await writer.WriteAsync("m value=1 1\n"u8.ToArray(), CancellationToken.None);
        Assert.Equal((WriteOutcome.Keep, true), (kept.Outcome, kept.NeedsOperator));
        Assert.Contains("Token", kept.Reason, StringComparison.Ordinal);
        Assert.Contains("unauthorized access", kept.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-one", kept.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_halved_until_it_fits()
    {
        await using var narrow = await InfluxV2Shim.StartAsync(Server, bodyBytesMax: 1_000);
        await using var writer = Open(At(narrow) with { Gzip = false });
        var lines = string.Concat(Enumerable.Range(0, 500).Select(i => $"m,meter=M{i} value={i} {i}\n"));
        var result = await writer.WriteAsync(Encoding.UTF8.GetBytes(lines), CancellationToken.None);
        Assert.Equal((WriteOutcome.Accepted, 500), (result.Outcome, result.Stored));
        Assert.Equal(500, await Server.CountAsync("m"));
    }

    public override async ValueTask DisposeServersAsync()
    {
        if (_shim is not null)
            await _shim.DisposeAsync();
    }

    private static InfluxOptions At(InfluxV2Shim shim) =>
        new() { Url = shim.Url, Api = InfluxApi.V2, Org = "bureau", Bucket = "metering", Token = InfluxV2Shim.Token, Retries = 1 };
}
