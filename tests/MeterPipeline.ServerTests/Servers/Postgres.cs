using System.Diagnostics;

namespace MeterPipeline.ServerTests.Servers;

/// <summary>A private PostgreSQL 15 with trust authentication on loopback. As root it runs under the user <c>postgres</c>.</summary>
public sealed class Postgres : IAsyncDisposable
{
    private readonly TempFolder _folder = new("pg");
    private ServerProcess? _process;

    public int Port { get; } = FreePort.Next();

    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Username=postgres;Database=postgres";

    public static async Task<Postgres> StartAsync()
    {
        var server = new Postgres();
        if (Environment.UserName == "root")
            await RunAsync("chown", "postgres:postgres", server._folder.Path);
        await RunAsync(AsPostgres("initdb", "-D", server._folder.At("data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"));
        await server.StartAgainAsync();
        return server;
    }

    public Task StartAgainAsync()
    {
        var command = AsPostgres(
            "postgres", "-D", _folder.At("data"), "-p", $"{Port}", "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={_folder.Path}");
        _process = ServerProcess.Start(command[0], _folder.Path, command[1..]);
        return _process.UntilReadyAsync(async _ => await ExitCodeAsync(AsPostgres("pg_isready", "-q", "-h", "127.0.0.1", "-p", $"{Port}")) == 0);
    }

    /// <summary>A fast shutdown: running statements are rolled back.</summary>
    public Task StopAsync() => _process!.EndAsync(2);

    /// <summary>An immediate shutdown: as after a crash, the next start recovers from the log.</summary>
    public Task KillAsync() => _process!.EndAsync(ServerProcess.SigQuit);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.EndAsync(ServerProcess.SigQuit);
        _process?.Dispose();
        _folder.Dispose();
    }

    // The wrapper on PATH that some systems have is avoided: only the real binary takes signals as documented.
    private static string[] AsPostgres(string program, params string[] arguments)
    {
        var real = Path.Combine("/usr/lib/postgresql/15/bin", program);
        var path = File.Exists(real) ? real : ServerProcess.Find(program);
        return Environment.UserName == "root"
            ? [ServerProcess.Find("setpriv"), "--reuid=postgres", "--regid=postgres", "--clear-groups", "--", path, .. arguments]
            : [path, .. arguments];
    }

    private static async Task RunAsync(params string[] command)
    {
        var code = await ExitCodeAsync(command);
        if (code != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {code}.");
    }

    private static async Task<int> ExitCodeAsync(params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync(), process.WaitForExitAsync());
        return process.ExitCode;
    }
}
