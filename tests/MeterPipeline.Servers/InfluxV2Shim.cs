namespace MeterPipeline.Servers;

/// <summary>
/// InfluxDB 2's write path (<c>/api/v2/write</c> with a token) on the engine of a running <see cref="Influx"/>: a private nginx
/// maps bucket to database. Error bodies keep the form of 1.x.
/// </summary>
public sealed class InfluxV2Shim : IAsyncDisposable
{
    public const string Token = "test-token";

    private readonly TempFolder _folder = new("v2");
    private readonly int _port = FreePort.Next();
    private readonly ServerProcess _process;

    private InfluxV2Shim(Influx behind, int bodyBytesMax)
    {
        File.WriteAllText(_folder.At("nginx.conf"), $$"""
            daemon off;
            master_process off;
            worker_processes 1;
            pid {{_folder.At("nginx.pid")}};
            error_log {{_folder.At("error.log")}};
            events { worker_connections 64; }
            http {
              access_log off;
              client_max_body_size {{bodyBytesMax}};
              client_body_temp_path {{_folder.At("body")}};
              proxy_temp_path {{_folder.At("proxy")}};
              fastcgi_temp_path {{_folder.At("fastcgi")}};
              uwsgi_temp_path {{_folder.At("uwsgi")}};
              scgi_temp_path {{_folder.At("scgi")}};
              map $arg_precision $prec1 { default n; us u; ms ms; s s; }
              map $http_authorization $allowed { default 0; "Token {{Token}}" 1; }
              server {
                listen 127.0.0.1:{{_port}};
                location = /health { return 200 '{"status":"pass"}'; }
                location = /api/v2/write {
                  if ($allowed = 0) { return 401 '{"code":"unauthorized","message":"unauthorized access"}'; }
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_set_header Authorization "";
                  proxy_pass {{behind.Url.AbsoluteUri.TrimEnd('/')}}/write?db=$arg_bucket&precision=$prec1;
                }
              }
            }
            """);
        _process = ServerProcess.Start("nginx", _folder.Path, "-p", _folder.Path, "-e", _folder.At("error.log"), "-c", _folder.At("nginx.conf"));
    }

    public Uri Url => new($"http://127.0.0.1:{_port}");

    /// <param name="bodyBytesMax">Larger bodies are refused with 413.</param>
    public static async Task<InfluxV2Shim> StartAsync(Influx behind, int bodyBytesMax = 25_000_000)
    {
        var shim = new InfluxV2Shim(behind, bodyBytesMax);
        await shim._process.UntilListeningAsync(shim._port);
        return shim;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.EndAsync(ServerProcess.SigTerm);
        _process.Dispose();
        _folder.Dispose();
    }
}
