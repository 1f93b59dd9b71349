using System.Globalization;

namespace MeterPipeline.Domain;

/// <summary>Text forms of instants (ms since the epoch).</summary>
public static class LocalTime
{
    /// <summary>RFC 3339 with the local zone, milliseconds only where there are any: <c>2025-11-16T00:00:00+08:00</c>.</summary>
    public static string Format(long instantMs)
    {
        var local = DateTimeOffset.FromUnixTimeMilliseconds(instantMs).ToOffset(TimeSpan.FromHours(8));
        return local.ToString(local.Millisecond == 0 ? "yyyy-MM-ddTHH:mm:sszzz" : "yyyy-MM-ddTHH:mm:ss.fffzzz", CultureInfo.InvariantCulture);
    }

    /// <summary>Reads a date (local 00:00) or an RFC 3339 time with a zone.</summary>
    public static bool TryParse(string text, out long instantMs)
    {
        instantMs = 0;
        if (LocalDay.TryParse(text, out var day))
        {
            instantMs = day.StartMs;
            return true;
        }
        if (text.Length < 17 || (text[^1] is not ('Z' or 'z') && text[^6] is not ('+' or '-'))) return false;
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)) return false;
        instantMs = time.ToUnixTimeMilliseconds();
        return true;
    }
}
