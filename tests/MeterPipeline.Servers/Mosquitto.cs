using System.Diagnostics;

namespace MeterPipeline.Servers;

/// <summary>A private Mosquitto with anonymous access, no limit on queued messages, and persistence across an orderly stop.</summary>
public sealed class Mosquitto : IAsyncDisposable
{
    private const int SigUsr1 = 10;
    private static readonly TimeSpan _saveMax = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder = new("mosquitto");
    private ServerProcess? _process;

    /// <param name="extra">Further lines of configuration, for example <c>listener</c> or <c>acl_file</c>.</param>
    private Mosquitto(string extra)
    {
        File.WriteAllText(_folder.At("mosquitto.conf"), $"""
            listener {Port} 127.0.0.1
            allow_anonymous true
            {(Environment.UserName == "root" ? "user root" : "")}
            persistence true
            persistence_location {_folder.Path}/
            max_queued_messages 0
            max_inflight_messages 1000
            set_tcp_nodelay true
            log_type error
            {extra}
            """);
    }

    public int Port { get; } = FreePort.Next();

    public static async Task<Mosquitto> StartAsync(string extra = "")
    {
        var broker = new Mosquitto(extra);
        await broker.StartAgainAsync();
        return broker;
    }

    public Task StartAgainAsync()
    {
        _process = ServerProcess.Start("mosquitto", _folder.Path, "-c", _folder.At("mosquitto.conf"));
        return _process.UntilListeningAsync(Port);
    }

    /// <summary>Keeps queued messages and sessions.</summary>
    public Task StopAsync() => _process!.EndAsync(ServerProcess.SigTerm);

    /// <summary>Stops, and loses sessions, queues and retained messages, as a broker does that is set up anew.</summary>
    public async Task StopAndForgetAsync()
    {
        await StopAsync();
        File.Delete(_folder.At("mosquitto.db"));
    }

    /// <summary>Has everything queued written to its file, and waits until it is.</summary>
    public async Task SaveAsync()
    {
        var file = _folder.At("mosquitto.db");
        var before = File.GetLastWriteTimeUtc(file);
        _process!.Signal(SigUsr1);
        for (var waited = Stopwatch.StartNew(); File.GetLastWriteTimeUtc(file) <= before; await Task.Delay(10))
            if (waited.Elapsed > _saveMax) throw new InvalidOperationException("Mosquitto does not save.");
    }

    /// <summary>Loses whatever was not saved, which is Mosquitto's own limit.</summary>
    public Task KillAsync() => _process!.EndAsync(ServerProcess.SigKill);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.EndAsync(ServerProcess.SigKill);
        _process?.Dispose();
        _folder.Dispose();
    }
}
