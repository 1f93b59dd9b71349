using System.Globalization;
using System.Net;
using System.Text.Json;

namespace MeterPipeline.Sinks;

/// <summary>What a reply means for the lines that were sent.</summary>
internal enum ReplyKind
{
    Stored,

    /// <summary>Lines are at fault: see <see cref="InfluxReply.Partial"/>, <see cref="InfluxReply.NamedLines"/>.</summary>
    BadLines,
    TooLarge,
    NoDatabase,

    /// <summary>Settings are at fault; trying again does not help.</summary>
    Refused,

    /// <summary>The server is at fault or busy.</summary>
    TryLater,
}

/// <summary>
/// Understanding of one HTTP reply, apart from the sending of it. The forms were taken from InfluxDB 1.6.7 and the v2 API:
/// <c>{"error":"partial write: … dropped=2"}</c>, <c>{"error":"unable to parse 'LINE': REASON\n…"}</c>, <c>{"code":…,"message":…}</c>.
/// </summary>
internal sealed record InfluxReply(ReplyKind Kind, string Message)
{
    private const string ParsePrefix = "unable to parse '";
    private const string ParseEnd = "': ";
    private const string PartialPrefix = "partial write: ";
    private const int ReasonCharsMax = 500;

    /// <summary>The server stored every line that it does not complain about.</summary>
    public bool Partial { get; init; }

    /// <summary>Lines not stored as the server counts them; 0 also where bad lines are named instead.</summary>
    public int Dropped { get; init; }

    /// <summary>Text of a bad line to the reason. A line that contains <c>': </c> may come out wrong and then matches no line sent.</summary>
    public IReadOnlyDictionary<string, string> NamedLines { get; init; } = new Dictionary<string, string>();

    /// <summary>The server's wish, if it told one.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The message cut to a length fit for a log or a page.</summary>
    public string ShortMessage => Shorten(Message);

    public static InfluxReply From(HttpStatusCode status, string body, TimeSpan? retryAfter)
    {
        var message = MessageIn(body, status);
        var kind = (int)status switch
        {
            >= 200 and < 300 => ReplyKind.Stored,
            404 when message.Contains("database not found", StringComparison.Ordinal) => ReplyKind.NoDatabase,
            400 when message.Contains("database is required", StringComparison.Ordinal) => ReplyKind.Refused,
            400 or 422 => ReplyKind.BadLines,
            413 => ReplyKind.TooLarge,
            // InfluxDB 1.x answers an unknown retention policy with 500, which no waiting cures.
            500 when message.Contains("retention policy not found", StringComparison.Ordinal) => ReplyKind.Refused,
            408 or 429 or >= 500 => ReplyKind.TryLater,
            _ => ReplyKind.Refused,
        };
        var reply = new InfluxReply(kind, message) { RetryAfter = retryAfter };
        return kind == ReplyKind.BadLines ? reply.WithBlame() : reply;
    }

    private InfluxReply WithBlame()
    {
        var at = Message.IndexOf(PartialPrefix, StringComparison.Ordinal);
        var text = at < 0 ? Message : Message[(at + PartialPrefix.Length)..];
        var dropped = 0;
        var mark = text.LastIndexOf(" dropped=", StringComparison.Ordinal);
        if (mark >= 0 && int.TryParse(text[(mark + 9)..], NumberStyles.None, CultureInfo.InvariantCulture, out dropped))
            text = text[..mark];
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in text.Split('\n'))
        {
            var end = entry.LastIndexOf(ParseEnd, StringComparison.Ordinal);
            if (entry.StartsWith(ParsePrefix, StringComparison.Ordinal) && end >= ParsePrefix.Length)
                named[entry[ParsePrefix.Length..end]] = Shorten(entry[(end + ParseEnd.Length)..]);
        }
        return this with { Partial = at >= 0, Dropped = dropped, NamedLines = named, Message = text };
    }

    private static string MessageIn(string body, HttpStatusCode status)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                foreach (var name in (ReadOnlySpan<string>)["error", "message"])
                {
                    if (json.RootElement.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String)
                        return text.GetString()!;
                }
            }
        }
        catch (JsonException)
        {
            // A proxy's page or a body that was cut: its text says more than nothing.
        }
        return body.Length > 0 ? body : $"HTTP {(int)status}";
    }

    private static string Shorten(string text) => text.Length <= ReasonCharsMax ? text : text[..ReasonCharsMax] + "…";
}
