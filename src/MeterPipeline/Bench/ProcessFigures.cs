using System.Globalization;

namespace MeterPipeline.Bench;

/// <summary>What <c>/proc</c> tells of a process that lives.</summary>
/// <param name="Id">Of the process.</param>
internal readonly record struct ProcessFigures(int Id)
{
    private const double TicksPerSecond = 100;

    /// <summary>User and system time of all threads so far.</summary>
    public double CpuSeconds
    {
        get
        {
            var stat = File.ReadAllText($"/proc/{Id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
    }

    public long RssMiB => Status("VmRSS:");

    /// <summary>The largest the process ever was.</summary>
    public long PeakMiB => Status("VmHWM:");

    private long Status(string entry) =>
        long.Parse(File.ReadLines($"/proc/{Id}/status").First(line => line.StartsWith(entry, StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^2].Split('\t')[^1], CultureInfo.InvariantCulture) / 1024;
}
