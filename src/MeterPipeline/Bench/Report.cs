using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace MeterPipeline.Bench;

/// <summary>Lines for the terminal and, where one is named, for a file; begins with the machine and the versions.</summary>
public sealed class Report
{
    private readonly StringBuilder text = new();
    private readonly string? file;

    /// <param name="title">The benchmark's name.</param>
    /// <param name="file">Null: the terminal only.</param>
    public Report(string title, string? file)
    {
        this.file = file;
        Line($"# {title}, {TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC");
        Line("");
        Line($"Machine: {Find("/proc/cpuinfo", "model name")}, {Environment.ProcessorCount} cores, {Find("/proc/meminfo", "MemTotal")} memory, {Find("/etc/os-release", "PRETTY_NAME")}, "
            + $"{RuntimeInformation.FrameworkDescription}, meterpipeline {typeof(Report).Assembly.GetName().Version?.ToString(3)}, {MosquittoBroker.Version ?? "no mosquitto"}. "
            + $"Generator and server share the cores; load average at the start {Load()}.");
        Line("");
    }

    public void Line(string line)
    {
        Console.WriteLine(line);
        text.Append(line).Append('\n');
    }

    public void Save()
    {
        if (file is null) return;
        Line("");
        Line($"Load average at the end {Load()}.");
        File.WriteAllText(file, text.ToString());
    }

    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    private static string Find(string path, string name) =>
        (File.Exists(path) ? File.ReadLines(path).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) : null)?.Split(':', '=')[1].Trim(' ', '"') ?? "unknown";
}
