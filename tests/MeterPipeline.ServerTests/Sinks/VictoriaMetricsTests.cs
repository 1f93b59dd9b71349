using System.Diagnostics;
using System.Text.Json;
using MeterPipeline.Sinks;
using Xunit.Abstractions;

namespace MeterPipeline.ServerTests.Sinks;

/// <summary>VictoriaMetrics takes both dialects; as its replies say nothing, every sample is read back.</summary>
public sealed class VictoriaMetricsTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(InfluxApi.V1)]
    [InlineData(InfluxApi.V2)]
    public async Task A_season_of_samples_is_read_back_complete(InfluxApi api)
    {
        const int Meters = 1_000, Readings = 200;
        const long Start = 1_763_222_400_000, Quarter = 900_000;
        await using var server = await VictoriaMetrics.StartAsync();
        await using var writer = new InfluxWriter(new() { Url = server.Url, Api = api, Org = "o", Bucket = "b", Token = "t" });
        var series = Enumerable.Range(0, Meters).Select(m => LineText.Series("meter_reading", ("meter", $"M{m}"))).ToArray();
        var value = LineText.FieldKey("value");
        var lines = new LineProtocol();
        var watch = Stopwatch.StartNew();
        for (var r = 0; r < Readings; r++)
        {
            for (var m = 0; m < Meters; m++)
            {
                lines.Begin(series[m]);
                lines.Field(value, (m * 1_000_000L) + r);
                lines.End(Start + (r * Quarter));
            }
            if (lines.Lines < 5_000)
                continue;
            Assert.Equal(WriteOutcome.Accepted, (await writer.WriteAsync(lines.Written, CancellationToken.None)).Outcome);
            lines.Clear();
        }
        output.WriteLine($"{api}: {Meters * Readings / watch.Elapsed.TotalSeconds:N0} lines/s, gzip, one connection");

        var found = 0;
        foreach (var text in (await server.ExportAsync("meter_reading_value")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var json = JsonDocument.Parse(text);
            var meter = int.Parse(json.RootElement.GetProperty("metric").GetProperty("meter").GetString()![1..]);
            var values = json.RootElement.GetProperty("values").EnumerateArray().Select(v => v.GetDecimal());
            Assert.Equal(Enumerable.Range(0, Readings).Select(r => (meter * 100m) + (r * 0.0001m)), values);
            found++;
        }
        Assert.Equal(Meters, found);
    }
}
