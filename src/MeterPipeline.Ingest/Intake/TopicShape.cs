using MeterPipeline.Ingest.Intake.Profiles;
using MeterPipeline.Ingest.Intake.Sparkplug;

namespace MeterPipeline.Ingest.Intake;

/// <summary>What the topic says of a payload.</summary>
public enum TopicKind : byte
{
    Unknown,

    /// <summary><c>metering/v1/{company}/{meter}/reading</c> or <c>metering/v1/{company}/batch</c>: JSON or SenML.</summary>
    Contract,
    Sparkplug,
    Profile,

    /// <summary>Sparkplug commands and states: not for us.</summary>
    Ignored,
}

/// <summary>A topic cut into its parts: the contract's, Sparkplug B's, or one that a profile describes.</summary>
public readonly ref struct TopicShape
{
    /// <summary>Longest company or meter id taken from a topic, in bytes.</summary>
    public const int SegmentMax = 64;

    private TopicShape(TopicKind kind, ReadOnlySpan<byte> company, ReadOnlySpan<byte> meter)
    {
        Kind = kind;
        Company = company;
        Meter = meter;
    }

    private TopicShape(Profile profile, ReadOnlySpan<byte> company, ReadOnlySpan<byte> meter)
        : this(TopicKind.Profile, company.IsEmpty ? profile.Company : company, meter) => Profile = profile;

    public TopicKind Kind { get; }

    /// <summary>May be there although the kind is unknown.</summary>
    public ReadOnlySpan<byte> Company { get; }

    /// <summary>Empty on topics for many meters.</summary>
    public ReadOnlySpan<byte> Meter { get; }

    public Profile? Profile { get; }

    /// <param name="profiles">Null: none.</param>
    public static TopicShape Of(ReadOnlySpan<byte> topic, IReadOnlyList<Profile>? profiles = null)
    {
        var prefix = "metering/v1/"u8;
        return topic.StartsWith(prefix) ? OfContract(topic[prefix.Length..]) : Other(topic, profiles);
    }

    private static TopicShape OfContract(ReadOnlySpan<byte> rest)
    {
        var slash = rest.IndexOf((byte)'/');
        if (slash is < 1 or > SegmentMax) return default;
        var company = rest[..slash];
        rest = rest[(slash + 1)..];
        if (rest.SequenceEqual("batch"u8)) return new TopicShape(TopicKind.Contract, company, default);
        if (!rest.EndsWith("/reading"u8)) return new TopicShape(TopicKind.Unknown, company, default);
        var meter = rest[..^8];
        var known = meter.Length is > 0 and <= SegmentMax && !meter.Contains((byte)'/');
        return new TopicShape(known ? TopicKind.Contract : TopicKind.Unknown, company, meter);
    }

    private static TopicShape Other(ReadOnlySpan<byte> topic, IReadOnlyList<Profile>? profiles)
    {
        var sparkplug = SparkplugTopic.Of(topic);
        if (sparkplug.Verb == SparkplugVerb.Other) return new TopicShape(TopicKind.Ignored, default, default);
        if (sparkplug.Verb != SparkplugVerb.None) return new TopicShape(TopicKind.Sparkplug, sparkplug.Group, sparkplug.Meter);
        for (var i = 0; i < profiles?.Count; i++)
            if (profiles[i].Topic.Matches(topic, out var company, out var meter)) return new TopicShape(profiles[i], company, meter);
        return default;
    }
}
