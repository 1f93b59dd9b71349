using System.Text;

namespace MeterPipeline.Mqtt;

/// <summary><c>metering/v1/{company}/feedback</c>: the one topic that can be subscribed to.</summary>
internal static class FeedbackTopic
{
    public static string Of(string company) => $"metering/v1/{company}/feedback";

    /// <returns>The company whose feedback a filter names; null: it names something else.</returns>
    public static string? CompanyIn(ReadOnlySpan<byte> filter)
    {
        var before = "metering/v1/"u8;
        var behind = "/feedback"u8;
        if (filter.Length <= before.Length + behind.Length || !filter.StartsWith(before) || !filter.EndsWith(behind)) return null;
        var company = filter[before.Length..^behind.Length];
        return company.IndexOfAny((byte)'/', (byte)'+', (byte)'#') < 0 ? Encoding.UTF8.GetString(company) : null;
    }
}
