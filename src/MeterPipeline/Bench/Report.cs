using System.Globalization;
using System.Runtime.InteropServices;
using MeterPipeline.Run;

namespace MeterPipeline.Bench;

/// <summary>
/// Lines for the terminal and, where one is named, for a file, at once: what was measured before a run broke off is not lost. Begins with the
/// machine and the versions.
/// </summary>
public sealed class Report
{
    private readonly string? file;

    /// <param name="title">The benchmark's name.</param>
    /// <param name="file">Null: the terminal only.</param>
    public Report(string title, string? file)
    {
        this.file = file;
        if (file is not null) File.WriteAllText(file, "");
        Line($"# {title}, {TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC");
        Line("");
        Line($"Machine: {Find("/proc/cpuinfo", "model name")}, {Environment.ProcessorCount} cores, {Find("/proc/meminfo", "MemTotal")} memory, {Find("/etc/os-release", "PRETTY_NAME")}, kernel {Environment.OSVersion.Version}, "
            + $"{RuntimeInformation.FrameworkDescription}, meterpipeline {typeof(Report).Assembly.GetName().Version?.ToString(3)}, {MosquittoBroker.Version ?? "no mosquitto"}, {PrivateInflux.Version() ?? "no InfluxDB"}. "
            + $"Generator and server share the cores; load average at the start {Load()}.");
        Line("");
    }

    public void Line(string line)
    {
        Console.WriteLine(line);
        if (file is not null) File.AppendAllText(file, line + '\n');
    }

    /// <summary>The last line.</summary>
    public void End()
    {
        Line("");
        Line($"Load average at the end {Load()}.");
    }

    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    private static string Find(string path, string name) =>
        (File.Exists(path) ? File.ReadLines(path).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) : null)?.Split(':', '=')[1].Trim(' ', '"') ?? "unknown";
}
