using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MeterPipeline.Benchmarks;

/// <summary>A process that the benchmark started, with its figures from <c>/proc</c>. Ended by its own id.</summary>
public sealed class Child : IDisposable
{
    private const double TicksPerSecond = 100;
    private readonly Process process;

    public Child(string file, params string[] args)
    {
        var start = new ProcessStartInfo(file) { RedirectStandardOutput = true };
        foreach (var arg in args) start.ArgumentList.Add(arg);
        process = Process.Start(start)!;
    }

    /// <summary>A program of this build, in the folder of the benchmarks.</summary>
    public static Child OfBuild(string assembly, params string[] args) =>
        new("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly + ".dll"), .. args]);

    /// <summary>User and system time of all threads so far.</summary>
    public double CpuSeconds
    {
        get
        {
            var stat = File.ReadAllText($"/proc/{process.Id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
    }

    public long RssMiB => Status("VmRSS:");

    /// <summary>The largest the process ever was.</summary>
    public long PeakMiB => Status("VmHWM:");

    public string? ReadLine() => process.StandardOutput.ReadLine();

    public int WaitForExit()
    {
        while (process.StandardOutput.ReadLine() is not null)
        {
        }
        process.WaitForExit();
        return process.ExitCode;
    }

    public static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public static void AwaitPort(int port)
    {
        for (var tries = 0; ; tries++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (tries < 600)
            {
                Thread.Sleep(50);
            }
        }
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    private long Status(string name) =>
        long.Parse(File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^2].Split('\t')[^1], CultureInfo.InvariantCulture) / 1024;
}
