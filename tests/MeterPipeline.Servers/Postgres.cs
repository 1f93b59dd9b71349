using System.Diagnostics;

namespace MeterPipeline.Servers;

/// <summary>Where a server is put, other than on the machine's own disk and loopback.</summary>
/// <param name="Disk">Holds its files, log included.</param>
/// <param name="Cables">Its only network; it is asked by its socket beside that.</param>
public sealed record PostgresPlace(SmallDisk? Disk = null, Cables? Cables = null);

/// <summary>A private PostgreSQL 15 with trust authentication on loopback. As root it runs under the user <c>postgres</c>.</summary>
public sealed class Postgres : IAsyncDisposable
{
    private static readonly TimeSpan _orphansMax = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder = new("pg");
    private readonly PostgresPlace _place;
    private readonly string[] _settings;
    private ServerProcess? _process;

    private Postgres(PostgresPlace place, string[] settings) => (_place, _settings) = (place, settings);

    public int Port { get; } = FreePort.Next();

    public string ConnectionString => $"Host={Host};Port={Port};Username=postgres;Database=postgres";

    /// <summary>Whether it ended by itself: after an error of its disk, for instance.</summary>
    public bool HasEnded => _process is not { HasExited: false };

    private string Data => Path.Combine(_place.Disk?.Path ?? _folder.Path, "data");

    private string Host => _place.Cables is null ? "127.0.0.1" : _folder.Path;

    /// <param name="settings">Such as <c>max_connections=30</c>.</param>
    public static async Task<Postgres> StartAsync(params string[] settings)
    {
        var server = await PrepareAsync(new PostgresPlace(), settings);
        await RunAsync(AsPostgres("initdb", "-D", server.Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"));
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Another server on a copy of the files of one that is stopped.</summary>
    public static async Task<Postgres> StartCopyAsync(Postgres stopped, PostgresPlace place, params string[] settings)
    {
        var server = await PrepareAsync(place, settings);
        await RunAsync("cp", "-a", stopped.Data, Path.GetDirectoryName(server.Data)!);
        await RunAsync("sync", "-f", server.Data); // the copy is what a power cut must not take back
        if (place.Cables is not null) await File.AppendAllTextAsync(Path.Combine(server.Data, "pg_hba.conf"), $"host all all {Cables.Network} trust\n");
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>A streaming replica.</summary>
    public static async Task<Postgres> StartStandbyAsync(Postgres primary)
    {
        var server = await PrepareAsync(new PostgresPlace(), primary._settings);
        await RunAsync(AsPostgres("pg_basebackup", "-h", "127.0.0.1", "-p", $"{primary.Port}", "-U", "postgres", "-D", server.Data, "-R", "--checkpoint=fast", "--no-sync"));
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Also after a crash, whose orphans it waits for. Thousands of files, of the schemas of many tests, are synced in one call then.</summary>
    public async Task StartAgainAsync()
    {
        string[] command = [.. _place.Cables is { } cables ? (string[])[ServerProcess.Find("ip"), "netns", "exec", cables.Namespace] : [], .. AsPostgres(
            ["postgres", "-D", Data, "-p", $"{Port}", "-c", $"listen_addresses={(_place.Cables is null ? "127.0.0.1" : "*")}", "-c", $"unix_socket_directories={_folder.Path}",
            "-c", "recovery_init_sync_method=syncfs", .. _settings.SelectMany(s => (string[])["-c", s])])];
        for (var waited = Stopwatch.StartNew(); ;)
        {
            _process = ServerProcess.Start(command[0], _folder.Path, command[1..]);
            try
            {
                await _process.UntilReadyAsync(async _ => await ExitCodeAsync(AsPostgres("pg_isready", "-q", "-h", Host, "-p", $"{Port}")) == 0);
                return;
            }
            catch (InvalidOperationException) when (_process.HasExited && waited.Elapsed < _orphansMax)
            {
                await Task.Delay(100); // "pre-existing shared memory block is still in use"
            }
        }
    }

    /// <summary>A fast shutdown: running statements are rolled back.</summary>
    public Task StopAsync() => _process!.EndAsync(2);

    /// <summary>An immediate shutdown: as after a crash, the next start recovers from the log.</summary>
    public Task KillAsync() => _process!.EndAsync(ServerProcess.SigQuit);

    /// <summary>SIGKILL: nobody is left to stop the sessions, they end when they notice.</summary>
    public Task KillHardAsync() => _process!.EndAsync(ServerProcess.SigKill);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.EndAsync(ServerProcess.SigQuit);
        _process?.Dispose();
        _folder.Dispose();
    }

    private static async Task<Postgres> PrepareAsync(PostgresPlace place, string[] settings)
    {
        var server = new Postgres(place, settings);
        if (Environment.UserName == "root")
            await RunAsync("chown", "postgres:postgres", server._folder.Path);
        return server;
    }

    // The wrapper on PATH that some systems have is avoided: only the real binary takes signals as documented.
    private static string[] AsPostgres(params string[] command)
    {
        var (program, arguments) = (command[0], command[1..]);
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
