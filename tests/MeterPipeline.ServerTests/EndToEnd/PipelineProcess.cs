using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using MeterFleet;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>The real executable on a data folder of its own: <c>run</c> as a child process, other verbs beside it.</summary>
public sealed class PipelineProcess : IDisposable
{
    private readonly TempFolder _folder = new("pipeline");
    private readonly PipelineProgram _program;
    private readonly StringBuilder _errors = new();
    private Process? _run;

    public PipelineProcess() => _program = new PipelineProgram(_folder.Path);

    public int MqttPort { get; } = FreePort.Next();

    public int WebPort { get; } = FreePort.Next();

    public string Data => _program.Data;

    /// <summary>The ledger is in <see cref="Data"/>, not in a server.</summary>
    public bool IsEmbedded => !_program.Has("Ledger:Provider");

    /// <summary>What <c>run</c> wrote to standard error so far.</summary>
    public string Errors
    {
        get
        {
            lock (_errors) return _errors.ToString();
        }
    }

    /// <summary>A setting as an environment variable, for runs started afterwards.</summary>
    public PipelineProcess With(string key, string value)
    {
        _program.Set(key, value);
        return this;
    }

    public string Write(string name, string content)
    {
        var path = _folder.At(name);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>Imports a whole registry folder as MeterFleet writes it.</summary>
    public void ImportRegistry(string folder)
    {
        foreach (var kind in (string[])["divisions", "companies", "households", "meters"])
            Assert.Equal(0, Verb("import", kind, Path.Combine(folder, kind + ".csv")).Code);
    }

    /// <summary>Imports the registry of a fleet.</summary>
    public void ImportRegistry(Fleet fleet)
    {
        using var folder = new TempFolder("registry");
        fleet.WriteRegistry(folder.Path);
        ImportRegistry(folder.Path);
    }

    /// <summary>Publishes messages at QoS 1, in order, and returns when all are acknowledged.</summary>
    /// <param name="acknowledged">Gets the place of each message that was.</param>
    /// <param name="reconnect">False: it ends with an error where the process dies.</param>
    public async Task PublishAsync(
        List<FleetMessage> messages, ConcurrentDictionary<long, byte>? acknowledged = null, bool reconnect = false, int window = 64)
    {
        await using var publisher = new MqttPublisher(new MqttPublisherOptions
        {
            Host = "127.0.0.1",
            Port = MqttPort,
            ClientId = "fleet",
            Window = window,
            Reconnect = reconnect,
            Acknowledged = sequence => acknowledged?.TryAdd(sequence, 0),
        });
        await publisher.ConnectAsync();
        for (var i = 0; i < messages.Count; i++) await publisher.PublishAsync(i, messages[i].Topic, messages[i].Payload);
        await publisher.DrainAsync();
    }

    /// <summary>Starts <c>run</c> and waits for its ready line.</summary>
    public async Task StartAsync()
    {
        _run = Process.Start(_program.Command("run", "--mqtt", $"127.0.0.1:{MqttPort}", "--web", $"127.0.0.1:{WebPort}"))!;
        _run.ErrorDataReceived += (_, line) =>
        {
            lock (_errors) _errors.AppendLine(line.Data);
        };
        _run.BeginErrorReadLine();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var ready = await _run.StandardOutput.ReadLineAsync(patience.Token);
        Assert.True(ready?.StartsWith("Ready: ", StringComparison.Ordinal), $"run is not ready: {ready} {Errors}");
    }

    /// <summary>SIGKILL, at once.</summary>
    public async Task KillAsync()
    {
        _run!.Kill();
        await _run.WaitForExitAsync();
    }

    /// <summary>The process id of <c>run</c>.</summary>
    public int Id => _run!.Id;

    /// <summary>Sends <c>run</c> a signal, by its name without SIG.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>SIGTERM; the exit code.</summary>
    public async Task<int> StopAsync()
    {
        await SignalAsync("TERM");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _run!.WaitForExitAsync(patience.Token);
        return _run.ExitCode;
    }

    /// <summary>Runs another verb on the same data folder.</summary>
    public (int Code, string Output, string Errors) Verb(params string[] arguments) => _program.Verb(arguments);

    /// <summary>Runs another verb with something to read on standard input.</summary>
    public (int Code, string Output, string Errors) VerbReading(string input, params string[] arguments) => _program.VerbReading(input, arguments);

    public string Export() => Verb("export", "accruals", "--season", "2025-2026", "--out", "-").Output;

    /// <summary>mosquitto_pub with QoS 1, as any operator has it.</summary>
    public static int Publish(int port, string topic, string payload)
    {
        using var process = Process.Start(ServerProcess.Find("mosquitto_pub"), ["-p", $"{port}", "-q", "1", "-t", topic, "-m", payload]);
        process.WaitForExit();
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (_run is { HasExited: false })
        {
            _run.Kill();
            _run.WaitForExit();
        }
        _run?.Dispose();
        _folder.Dispose();
    }
}
