namespace MeterPipeline.Ingest.Intake.Sparkplug;

/// <summary>What a Sparkplug B message is for. Only births and data carry readings.</summary>
public enum SparkplugVerb : byte { None, NodeBirth, NodeData, NodeDeath, DeviceBirth, DeviceData, DeviceDeath, Other }

/// <summary>
/// <c>spBv1.0/{group}/{verb}/{edge}/{device}</c>: the group is the company, the device is the meter; on node messages the edge node is.
/// </summary>
public readonly ref struct SparkplugTopic
{
    private SparkplugTopic(ReadOnlySpan<byte> group, SparkplugVerb verb, ReadOnlySpan<byte> edge, ReadOnlySpan<byte> device)
    {
        Group = group;
        Verb = verb;
        Edge = edge;
        Device = device;
    }

    public ReadOnlySpan<byte> Group { get; }

    /// <summary><see cref="SparkplugVerb.None"/> where this is no Sparkplug topic; <see cref="SparkplugVerb.Other"/> for commands and states.</summary>
    public SparkplugVerb Verb { get; }

    public ReadOnlySpan<byte> Edge { get; }

    /// <summary>Empty on node messages.</summary>
    public ReadOnlySpan<byte> Device { get; }

    public ReadOnlySpan<byte> Meter => Device.IsEmpty ? Edge : Device;

    public bool IsBirth => Verb is SparkplugVerb.NodeBirth or SparkplugVerb.DeviceBirth;

    public bool IsReadings => IsBirth || Verb is SparkplugVerb.NodeData or SparkplugVerb.DeviceData;

    public static SparkplugTopic Of(ReadOnlySpan<byte> topic)
    {
        var prefix = "spBv1.0/"u8;
        if (!topic.StartsWith(prefix)) return default;
        var rest = topic[prefix.Length..];
        var group = Segment(ref rest);
        if (group.SequenceEqual("STATE"u8)) return new SparkplugTopic(default, SparkplugVerb.Other, default, default);
        var verb = VerbOf(Segment(ref rest));
        var edge = Segment(ref rest);
        var device = Segment(ref rest);
        if (verb == SparkplugVerb.Other) return new SparkplugTopic(default, verb, default, default);
        var wellFormed = Fits(group) && Fits(edge) && rest.IsEmpty && (verb >= SparkplugVerb.DeviceBirth ? Fits(device) : device.IsEmpty);
        return wellFormed ? new SparkplugTopic(group, verb, edge, device) : default;
    }

    private static bool Fits(ReadOnlySpan<byte> segment) => segment.Length is > 0 and <= TopicShape.SegmentMax;

    private static ReadOnlySpan<byte> Segment(scoped ref ReadOnlySpan<byte> rest)
    {
        var slash = rest.IndexOf((byte)'/');
        var segment = slash < 0 ? rest : rest[..slash];
        rest = slash < 0 ? default : rest[(slash + 1)..];
        return segment;
    }

    private static SparkplugVerb VerbOf(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("DDATA"u8) ? SparkplugVerb.DeviceData
        : text.SequenceEqual("NDATA"u8) ? SparkplugVerb.NodeData
        : text.SequenceEqual("DBIRTH"u8) ? SparkplugVerb.DeviceBirth
        : text.SequenceEqual("NBIRTH"u8) ? SparkplugVerb.NodeBirth
        : text.SequenceEqual("DDEATH"u8) ? SparkplugVerb.DeviceDeath
        : text.SequenceEqual("NDEATH"u8) ? SparkplugVerb.NodeDeath
        : text.SequenceEqual("NCMD"u8) || text.SequenceEqual("DCMD"u8) ? SparkplugVerb.Other
        : SparkplugVerb.None;
}
