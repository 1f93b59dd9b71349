using System.Text.Json;
using MeterPipeline.Cli;
using MeterPipeline.Run;

namespace MeterPipeline.Bench;

/// <summary>A private InfluxDB with an empty database.</summary>
internal sealed class BenchInflux : IDisposable
{
    internal const string Database = "bench";

    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false });
    private readonly PrivateInflux influx;

    /// <exception cref="CommandException">It is not installed or does not start.</exception>
    internal BenchInflux(string folder)
    {
        influx = PrivateInflux.StartAsync(Path.Combine(folder, "influx"), CancellationToken.None).GetAwaiter().GetResult()
            ?? throw new CommandException("influxd is not installed here or does not start.");
        AppDomain.CurrentDomain.ProcessExit += End;
        Query($"CREATE DATABASE {Database}").Dispose();
    }

    internal string Url => influx.Url;

    internal ProcessFigures Figures => new(influx.Id);

    /// <summary>Makes sure that it holds so many values.</summary>
    /// <exception cref="CommandException">It holds another number.</exception>
    internal void Require(long count)
    {
        using var answer = Query("SELECT count(value) FROM meter_reading");
        var held = answer.RootElement.GetProperty("results")[0].TryGetProperty("series", out var series) ? series[0].GetProperty("values")[0][1].GetInt64() : 0;
        if (held != count) throw new CommandException($"{count:N0} readings were acknowledged, InfluxDB holds {held:N0}.", ExitCode.Difference);
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= End;
        influx.DisposeAsync().AsTask().GetAwaiter().GetResult();
        client.Dispose();
    }

    private void End(object? sender, EventArgs ending) => influx.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private JsonDocument Query(string query)
    {
        using var form = new FormUrlEncodedContent([new("q", query), new("db", Database)]);
        using var answer = client.PostAsync(new Uri(Url + "/query"), form).GetAwaiter().GetResult();
        return JsonDocument.Parse(answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync().GetAwaiter().GetResult());
    }
}
