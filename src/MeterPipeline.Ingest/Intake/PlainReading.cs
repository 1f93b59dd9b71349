namespace MeterPipeline.Ingest.Intake;

/// <summary>
/// The payload that nearly all meters send, <c>{"ts":"2025-11-16T00:00:00+08:00","value":"1234.56"}</c> without white space, recognised byte by byte.
/// Whatever is not just so, or not quite right, is left to <see cref="JsonReadings"/>, which gives the same reading or the reason why there is none.
/// </summary>
public static class PlainReading
{
    private const int TimeAt = 7;
    private const int TimeLength = 25;
    private const int ValueAt = TimeAt + TimeLength + 11;

    /// <param name="value">0.0001 kWh or m³, not rounded.</param>
    public static bool TryRead(ReadOnlySpan<byte> payload, out long timeMs, out long value)
    {
        (timeMs, value) = (0, 0);
        return payload.Length >= ValueAt + 3
            && payload.StartsWith("{\"ts\":\""u8) && payload[(TimeAt + TimeLength)..].StartsWith("\",\"value\":\""u8) && payload.EndsWith("\"}"u8)
            && Timestamp.TryParse(payload.Slice(TimeAt, TimeLength), out timeMs)
            && RegisterValue.Parse(payload[ValueAt..^2], out value, out var rounded) == ValueFault.None && !rounded;
    }
}
