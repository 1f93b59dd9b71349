using System.Globalization;
using System.Text;

namespace MeterPipeline.Web.Health;

/// <summary>Prometheus text exposition format 0.0.4.</summary>
internal static class MetricsText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Samples of one name stand together under one HELP and TYPE, in order of first appearance.</summary>
    public static string Write(IEnumerable<MetricSample> samples)
    {
        var text = new StringBuilder();
        foreach (var family in samples.GroupBy(sample => sample.Name, StringComparer.Ordinal))
        {
            var first = family.First();
            text.Append("# HELP ").Append(first.Name).Append(' ').Append(Escape(first.Help, quotes: false)).Append('\n');
            text.Append("# TYPE ").Append(first.Name).Append(' ').Append(first.Type).Append('\n');
            foreach (var sample in family) WriteSample(text, sample);
        }
        return text.ToString();
    }

    private static void WriteSample(StringBuilder text, MetricSample sample)
    {
        text.Append(sample.Name);
        if (sample.Labels.Count > 0)
        {
            var labels = sample.Labels.Select(label => $"{label.Key}=\"{Escape(label.Value, quotes: true)}\"");
            text.Append('{').AppendJoin(',', labels).Append('}');
        }
        text.Append(' ').Append(sample.Value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Escape(string raw, bool quotes)
    {
        var escaped = raw.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }
}
