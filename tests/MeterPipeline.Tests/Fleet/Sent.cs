using System.Globalization;
using System.Text;
using System.Text.Json;
using MeterFleet;

namespace MeterPipeline.Tests.Fleets;

/// <summary>One reading as a receiver would understand it.</summary>
internal sealed record Sent(long PublishMs, string MeterId, long TimeMs, long Value, bool Batch)
{
    internal (string MeterId, long TimeMs) Identity => (MeterId, TimeMs);

    internal static List<Sent> All(IEnumerable<FleetMessage> messages) => [.. messages.SelectMany(Of)];

    internal static IEnumerable<Sent> Of(FleetMessage message)
    {
        string[] topic = Encoding.UTF8.GetString(message.Topic.Span).Split('/');
        Assert.Equal(["metering", "v1", message.Company], topic[..3]);
        using JsonDocument json = JsonDocument.Parse(message.Payload);
        if (topic.Length == 5)
        {
            Assert.Equal("reading", topic[4]);
            return [Read(message, topic[3], json.RootElement, batch: false)];
        }

        Assert.Equal("batch", topic[3]);
        JsonElement items = json.RootElement.GetProperty("readings");
        List<Sent> readings = [.. items.EnumerateArray().Select(item => Read(message, item.GetProperty("meter").GetString()!, item, batch: true))];
        Assert.Equal(message.Readings, readings.Count);
        return readings;
    }

    private static Sent Read(FleetMessage message, string meter, JsonElement item, bool batch)
    {
        string ts = item.GetProperty("ts").GetString()!;
        Assert.EndsWith("+08:00", ts, StringComparison.Ordinal);
        decimal value = decimal.Parse(item.GetProperty("value").GetString()!, CultureInfo.InvariantCulture);
        long timeMs = DateTimeOffset.Parse(ts, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
        return new Sent(message.PublishMs, meter, timeMs, (long)(value * 10_000), batch);
    }
}
