using System.Globalization;
using System.Text;
using System.Text.Json;
using MeterFleet;

namespace MeterPipeline.Servers;

/// <summary>A reading as a payload tells it: what must be stored once its message is acknowledged.</summary>
/// <param name="Value">0.0001 kWh or m³.</param>
public readonly record struct SentReading(string Meter, string Register, long TimeMs, int Revision, long Value)
{
    /// <summary>Of one message, without the items in a unit that no meter of the fleet counts: those go to quarantine.</summary>
    public static IEnumerable<SentReading> Of(FleetMessage message)
    {
        using var payload = JsonDocument.Parse(message.Payload);
        var topic = Encoding.UTF8.GetString(message.Topic.Span).Split('/');
        foreach (var item in Items(payload.RootElement))
        {
            if (item.TryGetProperty("unit", out _)) continue;
            yield return new SentReading(
                item.TryGetProperty("meter", out var meter) ? meter.GetString()! : topic[3],
                item.TryGetProperty("register", out var named) ? named.GetString()! : "Total",
                item.GetProperty("ts").GetDateTimeOffset().ToUnixTimeMilliseconds(),
                item.TryGetProperty("rev", out var rev) ? rev.GetInt32() : 0,
                (long)(decimal.Parse(item.GetProperty("value").GetString()!, CultureInfo.InvariantCulture) * 10_000));
        }
    }

    private static IEnumerable<JsonElement> Items(JsonElement root) =>
        root.ValueKind == JsonValueKind.Array ? root.EnumerateArray() : root.TryGetProperty("readings", out var items) ? items.EnumerateArray() : [root];
}
