using System.Buffers.Text;

namespace MeterPipeline.Mqtt.Subscriber;

/// <summary>
/// What a broker tells of itself under <c>$SYS</c>, in the words of mosquitto. It counts all its clients together. A broker that offers nothing leaves
/// the figures empty. Written by the read loop, read by anybody.
/// </summary>
public sealed class SysFigures
{
    /// <summary>Asked for at QoS 0. The second and third are older and newer name of one figure.</summary>
    public static readonly IReadOnlyList<string> Topics =
    [
        "$SYS/broker/publish/messages/dropped", "$SYS/broker/messages/stored", "$SYS/broker/store/messages/count", "$SYS/broker/retained messages/count",
    ];

    /// <summary>Below 0: never told.</summary>
    private long dropped = -1, stored = -1, retained;

    /// <summary>Messages that the broker has dropped since its start, whosever they were; null: it has never told.</summary>
    public long? Dropped => Interlocked.Read(ref dropped) is >= 0 and var told ? told : null;

    /// <summary>Messages that the broker holds for clients, retained ones not counted; null: it does not tell.</summary>
    public long? Waiting => Interlocked.Read(ref stored) is >= 0 and var all ? Math.Max(0, all - Interlocked.Read(ref retained)) : null;

    /// <summary>Whether a message is the broker's own figure, and so never a reading.</summary>
    public static bool Is(ReadOnlySpan<byte> topic) => topic.StartsWith("$SYS/"u8);

    /// <summary>Takes a figure; anything else under <c>$SYS</c> is ignored.</summary>
    /// <returns>How many messages the broker has dropped since it last told; 0 for its first word, which is about times before us.</returns>
    public long Take(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload)
    {
        if (!Utf8Parser.TryParse(payload, out long figure, out var read) || read != payload.Length || figure < 0) return 0;
        if (topic.SequenceEqual("$SYS/broker/publish/messages/dropped"u8)) return Rise(figure);
        if (topic.SequenceEqual("$SYS/broker/retained messages/count"u8)) Interlocked.Exchange(ref retained, figure);
        else if (topic.SequenceEqual("$SYS/broker/messages/stored"u8) || topic.SequenceEqual("$SYS/broker/store/messages/count"u8)) Interlocked.Exchange(ref stored, figure);
        return 0;
    }

    /// <summary>Forgets what holds only while somebody tells it anew. The count of dropped messages is compared over connections.</summary>
    public void Disconnected() => Interlocked.Exchange(ref stored, -1);

    private long Rise(long figure)
    {
        var before = Interlocked.Exchange(ref dropped, figure);
        // A lower figure is a broker that began anew: all of it is news.
        return before < 0 ? 0 : figure < before ? figure : figure - before;
    }
}
