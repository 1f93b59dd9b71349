using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ingest.Intake.Sparkplug;

/// <summary>What a birth certificate says of one alias.</summary>
/// <param name="Register">Null: a metric that is no register.</param>
/// <param name="Datatype">0: not given.</param>
/// <param name="Ambiguous">The certificate gives the alias twice: it is never resolved.</param>
public readonly record struct BornMetric(Register? Register, byte Datatype, bool Ambiguous);

/// <summary>
/// Aliases of the edge nodes heard on one connection. An alias is never guessed: it holds from the birth certificate on as long as the edge
/// node's sequence numbers run without a gap on the same connection, since behind a gap another birth may have been missed. Nothing is kept
/// over the end of the connection or of the process; then the edge node is asked for a rebirth. Owned by one session.
/// </summary>
/// <param name="aliasesMax">Aliases, devices and edge nodes together.</param>
public sealed class SparkplugBirths(RegisterNames names, int aliasesMax)
{
    private const int KeyMax = 2 * TopicShape.SegmentMax + 1;

    private readonly Dictionary<byte[], EdgeNode> edges = new(BytesComparer.Instance);
    private int used;

    /// <summary>Takes note of a message; to be called for each in order of receipt, before its metrics are read.</summary>
    /// <param name="retained">An old message handed out again: nothing is learned from it and nothing resolved by it.</param>
    /// <param name="aliases">What the message's aliases stand for; null: nothing is known.</param>
    /// <returns>Why a birth cannot be kept; null: all is well.</returns>
    public Fault? Follow(in SparkplugTopic topic, in SparkplugMessage message, bool retained, out Dictionary<ulong, BornMetric>? aliases)
    {
        aliases = null;
        if (retained) return null;
        var edge = Find(topic);
        if (topic.Verb == SparkplugVerb.NodeDeath)
        {
            if (edge is not null && BirthSequence(message) is var ended && (ended is null || edge.BirthSequence is null || ended == edge.BirthSequence)) Forget(edge);
            return null;
        }
        if (edge is null && !topic.IsBirth) return null;
        if (edge is null && (edge = Add(topic)) is null) return Faults.ManyAliases;
        Continue(edge, message, topic.Verb == SparkplugVerb.NodeBirth);
        var device = edge.Devices.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (topic.IsBirth || topic.Verb == SparkplugVerb.DeviceDeath) Forget(edge, topic.Device);
        if (topic.IsBirth && !Learn(edge, topic.Device, message)) return Faults.ManyAliases;
        device.TryGetValue(topic.Device, out aliases);
        return null;
    }

    private static void Key(in SparkplugTopic topic, Span<byte> key)
    {
        topic.Group.CopyTo(key);
        key[topic.Group.Length] = (byte)'/';
        topic.Edge.CopyTo(key[(topic.Group.Length + 1)..]);
    }

    private static ulong? BirthSequence(in SparkplugMessage message)
    {
        var fields = new ProtobufFields(message.Payload);
        while (fields.Next())
            if (fields is { Number: SparkplugMessage.MetricField, Type: WireType.Bytes } && SparkplugMetric.TryRead(fields.Bytes, out var metric)
                && metric.Form is SparkplugForm.Int or SparkplugForm.Long && metric.Name.SequenceEqual("bdSeq"u8)) return metric.Bits;
        return null;
    }

    private EdgeNode? Find(in SparkplugTopic topic)
    {
        if (edges.Count == 0) return null;
        Span<byte> key = stackalloc byte[KeyMax];
        Key(topic, key);
        edges.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key[..(topic.Group.Length + 1 + topic.Edge.Length)], out var edge);
        return edge;
    }

    private EdgeNode? Add(in SparkplugTopic topic)
    {
        if (used >= aliasesMax) return null;
        used++;
        var key = new byte[topic.Group.Length + 1 + topic.Edge.Length];
        Key(topic, key);
        return edges[key] = new EdgeNode();
    }

    private void Continue(EdgeNode edge, in SparkplugMessage message, bool nodeBirth)
    {
        if (nodeBirth || message.IsBroken || message.Sequence is null || message.Sequence != edge.Next) Forget(edge);
        edge.Next = message is { IsBroken: false, Sequence: { } sequence } ? (sequence + 1) & 0xFF : null;
        if (nodeBirth) edge.BirthSequence = BirthSequence(message);
    }

    private void Forget(EdgeNode edge)
    {
        foreach (var device in edge.Devices.Values) used -= device.Count + 1;
        edge.Devices.Clear();
    }

    private void Forget(EdgeNode edge, ReadOnlySpan<byte> device)
    {
        if (edge.Devices.GetAlternateLookup<ReadOnlySpan<byte>>().Remove(device, out _, out var aliases)) used -= aliases.Count + 1;
    }

    /// <summary>False when there is no room. A certificate that cannot be read defines nothing; its readings name the fault.</summary>
    private bool Learn(EdgeNode edge, ReadOnlySpan<byte> device, in SparkplugMessage message)
    {
        var born = new Dictionary<ulong, BornMetric>();
        var fields = new ProtobufFields(message.Payload);
        while (fields.Next())
        {
            if (fields is not { Number: SparkplugMessage.MetricField, Type: WireType.Bytes }) continue;
            if (!SparkplugMetric.TryRead(fields.Bytes, out var metric)) return true;
            if (metric.Alias is not { } alias || metric.Name.IsEmpty) continue;
            if (used + born.Count + 1 >= aliasesMax) return false;
            if (!born.TryAdd(alias, new BornMetric(names.Find(metric.Name), metric.Datatype, false))) born[alias] = new BornMetric(null, 0, true);
        }
        if (fields.Broken || born.Count == 0) return true;
        used += born.Count + 1;
        edge.Devices[device.ToArray()] = born;
        return true;
    }

    private sealed class EdgeNode
    {
        /// <summary>By device; the empty one is the node itself.</summary>
        public Dictionary<byte[], Dictionary<ulong, BornMetric>> Devices { get; } = new(BytesComparer.Instance);

        /// <summary>The sequence number that must come next; null: none can.</summary>
        public int? Next { get; set; }

        /// <summary>bdSeq of the last node birth: a will of an earlier connection, delivered late, does not end this one.</summary>
        public ulong? BirthSequence { get; set; }
    }

    /// <summary>Lets keys be looked up by a span of the receive buffer.</summary>
    private sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly BytesComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(byte[] bytes) => GetHashCode(bytes.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> bytes)
        {
            var hash = new HashCode();
            hash.AddBytes(bytes);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> bytes) => bytes.ToArray();
    }
}
