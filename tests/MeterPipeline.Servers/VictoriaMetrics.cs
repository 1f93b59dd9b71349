namespace MeterPipeline.Servers;

/// <summary>A private VictoriaMetrics. It answers 204 to every write, bad ones too: check what is stored, never the reply.</summary>
public sealed class VictoriaMetrics : IAsyncDisposable
{
    private readonly TempFolder _folder = new("vm");
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
    private readonly int _port = FreePort.Next();
    private readonly ServerProcess _process;

    private VictoriaMetrics() => _process = ServerProcess.Start(
        "victoria-metrics",
        _folder.Path,
        $"-storageDataPath={_folder.At("data")}",
        $"-httpListenAddr=127.0.0.1:{_port}",
        "-retentionPeriod=100y",
        "-dedup.minScrapeInterval=1ms",
        "-loggerLevel=ERROR");

    public Uri Url => new($"http://127.0.0.1:{_port}");

    public static async Task<VictoriaMetrics> StartAsync()
    {
        var server = new VictoriaMetrics();
        await server._process.UntilReadyAsync(async cancel =>
        {
            using var health = await server._client.GetAsync(new Uri(server.Url, "health"), cancel);
            return health.IsSuccessStatusCode;
        });
        return server;
    }

    /// <summary>Every series of a metric (<c>measurement_field</c>) with its samples, one JSON object a line, all writes included.</summary>
    public async Task<string> ExportAsync(string metric)
    {
        await _client.GetStringAsync(new Uri(Url, "internal/force_flush"));
        return await _client.GetStringAsync(new Uri(Url, "api/v1/export?match[]=" + Uri.EscapeDataString(metric)));
    }

    public async ValueTask DisposeAsync()
    {
        await _process.EndAsync(ServerProcess.SigKill);
        _process.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }
}
