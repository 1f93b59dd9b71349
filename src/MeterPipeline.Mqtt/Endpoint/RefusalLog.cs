using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Mqtt.Endpoint;

/// <summary>
/// Logs refusals: the first of a reason at once, those of the following minute as one number at its end. Reasons are words of this program, so
/// there are few. Thread-safe.
/// </summary>
internal sealed class RefusalLog(ILogger log)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private const int TextMax = 1_000;

    private readonly ConcurrentDictionary<string, Seen> byReason = new(StringComparer.Ordinal);

    /// <param name="message">What is wrong and the remedy. What stands in it of the client's own words is made harmless; secrets never stand in it.</param>
    /// <param name="now">On any clock that never goes back.</param>
    public void Add(string reason, string message, string peer, TimeSpan now)
    {
        var seen = byReason.GetOrAdd(reason, _ => new Seen());
        lock (seen)
        {
            if (seen.QuietUntil > now)
            {
                seen.Unlogged++;
                return;
            }
            Close(reason, seen);
            seen.QuietUntil = now + Window;
        }
        log.LogWarning("MQTT client {Peer} refused ({Reason}): {Message}", peer, reason, Harmless(message));
    }

    /// <summary>Ends windows that are over; to be called now and then.</summary>
    public void Sweep(TimeSpan now)
    {
        foreach (var (reason, seen) in byReason)
        {
            lock (seen)
                if (seen.QuietUntil <= now) Close(reason, seen);
        }
    }

    /// <summary>Control, format and line-breaking characters become a dot: a client must not write into the log, nor turn its text around.</summary>
    internal static string Harmless(string text)
    {
        var kept = new StringBuilder(Math.Min(text.Length, TextMax));
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, TextMax)))
            kept.Append(char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse ? '·' : c);
        return kept.ToString();
    }

    private void Close(string reason, Seen seen)
    {
        if (seen.Unlogged > 0) log.LogWarning("{Count} more MQTT refusals of this kind in a minute ({Reason})", seen.Unlogged, reason);
        seen.Unlogged = 0;
    }

    private sealed class Seen
    {
        public long Unlogged;
        public TimeSpan QuietUntil = TimeSpan.MinValue;
    }
}
