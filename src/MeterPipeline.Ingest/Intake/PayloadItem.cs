using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ingest.Intake;

/// <summary>One item of a payload, as far as it could be read. Spans point into the payload or into the decoder's own small buffer.</summary>
public readonly ref struct PayloadItem
{
    /// <summary>Meter named by the item; empty where the topic names it.</summary>
    public ReadOnlySpan<byte> Meter { get; init; }

    /// <summary>Unit of <see cref="Value"/>; empty: that of the meter.</summary>
    public ReadOnlySpan<byte> Unit { get; init; }

    /// <summary>The item's own bytes in the payload.</summary>
    public ReadOnlySpan<byte> Raw { get; init; }
    public Register Register { get; init; }
    public long TimeMs { get; init; }
    public long Value { get; init; }
    public int Revision { get; init; }
    public bool Rounded { get; init; }

    /// <summary>What is wrong with the item; null: nothing.</summary>
    public Fault? Fault { get; init; }
}

/// <summary>
/// The items of one payload in one format. Total: any bytes give items or a fault, and nothing throws. A decoder lives as long as the call
/// that delivers its message.
/// </summary>
public interface IPayloadItems
{
    /// <summary>Set when the payload as a whole cannot be read; items given before it must be taken back.</summary>
    Fault? Broken { get; }

    /// <summary>The next item; false at the end or when <see cref="Broken"/>. The item's spans hold until the next call.</summary>
    bool Next(out PayloadItem item);

    /// <summary>
    /// Bytes from which the item last given is read again, on the same topic, by a session that has seen nothing else: what an item takes from
    /// the rest of its message, the time of receipt or an earlier birth certificate is written into it. For quarantine; may allocate.
    /// </summary>
    byte[] Alone(in PayloadItem item);
}
