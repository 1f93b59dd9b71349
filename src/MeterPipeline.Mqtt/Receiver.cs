namespace MeterPipeline.Mqtt;

/// <summary>One MQTT message as it lies in the receive buffer. The spans live only as long as the call they are passed to.</summary>
public readonly ref struct Delivery(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, byte qos, bool retained)
{
    /// <summary>Topic name, UTF-8, without wildcards, already checked for form.</summary>
    public ReadOnlySpan<byte> Topic { get; } = topic;

    /// <summary>Payload bytes, of any content.</summary>
    public ReadOnlySpan<byte> Payload { get; } = payload;

    /// <summary>0 or 1 (2 where the source supports it).</summary>
    public byte Qos { get; } = qos;

    /// <summary>True where a broker handed out a retained message: an old reading seen again, never a new one.</summary>
    public bool Retained { get; } = retained;
}

/// <summary>Who stands behind a stream of deliveries.</summary>
/// <param name="Source">The source's configured name, for counters and logs: <c>endpoint</c>, <c>broker-a</c>.</param>
/// <param name="Company">The company that the connection has proved to be; null where no users are configured or a trusted broker has checked.</param>
/// <param name="Peer">Address of the peer, for logs.</param>
public sealed record Origin(string Source, string? Company, string Peer);

/// <summary>
/// The port behind which every source of messages delivers. Implemented by the ingest room and by test probes.
/// </summary>
public interface IReceiver
{
    /// <summary>Opens one ordered stream of deliveries (a client connection, or a session on a broker). Thread-safe.</summary>
    IReceiverSession Open(Origin origin);
}

/// <summary>
/// One ordered stream. Never called concurrently. The source calls <see cref="Take"/> for every message of one socket read and
/// then <see cref="SubmitAsync"/> once; it reads the socket again only when that has completed (this is the back-pressure).
/// </summary>
public interface IReceiverSession : IDisposable
{
    /// <summary>Decodes one message into the current batch. Never throws for its content: a bad message goes to quarantine.</summary>
    void Take(in Delivery delivery);

    /// <summary>
    /// Hands the batch over for recording. <paramref name="owed"/> is told once, when everything taken since the previous call
    /// is durable; batches of a session are committed, and so told, in the order of submission. If the process dies or the
    /// session ends first it is never told, and the peer sends again. Null where nothing is owed (QoS 0 only).
    /// </summary>
    ValueTask SubmitAsync(IOwedAcks? owed, CancellationToken cancel);
}

/// <summary>The acknowledgements owed to a peer for one submitted batch.</summary>
public interface IOwedAcks
{
    /// <summary>Called at most once, on the recorder's thread, after the commit. Must not block and must not throw.</summary>
    void Committed();
}
