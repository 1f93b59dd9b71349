using MeterPipeline.Mqtt.Packets;

namespace MeterPipeline.Mqtt;

/// <summary>One MQTT message as it lies in the receive buffer. The spans live only as long as the call they are passed to.</summary>
public readonly ref struct Delivery(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, byte qos, bool retained)
{
    /// <summary>Topic name, UTF-8, without wildcards, already checked for form.</summary>
    public ReadOnlySpan<byte> Topic { get; } = topic;

    /// <summary>Payload bytes, of any content.</summary>
    public ReadOnlySpan<byte> Payload { get; } = payload;

    /// <summary>0, 1 or 2.</summary>
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
    /// <returns>
    /// What was refused of it; null: nothing. It is in quarantine, durably, when the acknowledgements of its batch are told, and not before: a source
    /// passes rejections on after that, in the order of its messages.
    /// </returns>
    Rejection? Take(in Delivery delivery);

    /// <summary>
    /// Hands the batch over for recording. <paramref name="owed"/> is told once, when everything taken since the previous call
    /// is durable; batches of a session are committed, and so told, in the order of submission. If the process dies or the
    /// session ends first it is never told, and the peer sends again. Null where nothing is owed (QoS 0 only, and nobody to hear of rejections).
    /// </summary>
    ValueTask SubmitAsync(IOwedAcks? owed, CancellationToken cancel);
}

/// <summary>What of a message went to quarantine instead of being taken.</summary>
/// <param name="Company">Whom to tell: the company that the connection has proved to be, else the one that the topic names; empty: unknown.</param>
/// <param name="Code">The nearest reason code of MQTT 5, at least 0x80.</param>
/// <param name="Reason">The quarantine's stable word for the first thing refused.</param>
/// <param name="Detail">What is wrong with it, and the remedy.</param>
/// <param name="Items">How many items of the message were refused.</param>
/// <param name="Whole">Nothing of the message was taken.</param>
public sealed record Rejection(string Company, ReasonCode Code, string Reason, string Detail, int Items, bool Whole);

/// <summary>The acknowledgements owed to a peer for one submitted batch.</summary>
public interface IOwedAcks
{
    /// <summary>Called at most once, on the recorder's thread, after the commit. Must not block and must not throw.</summary>
    void Committed();
}
