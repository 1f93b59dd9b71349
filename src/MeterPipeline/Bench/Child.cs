using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MeterPipeline.Cli;

namespace MeterPipeline.Bench;

/// <summary>A process that a benchmark started, with its figures from <c>/proc</c>. Ended by its own id.</summary>
public sealed class Child : IDisposable
{
    private const int ErrorLinesMax = 20;
    private static readonly TimeSpan ReadyMax = TimeSpan.FromMinutes(2);

    private readonly Queue<string> errors = [];
    private readonly string name;
    private readonly Process process;

    /// <param name="folder">Where it works: it finds no settings file of somebody else's there.</param>
    /// <param name="settings">Settings of a pipeline such as <c>Mqtt:Address</c>. Those of this process are not inherited.</param>
    /// <exception cref="CommandException">The program cannot be started.</exception>
    public Child(string file, IEnumerable<string> arguments, string folder, params IEnumerable<(string Key, string Value)> settings)
    {
        name = Path.GetFileName(file) == "dotnet" ? Path.GetFileNameWithoutExtension(arguments.First()) : Path.GetFileName(file);
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (var inherited in start.Environment.Keys.Where(key => key.StartsWith("MeterPipeline__", StringComparison.OrdinalIgnoreCase)).ToList()) start.Environment.Remove(inherited);
        foreach (var (key, value) in settings) start.Environment[$"MeterPipeline__{key.Replace(":", "__", StringComparison.Ordinal)}"] = value;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new CommandException($"Cannot start {file}: {error.Message}");
        }
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit += End;
    }

    /// <summary>Another verb of this program.</summary>
    public static Child OfSelf(IEnumerable<string> arguments, string folder, params IEnumerable<(string Key, string Value)> settings) =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "meterpipeline"
            ? new Child(Environment.ProcessPath!, arguments, folder, settings)
            : OfProgram("meterpipeline", arguments, folder, settings);

    /// <summary>A program that lies beside this one: a simulator.</summary>
    public static Child OfProgram(string program, IEnumerable<string> arguments, string folder, params IEnumerable<(string Key, string Value)> settings) =>
        new("dotnet", [Path.Combine(AppContext.BaseDirectory, program + ".dll"), .. arguments], folder, settings);

    /// <inheritdoc cref="ProcessFigures.CpuSeconds"/>
    public double CpuSeconds => Figures.CpuSeconds;

    public long RssMiB => Figures.RssMiB;

    /// <inheritdoc cref="ProcessFigures.PeakMiB"/>
    public long PeakMiB => Figures.PeakMiB;

    /// <summary>Waits so long for the process to end; whether it has.</summary>
    public bool Ends(int milliseconds) => process.WaitForExit(milliseconds);

    /// <summary>Says a line to its standard input.</summary>
    public void WriteLine(string line)
    {
        process.StandardInput.WriteLine(line);
        process.StandardInput.Flush();
    }

    /// <summary>The next line of standard output; null: the process has ended.</summary>
    public string? ReadLine() => process.StandardOutput.ReadLine();

    /// <summary>What it wrote to standard error last.</summary>
    public string Errors
    {
        get
        {
            lock (errors) return string.Join('\n', errors);
        }
    }

    /// <summary>Waits for the line that <c>run</c> and the simulators print when they are ready.</summary>
    /// <exception cref="CommandException">Another line came, or none.</exception>
    public void AwaitReady()
    {
        using var patience = new CancellationTokenSource(ReadyMax);
        try
        {
            if (process.StandardOutput.ReadLineAsync(patience.Token).AsTask().GetAwaiter().GetResult()?.StartsWith("Ready", StringComparison.Ordinal) == true) return;
        }
        catch (OperationCanceledException)
        {
        }
        throw NotReady();
    }

    /// <summary>Waits until something listens on a loopback port.</summary>
    /// <exception cref="CommandException">Nothing did within half a minute, or the process ended.</exception>
    public void AwaitPort(int port)
    {
        for (var tries = 0; tries < 600; tries++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                if (Ends(50)) break;
            }
        }
        throw NotReady();
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= End;
        End(null, EventArgs.Empty);
        process.Dispose();
    }

    /// <summary>Also when this process is told to end in the middle of a run: nothing it started outlives it.</summary>
    private void End(object? sender, EventArgs ending)
    {
        if (!process.HasExited) process.Kill();
        process.WaitForExit();
    }

    private CommandException NotReady() => new($"{name} did not get ready. {Errors}".TrimEnd());

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (errors)
        {
            errors.Enqueue(line);
            if (errors.Count > ErrorLinesMax) errors.Dequeue();
        }
    }

    private ProcessFigures Figures => new(process.Id);
}
