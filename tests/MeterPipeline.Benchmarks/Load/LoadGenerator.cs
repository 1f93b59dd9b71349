using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace MeterPipeline.Benchmarks.Load;

/// <summary>What a load was answered with.</summary>
/// <param name="Acknowledged">PUBACKs within the measured time and its drain.</param>
/// <param name="Total">PUBACKs including those of the warm-up.</param>
/// <param name="Seconds">From the end of the warm-up to the last PUBACK.</param>
/// <param name="P50Us">Median time from handing a publish to the socket until its PUBACK was read.</param>
/// <param name="CpuSeconds">Of the generator itself in the measured time.</param>
public sealed record LoadResult(long Acknowledged, long Total, double Seconds, long P50Us, long P99Us, double CpuSeconds);

/// <summary>
/// Publishes at full speed with a window per connection. Runs as a child process, so that its CPU is told apart. Writes <c>warm</c> when the
/// warm-up ends and a line of JSON at the end.
/// </summary>
public static class LoadGenerator
{
    public static int Run(Options options)
    {
        var (connections, meters) = (options.Number("connections", 8), options.Number("meters", 10_000));
        var endpoint = new IPEndPoint(IPAddress.Loopback, options.Number("port", 1883));
        var publishers = Enumerable.Range(0, connections)
            .Select(no => new Publisher(endpoint, no, new PacketRing(no, connections, meters), options.Number("window", 4096)))
            .ToList();
        var threads = publishers.ConvertAll(publisher => new Thread(publisher.Run));
        threads.ForEach(thread => thread.Start());
        Thread.Sleep(TimeSpan.FromSeconds(options.Number("warm-up", 3)));
        publishers.ForEach(publisher => publisher.Measuring = true);
        Console.WriteLine("warm");
        var before = publishers.Sum(publisher => Interlocked.Read(ref publisher.Acknowledged));
        var (started, cpu) = (Stopwatch.GetTimestamp(), Process.GetCurrentProcess().TotalProcessorTime);
        Thread.Sleep(TimeSpan.FromSeconds(options.Number("seconds", 10)));
        publishers.ForEach(publisher => publisher.Stop = true);
        threads.ForEach(thread => thread.Join());
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var all = new Histogram();
        publishers.ForEach(publisher => all.Add(publisher.Latency));
        var total = publishers.Sum(publisher => publisher.Acknowledged);
        var used = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
        Console.WriteLine(JsonSerializer.Serialize(new LoadResult(total - before, total, seconds, all.Quantile(0.5), all.Quantile(0.99), used)));
        return 0;
    }
}
