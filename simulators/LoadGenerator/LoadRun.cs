using System.Diagnostics;

namespace LoadGenerator;

/// <summary>What a load was answered with.</summary>
/// <param name="Acknowledged">PUBACKs within the measured time and its drain.</param>
/// <param name="Total">PUBACKs including those of the warm-up: every reading that was sent.</param>
/// <param name="Seconds">From the end of the warm-up to the last PUBACK.</param>
/// <param name="P50Us">Median time from handing a publish to the socket until its PUBACK was read, µs, at most 9 % too high.</param>
/// <param name="P99Us">The 99th percentile of the same.</param>
/// <param name="MaxUs">The longest of the same.</param>
/// <param name="CpuSeconds">Of this process in the measured time.</param>
public sealed record LoadResult(long Acknowledged, long Total, double Seconds, long P50Us, long P99Us, long MaxUs, double CpuSeconds)
{
    /// <summary>Acknowledged a second.</summary>
    public double Rate => Acknowledged / Seconds;
}

/// <summary>Publishes at full speed, or at the rate asked for, with a window per connection, and waits for every acknowledgement in the end.</summary>
public static class LoadRun
{
    /// <param name="options">Checked here.</param>
    /// <param name="warm">Called when the warm-up ends and measuring begins.</param>
    /// <exception cref="LoadException">The server refused, left, answered wrongly, or was too slow; or the readings did not last.</exception>
    public static LoadResult Run(LoadOptions options, Action? warm = null)
    {
        options.Validate();
        using var tls = options.Tls ? new TlsClient(options) : null;
        using var failed = new ManualResetEventSlim();
        using var connected = new CountdownEvent(options.Connections);
        var until = options.Until ?? DateTimeOffset.UtcNow;
        var publishers = Enumerable.Range(0, options.Connections)
            .Select(no => new Publisher(options.OfConnection(no), tls, no, new PacketRing(no, options.Connections, options.Meters, options.TopicPrefix, until, options.From, options.Above))).ToList();
        var threads = publishers.ConvertAll(publisher => new Thread(() => publisher.Run(connected, failed)) { IsBackground = true });
        threads.ForEach(thread => thread.Start());
        connected.Wait();
        failed.Wait(TimeSpan.FromSeconds(options.WarmUpSeconds));
        publishers.ForEach(publisher => publisher.Measuring = true);
        warm?.Invoke();
        var before = publishers.Sum(publisher => publisher.Acknowledged);
        var (started, cpu) = (Stopwatch.GetTimestamp(), Cpu());
        var measured = TimeSpan.FromSeconds(options.Seconds);
        while (!failed.IsSet && Stopwatch.GetElapsedTime(started) is var spent && spent < measured && threads.Exists(thread => thread.IsAlive))
            failed.Wait(TimeSpan.FromMilliseconds(Math.Clamp((measured - spent).TotalMilliseconds, 1, 10)));
        publishers.ForEach(publisher => publisher.Stop = true);
        threads.ForEach(thread => thread.Join());
        if (publishers.Find(publisher => publisher.Failure is not null)?.Failure is { } failure)
            throw failure as LoadException ?? new LoadException($"The load on {options.To} broke off: {failure.Message}", failure);
        return Result(publishers, before, Stopwatch.GetElapsedTime(started).TotalSeconds, Cpu() - cpu);
    }

    private static LoadResult Result(List<Publisher> publishers, long before, double seconds, double cpuSeconds)
    {
        var all = new Histogram();
        publishers.ForEach(publisher => all.Add(publisher.Latency));
        var total = publishers.Sum(publisher => publisher.Acknowledged);
        return total > before
            ? new LoadResult(total - before, total, seconds, all.Quantile(0.5), all.Quantile(0.99), all.Max, cpuSeconds)
            : throw new LoadException("Nothing was acknowledged in the measured time. A meter has a reading for each quarter hour from 16 November 2025 until now, and no more: give more --meters or less --warm-up.");
    }

    private static double Cpu()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime.TotalSeconds;
    }
}
