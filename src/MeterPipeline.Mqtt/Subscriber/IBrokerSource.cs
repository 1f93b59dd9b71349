namespace MeterPipeline.Mqtt.Subscriber;

/// <summary>
/// A source that connects out to a broker and delivers into an <see cref="IReceiver"/>: our <see cref="Subscriber"/>, or the client of a package
/// (src/Adapters). It keeps its session on the broker, acknowledges in order of receipt once a message is durable, and only on the
/// connection that delivered it, and reconnects for as long as it lives.
/// </summary>
public interface IBrokerSource
{
    /// <summary>Configured name, for counters and logs.</summary>
    string Name { get; }

    /// <summary>Whether it is connected now.</summary>
    bool Connected { get; }

    SubscriberCounters Counters { get; }

    /// <summary>Begins to connect; returns at once.</summary>
    void Start();

    /// <summary>Stops reading, waits until what was read is committed and acknowledged, disconnects. The broker keeps the session.</summary>
    /// <param name="cancel">Ends the wait.</param>
    Task StopAsync(CancellationToken cancel);
}
