using System.Text;

namespace MeterPipeline.Ingest.Intake.Profiles;

/// <summary>Topics of a profile: levels as text, <c>+</c> for any, <c>{meter}</c> and <c>{company}</c> for those that name one. Immutable.</summary>
public sealed class TopicPattern
{
    private const string Meter = "{meter}", Company = "{company}";

    private readonly string[] levels;
    private readonly byte[][] bytes;

    private TopicPattern(string text, string[] levels) =>
        (Text, this.levels, bytes) = (text, levels, [.. levels.Select(Encoding.UTF8.GetBytes)]);

    public string Text { get; }

    public bool NamesMeter => levels.Contains(Meter);

    public bool NamesCompany => levels.Contains(Company);

    /// <returns>What is wrong with the pattern; null: nothing.</returns>
    public static string? Parse(string text, out TopicPattern pattern)
    {
        var levels = text.Split('/');
        pattern = new TopicPattern(text, levels);
        if (levels.Any(level => level.Length == 0)) return "has an empty level";
        if (levels.Any(level => level is not ("+" or Meter or Company) && level.AsSpan().IndexOfAny("+#{}") >= 0)) return "mixes text with +, #, { or } in a level";
        if (levels.Count(level => level == Meter) > 1 || levels.Count(level => level == Company) > 1) return "names {meter} or {company} twice";
        if (levels.All(level => level is "+" or Meter or Company)) return "has no level of plain text";
        return levels[0] is "metering" or "spBv1.0" or "+" or Meter or Company ? "could match a topic of the contract or of Sparkplug B" : null;
    }

    /// <summary>True where some topic fits both patterns.</summary>
    public bool Overlaps(TopicPattern other) =>
        levels.Length == other.levels.Length && levels.Zip(other.levels).All(pair => Free(pair.First) || Free(pair.Second) || pair.First == pair.Second);

    public bool Matches(ReadOnlySpan<byte> topic, out ReadOnlySpan<byte> company, out ReadOnlySpan<byte> meter)
    {
        company = default;
        meter = default;
        for (var i = 0; i < bytes.Length; i++)
        {
            var slash = topic.IndexOf((byte)'/');
            if (slash < 0 != (i == bytes.Length - 1)) return false;
            var level = slash < 0 ? topic : topic[..slash];
            if (level.IsEmpty) return false;
            if (levels[i] == Company) company = level;
            else if (levels[i] == Meter) meter = level;
            else if (levels[i] != "+" && !level.SequenceEqual(bytes[i])) return false;
            topic = topic[(slash + 1)..];
        }
        return company.Length <= TopicShape.SegmentMax && meter.Length <= TopicShape.SegmentMax;
    }

    private static bool Free(string level) => level is "+" or Meter or Company;
}
