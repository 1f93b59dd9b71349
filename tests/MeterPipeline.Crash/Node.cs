using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using MeterPipeline.Crash.Disk;
using MeterPipeline.Servers;

namespace MeterPipeline.Crash;

/// <summary>One <c>meterpipeline run</c> with ports of its own, started and killed any number of times.</summary>
/// <param name="name">PostgreSQL and a broker know it by this.</param>
/// <param name="program">Its ledger and settings.</param>
/// <param name="disk">Its disk and its clock.</param>
/// <param name="connectionString">Its own way to PostgreSQL; null: that of the program.</param>
internal sealed class Node(string name, PipelineProgram program, FailingDisk disk, string? connectionString = null) : IDisposable
{
    private const int ErrorCharsMax = 50_000;
    private const int SigTerm = 15, SigCont = 18, SigStop = 19;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);

    private readonly System.Text.StringBuilder _errors = new();
    private Process? _process;

    public string Name => name;

    public FailingDisk Disk => disk;

    /// <summary>Whether a partition's owner, told by the ledger, is the process of its present or last life.</summary>
    public bool Is(string owner) => owner.StartsWith($"process {_process!.Id} ", StringComparison.Ordinal);

    public int MqttPort { get; } = FreePort.Next();

    public int WebPort { get; } = FreePort.Next();

    public bool Runs => _process is { HasExited: false };

    /// <summary>Standard error of all its lives.</summary>
    public string Errors
    {
        get
        {
            lock (_errors) return _errors.ToString();
        }
    }

    /// <summary>Starts, and waits for the ready line.</summary>
    /// <exception cref="CrashFailure">It ended instead.</exception>
    public async Task StartAsync()
    {
        Begin();
        using var patience = new CancellationTokenSource(_patience);
        var ready = await _process!.StandardOutput.ReadLineAsync(patience.Token);
        if (ready?.StartsWith("Ready: ", StringComparison.Ordinal) != true) throw new CrashFailure($"A node does not get ready: {ready} {Errors}");
    }

    /// <summary>Starts it where it should be refused; what it says, or null: it runs.</summary>
    public async Task<string?> TryStartAsync()
    {
        Begin();
        using var patience = new CancellationTokenSource(_patience);
        if (await _process!.StandardOutput.ReadLineAsync(patience.Token) is not null) return null;
        await _process.WaitForExitAsync(patience.Token);
        return Errors;
    }

    public Task KillAsync()
    {
        _process!.Kill();
        return EndedAsync();
    }

    /// <summary>Waits until it has ended by itself, at most so long; whether it has.</summary>
    public Task<bool> EndsAsync(TimeSpan within) => Task.Run(() => _process!.WaitForExit(within));

    /// <summary>SIGTERM; it must drain and exit 0.</summary>
    public async Task StopAsync()
    {
        AskToStop();
        await EndedAsync();
        if (_process!.ExitCode != 0) throw new CrashFailure($"A node told to stop exits with {_process.ExitCode}: {Errors}");
    }

    public void AskToStop() => Check(Signal(_process!.Id, SigTerm));

    public void Suspend() => Check(Signal(_process!.Id, SigStop));

    public void Resume() => Check(Signal(_process!.Id, SigCont));

    public void Dispose()
    {
        if (Runs)
        {
            _process!.Kill();
            _process.WaitForExit();
        }
        _process?.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int process, int signal);

    private static void Check(int result)
    {
        if (result != 0) throw new CrashFailure("A node that should take a signal is gone.");
    }

    private void Begin()
    {
        _process?.Dispose();
        var start = program.Command("run", "--mqtt", $"127.0.0.1:{MqttPort}", "--web", $"127.0.0.1:{WebPort}");
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // its pipes would outlive a SIGKILL
        disk.Under(start);
        if (connectionString is not null) start.Environment["MeterPipeline__Ledger__ConnectionString"] = $"{connectionString};Application Name={name}";
        if (program.Has("Subscribers:0:Port")) start.Environment["MeterPipeline__Subscribers__0__ClientId"] = $"meterpipeline-{name}";
        _process = Process.Start(start)!;
        lock (_errors) _errors.AppendLine(CultureInfo.InvariantCulture, $"-- process {_process.Id}, {DateTime.UtcNow:O}");
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                if (line.Data is not null && _errors.Length < ErrorCharsMax) _errors.AppendLine(line.Data);
            }
        };
        _process.BeginErrorReadLine();
    }

    private async Task EndedAsync()
    {
        using var patience = new CancellationTokenSource(_patience);
        await _process!.WaitForExitAsync(patience.Token);
    }
}

/// <summary>The run cannot go on, or what it found is not to be. The message says what.</summary>
public sealed class CrashFailure(string message) : Exception(message);
