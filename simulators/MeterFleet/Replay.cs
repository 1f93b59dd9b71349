using System.Diagnostics;

namespace MeterFleet;

/// <summary>How far a replay is.</summary>
/// <param name="Days">Days of the season published so far.</param>
/// <param name="Messages">Messages taken by the publisher.</param>
/// <param name="Readings">Readings in them.</param>
/// <param name="Acknowledged">Messages that the broker has acknowledged.</param>
/// <param name="Elapsed">Wall time since the replay began.</param>
public readonly record struct ReplayProgress(double Days, long Messages, long Readings, long Acknowledged, TimeSpan Elapsed)
{
    /// <summary>Messages per second over the whole replay.</summary>
    public double Rate => Elapsed > TimeSpan.Zero ? Messages / Elapsed.TotalSeconds : 0;
}

/// <summary>Publishes a fleet's messages at a multiple of their real speed.</summary>
public static class Replay
{
    private const double MsPerDay = 86_400_000;
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>A shorter wait is not worth a timer.</summary>
    private static readonly TimeSpan WaitMin = TimeSpan.FromMilliseconds(5);

    /// <summary>Publishes everything in order and waits for the last acknowledgement.</summary>
    /// <param name="fleet">Whose messages.</param>
    /// <param name="publisher">Connected; used by this task alone until it completes.</param>
    /// <param name="daysPerSecond">Speed; <see cref="double.PositiveInfinity"/> for as fast as the broker acknowledges.</param>
    /// <param name="report">Told about twice a second and at the end, on the replay's thread; may be null.</param>
    /// <param name="company">Publishes only this company's messages; null for all.</param>
    /// <param name="cancel">Ends the replay early.</param>
    /// <exception cref="MqttPublishException">The connection is lost for good.</exception>
    public static async Task<ReplayProgress> RunAsync(
        Fleet fleet,
        MqttPublisher publisher,
        double daysPerSecond,
        Action<ReplayProgress>? report = null,
        string? company = null,
        CancellationToken cancel = default)
    {
        if (!(daysPerSecond > 0))
            throw new ArgumentOutOfRangeException(nameof(daysPerSecond), daysPerSecond, "The speed must be positive.");
        long started = Stopwatch.GetTimestamp();
        TimeSpan nextReport = ReportEvery;
        long messages = 0;
        long readings = 0;
        double days = 0;
        foreach (FleetMessage message in fleet.Messages())
        {
            if (company is not null && company != message.Company)
                continue;
            days = (message.PublishMs - fleet.SeasonStartMs) / MsPerDay;
            TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
            TimeSpan ahead = TimeSpan.FromSeconds(days / daysPerSecond) - elapsed;
            if (ahead > WaitMin)
                await Task.Delay(ahead, cancel);
            await publisher.PublishAsync(messages++, message.Topic, message.Payload, cancel);
            readings += message.Readings;
            if (elapsed < nextReport)
                continue;
            nextReport = elapsed + ReportEvery;
            report?.Invoke(new ReplayProgress(days, messages, readings, publisher.Acknowledged, elapsed));
        }

        await publisher.DrainAsync(cancel);
        ReplayProgress done = new(days, messages, readings, publisher.Acknowledged, Stopwatch.GetElapsedTime(started));
        report?.Invoke(done);
        return done;
    }
}
