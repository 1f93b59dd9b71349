using Microsoft.Extensions.Logging;

namespace MeterPipeline.Mqtt.Subscriber;

/// <summary>What outlives the connections of one subscriber.</summary>
internal sealed record SubscriberContext(SubscriberOptions Options, SubscriberCounters Counters, SysFigures Figures, TimeProvider Time, ILogger Log)
{
    /// <summary>Messages that are too long come in crowds.</summary>
    public LogWindow OversizedLog { get; } = new(TimeSpan.FromMinutes(1));

    /// <summary>On a clock that never goes back.</summary>
    public TimeSpan Now => Time.GetElapsedTime(0);
}

/// <summary>Lets one log line through in each window. Holds no clock; called by one thread at a time.</summary>
internal sealed class LogWindow(TimeSpan length)
{
    private TimeSpan opensAt = TimeSpan.MinValue;

    public bool Opens(TimeSpan now)
    {
        if (now < opensAt) return false;
        opensAt = now + length;
        return true;
    }
}
