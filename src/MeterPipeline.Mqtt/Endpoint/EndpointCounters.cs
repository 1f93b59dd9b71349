using System.Collections.Concurrent;

namespace MeterPipeline.Mqtt.Endpoint;

/// <summary>What the endpoint has seen since its start. Thread-safe.</summary>
public sealed class EndpointCounters
{
    private readonly ConcurrentDictionary<string, long> refusals = new(StringComparer.Ordinal);
    private long accepted;
    private long messages;
    private long bytes;
    private long throttled;
    private long feedbackSent;
    private long feedbackDropped;

    /// <summary>Clients whose CONNECT was accepted.</summary>
    public long Accepted => Interlocked.Read(ref accepted);

    /// <summary>PUBLISH packets taken.</summary>
    public long Messages => Interlocked.Read(ref messages);

    /// <summary>Bytes of complete packets.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>Times that a connection was not read for a while because it, or its company, was over a rate.</summary>
    public long Throttled => Interlocked.Read(ref throttled);

    /// <summary>Rejections sent to readers of the feedback topic, one for each reader.</summary>
    public long FeedbackSent => Interlocked.Read(ref feedbackSent);

    /// <summary>Rejections that a reader was too slow for: the oldest that waited.</summary>
    public long FeedbackDropped => Interlocked.Read(ref feedbackDropped);

    /// <summary>Connections refused or closed for breaking a rule, by reason.</summary>
    public IReadOnlyDictionary<string, long> Refusals => refusals;

    internal void CountAccepted() => Interlocked.Increment(ref accepted);

    internal void CountRead(int read, int published)
    {
        Interlocked.Add(ref bytes, read);
        Interlocked.Add(ref messages, published);
    }

    internal void CountThrottled() => Interlocked.Increment(ref throttled);

    internal void CountFeedbackSent() => Interlocked.Increment(ref feedbackSent);

    internal void CountFeedbackDropped() => Interlocked.Increment(ref feedbackDropped);

    internal void CountRefusal(string reason) => refusals.AddOrUpdate(reason, 1, (_, count) => count + 1);
}
