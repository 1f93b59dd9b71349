using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace MeterPipeline.Servers;

/// <summary>One real server as a child process, ended by its own id only. Its last output is kept for the message of a failure.</summary>
public sealed class ServerProcess : IDisposable
{
    public const int SigQuit = 3;
    public const int SigKill = 9;
    public const int SigTerm = 15;

    private const int OutputCharsMax = 20_000;
    private static readonly string[] _places =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/usr/lib/postgresql/15/bin"];

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private ServerProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The full path of a program; a missing one fails the test, it never skips it.</summary>
    public static string Find(string program) =>
        _places.Select(p => Path.Combine(p, program)).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"{program} is not installed; tests/run.sh installs every server that the tests need.");

    public static ServerProcess Start(string program, string home, params string[] arguments)
    {
        var start = new ProcessStartInfo(Find(program), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = home,
            Environment = { ["HOME"] = home },
        };
        var server = new ServerProcess(Process.Start(start)!);
        server._process.OutputDataReceived += server.Take;
        server._process.ErrorDataReceived += server.Take;
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        return server;
    }

    /// <summary>Waits until <paramref name="ready"/> answers true; refused connections count as "not yet".</summary>
    public async Task UntilReadyAsync(Func<CancellationToken, Task<bool>> ready)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(180));
        while (!HasExited)
        {
            try
            {
                if (await ready(limit.Token))
                    return;
                await Task.Delay(10, limit.Token);
            }
            catch (Exception e) when (e is HttpRequestException or System.Net.Sockets.SocketException)
            {
                await Task.Delay(10, limit.Token);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
        throw new InvalidOperationException($"{_process.StartInfo.FileName} did not get ready:\n{Output()}");
    }

    /// <summary>Ready as soon as a TCP connection is taken.</summary>
    public Task UntilListeningAsync(int port) => UntilReadyAsync(async cancel =>
    {
        using var probe = new System.Net.Sockets.TcpClient();
        await probe.ConnectAsync(System.Net.IPAddress.Loopback, port, cancel);
        return true;
    });

    public void Signal(int signal) => _ = Signal(_process.Id, signal);

    /// <summary>Sends a signal and waits for the end; one that does not end within ten seconds is killed.</summary>
    public async Task EndAsync(int signal)
    {
        if (HasExited)
            return;
        Signal(_process.Id, signal);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }

    public string Output()
    {
        lock (_output)
            return _output.ToString();
    }

    public void Dispose() => _process.Dispose();

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int process, int signal);

    private void Take(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            if (line.Data is not null && _output.Length < OutputCharsMax)
                _output.AppendLine(line.Data);
        }
    }
}
