using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace MeterPipeline.Benchmarks;

/// <summary>Lines for the terminal and, with <c>--out FILE</c>, for a file; begins with the machine.</summary>
public sealed class Report
{
    private readonly StringBuilder text = new();
    private readonly string? file;

    public Report(Options options)
    {
        file = options.Text("out");
        Line($"# {options.Verb}, {DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC");
        Line("");
        Line($"Machine: {Find("/proc/cpuinfo", "model name")}, {Environment.ProcessorCount} cores, {Find("/proc/meminfo", "MemTotal")} memory, {Find("/etc/os-release", "PRETTY_NAME")}, "
            + $"{RuntimeInformation.FrameworkDescription}, {Mosquitto()}. Generator and server share the cores; load average at the start {File.ReadAllText("/proc/loadavg").Split(' ')[0]}.");
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
        Line($"Load average at the end {File.ReadAllText("/proc/loadavg").Split(' ')[0]}.");
        File.WriteAllText(file, text.ToString());
    }

    private static string Find(string path, string name) =>
        File.ReadLines(path).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', '=')[1].Trim(' ', '"') ?? "unknown";

    private static string Mosquitto()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("mosquitto", "-h") { RedirectStandardOutput = true })!;
            var first = process.StandardOutput.ReadLine();
            process.StandardOutput.ReadToEnd();
            return first ?? "mosquitto of unknown version";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "no mosquitto";
        }
    }
}
