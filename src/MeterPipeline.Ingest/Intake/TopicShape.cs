namespace MeterPipeline.Ingest.Intake;

/// <summary>
/// The topics of the contract, <c>metering/v1/{company}/{meter}/reading</c> and <c>metering/v1/{company}/batch</c>, cut into their parts.
/// </summary>
public readonly ref struct TopicShape
{
    /// <summary>Longest company or meter id taken from a topic, in bytes.</summary>
    public const int SegmentMax = 64;

    private TopicShape(ReadOnlySpan<byte> company, ReadOnlySpan<byte> meter, bool known)
    {
        Company = company;
        Meter = meter;
        IsKnown = known;
    }

    public ReadOnlySpan<byte> Company { get; }

    /// <summary>Empty on the batch topic.</summary>
    public ReadOnlySpan<byte> Meter { get; }

    public bool IsKnown { get; }

    public static TopicShape Of(ReadOnlySpan<byte> topic)
    {
        var prefix = "metering/v1/"u8;
        if (!topic.StartsWith(prefix)) return default;
        var rest = topic[prefix.Length..];
        var slash = rest.IndexOf((byte)'/');
        if (slash is < 1 or > SegmentMax) return default;
        var company = rest[..slash];
        rest = rest[(slash + 1)..];
        if (rest.SequenceEqual("batch"u8)) return new TopicShape(company, default, true);
        if (!rest.EndsWith("/reading"u8)) return new TopicShape(company, default, false);
        var meter = rest[..^8];
        var known = meter.Length is > 0 and <= SegmentMax && !meter.Contains((byte)'/');
        return new TopicShape(company, meter, known);
    }
}
