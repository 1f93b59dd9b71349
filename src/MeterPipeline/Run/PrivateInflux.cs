using System.Diagnostics;

namespace MeterPipeline.Run;

/// <summary>An InfluxDB 1.x of one's own on loopback, for the demo: started where <c>influxd</c> is on the PATH, stopped with it.</summary>
public sealed class PrivateInflux : IAsyncDisposable
{
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(10);

    private readonly Process process;

    private PrivateInflux(Process process, string url) => (this.process, Url) = (process, url);

    public string Url { get; }

    /// <summary>Of the process.</summary>
    public int Id => process.Id;

    /// <summary>Null where influxd is not installed or does not come up.</summary>
    public static async Task<PrivateInflux?> StartAsync(string folder, CancellationToken cancel)
    {
        var (http, rpc) = (FreePort.Any(), FreePort.Any());
        Directory.CreateDirectory(folder);
        var config = Path.Combine(folder, "influxdb.conf");
        await File.WriteAllTextAsync(config, $"""
            reporting-enabled = false
            bind-address = "127.0.0.1:{rpc}"
            [meta]
              dir = "{folder}/meta"
            [data]
              dir = "{folder}/data"
              wal-dir = "{folder}/wal"
              query-log-enabled = false
              max-series-per-database = 0
              max-values-per-tag = 0
            [monitor]
              store-enabled = false
            [http]
              bind-address = "127.0.0.1:{http}"
              log-enabled = false
            [continuous_queries]
              enabled = false
            [logging]
              level = "error"
              suppress-logo = true
            """, cancel).ConfigureAwait(false);
        try
        {
            var process = Process.Start(new ProcessStartInfo("influxd", ["run", "-config", config]) { RedirectStandardError = true, RedirectStandardOutput = true });
            if (process is null) return null;
            process.BeginErrorReadLine();
            process.BeginOutputReadLine();
            var influx = new PrivateInflux(process, $"http://127.0.0.1:{http}");
            if (await influx.AnswersAsync(cancel).ConfigureAwait(false)) return influx;
            await influx.DisposeAsync().ConfigureAwait(false);
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>As it says itself; null: not installed here.</summary>
    public static string? Version()
    {
        try
        {
            using var asked = Process.Start(new ProcessStartInfo("influxd", ["version"]) { RedirectStandardOutput = true })!;
            return asked.StandardOutput.ReadToEnd().Split('(')[0].Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync().ConfigureAwait(false);
        process.Dispose();
    }

    private async Task<bool> AnswersAsync(CancellationToken cancel)
    {
        using var client = new HttpClient();
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < StartMax && !process.HasExited;)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri(Url + "/ping"), cancel).ConfigureAwait(false);
                if (answer.IsSuccessStatusCode) return true;
            }
            catch (HttpRequestException)
            {
            }
            await Task.Delay(50, cancel).ConfigureAwait(false);
        }
        return false;
    }
}
