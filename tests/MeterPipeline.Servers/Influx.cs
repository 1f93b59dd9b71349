using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MeterPipeline.Servers;

/// <summary>A private InfluxDB 1.x. Data outlives <see cref="StopAsync"/>, <see cref="KillAsync"/> and the next start.</summary>
public sealed class Influx : IAsyncDisposable
{
    private readonly TempFolder _folder = new("influx");
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
    private readonly string? _userAndPassword;
    private ServerProcess? _process;

    private Influx(string? user, string? password)
    {
        _userAndPassword = user is null ? null : $"u={user}&p={password}&";
        File.WriteAllText(_folder.At("influxdb.conf"), $"""
            reporting-enabled = false
            bind-address = "127.0.0.1:{FreePort.Next()}"
            [meta]
            dir = "{_folder.At("meta")}"
            [data]
            dir = "{_folder.At("data")}"
            wal-dir = "{_folder.At("wal")}"
            index-version = "inmem"
            query-log-enabled = false
            max-series-per-database = 0
            max-values-per-tag = 0
            [monitor]
            store-enabled = false
            [http]
            bind-address = "127.0.0.1:{Port}"
            auth-enabled = {(user is null ? "false" : "true")}
            log-enabled = false
            [continuous_queries]
            enabled = false
            [logging]
            level = "warn"
            suppress-logo = true
            """);
    }

    public int Port { get; } = FreePort.Next();

    public Uri Url => new($"http://127.0.0.1:{Port}");

    /// <summary>Starts a server with an empty database. With <paramref name="user"/>, that user is its administrator and every request must prove it.</summary>
    public static async Task<Influx> StartAsync(string? database = "metering", string? user = null, string? password = null)
    {
        var influx = new Influx(user, password);
        try
        {
            await influx.StartAgainAsync();
            if (user is not null)
                await influx.QueryAsync($"CREATE USER {user} WITH PASSWORD '{password}' WITH ALL PRIVILEGES");
            if (database is not null)
                await influx.QueryAsync($"CREATE DATABASE {database}");
            return influx;
        }
        catch
        {
            await influx.DisposeAsync();
            throw;
        }
    }

    public async Task StartAgainAsync()
    {
        _process = ServerProcess.Start("influxd", _folder.Path, "run", "-config", _folder.At("influxdb.conf"));
        await _process.UntilReadyAsync(async cancel =>
        {
            using var pong = await _client.GetAsync(new Uri(Url, "ping"), cancel);
            return pong.IsSuccessStatusCode;
        });
    }

    /// <summary>An orderly stop, as in an upgrade.</summary>
    public Task StopAsync() => _process!.EndAsync(ServerProcess.SigTerm);

    /// <summary>A crash.</summary>
    public Task KillAsync() => _process!.EndAsync(ServerProcess.SigKill);

    /// <summary>
    /// Runs InfluxQL and returns all series' rows: column name to text (tags included, numbers as the server wrote them, times in
    /// milliseconds, null as an empty text). Throws where the server reports an error.
    /// </summary>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> QueryAsync(string query, string database = "metering")
    {
        using var form = new FormUrlEncodedContent([new("q", query)]);
        using var response = await _client.PostAsync(new Uri(Url, $"query?{_userAndPassword}db={database}&epoch=ms"), form);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var rows = new List<IReadOnlyDictionary<string, string>>();
        Fail(json.RootElement, query);
        foreach (var result in json.RootElement.GetProperty("results").EnumerateArray())
        {
            Fail(result, query);
            if (!result.TryGetProperty("series", out var all))
                continue;
            foreach (var series in all.EnumerateArray())
                rows.AddRange(Rows(series));
        }
        return rows;
    }

    /// <summary>The number of stored values of a field; 0 for an empty measurement.</summary>
    public async Task<long> CountAsync(string measurement, string field = "value")
    {
        var rows = await QueryAsync($"SELECT count({field}) FROM {measurement}");
        return rows.Count == 0 ? 0 : long.Parse(rows[0]["count"], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.EndAsync(ServerProcess.SigKill);
        _process?.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }

    private static void Fail(JsonElement element, string query)
    {
        if (element.TryGetProperty("error", out var error))
            throw new InvalidOperationException(new StringBuilder(error.GetString()).Append(" in: ").Append(query).ToString());
    }

    private static IEnumerable<IReadOnlyDictionary<string, string>> Rows(JsonElement series)
    {
        var columns = series.GetProperty("columns").EnumerateArray().Select(c => c.GetString()!).ToArray();
        foreach (var values in series.GetProperty("values").EnumerateArray())
        {
            var row = columns.Zip(values.EnumerateArray(), (c, v) => (c, v.ToString())).ToDictionary(p => p.c, p => p.Item2);
            if (series.TryGetProperty("tags", out var tags))
            {
                foreach (var tag in tags.EnumerateObject())
                    row[tag.Name] = tag.Value.GetString()!;
            }
            yield return row;
        }
    }
}
