using System.Text;

namespace MeterPipeline.Sinks;

/// <summary>Escapes names for line protocol. The results are meant to be cached per series. Thread-safe.</summary>
public static class LineText
{
    /// <summary>InfluxDB's own limit of a series key ("max key length exceeded"), less room for the field key that 2.x adds to it.</summary>
    public const int SeriesBytesMax = 65_535 - 1_024;

    /// <summary>
    /// Measurement and tags as they stand at the start of a line. Tags are sorted by key (the server's cheapest order); tags with
    /// an empty value are left out, as no server takes them.
    /// </summary>
    /// <remarks>
    /// A comma, space or equals sign is escaped. Line protocol has no escape for a backslash: one stands for itself unless a
    /// comma, space, equals sign or the end of the name follows. There, and for control characters such as a line feed, an
    /// underscore is written.
    /// </remarks>
    /// <exception cref="ArgumentException">An empty name, a measurement that starts with <c>#</c> (a comment), the reserved tag <c>time</c>, a tag given twice, or more than <see cref="SeriesBytesMax"/> bytes.</exception>
    public static byte[] Series(string measurement, params IEnumerable<(string Key, string Value)> tags)
    {
        if (measurement.StartsWith('#'))
            throw new ArgumentException($"Line protocol: measurement '{measurement}' would be read as a comment; choose another name.", nameof(measurement));
        var text = new StringBuilder();
        Escape(text, Named(measurement, nameof(measurement)), escapeEquals: false);
        string? previous = null;
        foreach (var (key, value) in tags.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            if (key is "time" || key == previous)
                throw new ArgumentException($"Line protocol: tag '{key}' is reserved or given twice.", nameof(tags));
            previous = Named(key, nameof(tags));
            if (value.Length == 0)
                continue;
            text.Append(',');
            Escape(text, key, escapeEquals: true);
            text.Append('=');
            Escape(text, value, escapeEquals: true);
        }
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        return bytes.Length <= SeriesBytesMax
            ? bytes
            : throw new ArgumentException($"Line protocol: a series of {measurement} has {bytes.Length} bytes, more than {SeriesBytesMax}; shorten its tags.", nameof(tags));
    }

    /// <summary>A field's name as it stands before the equals sign, escaped as a tag's key is.</summary>
    /// <exception cref="ArgumentException">Empty, or the reserved name <c>time</c>.</exception>
    public static byte[] FieldKey(string name)
    {
        if (name is "time")
            throw new ArgumentException("Line protocol: a field must not be called 'time'.", nameof(name));
        var text = new StringBuilder();
        Escape(text, Named(name, nameof(name)), escapeEquals: true);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string Named(string name, string argument) =>
        name.Length > 0 ? name : throw new ArgumentException("Line protocol: a name is empty.", argument);

    private static void Escape(StringBuilder text, string name, bool escapeEquals)
    {
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (char.IsControl(c) || (c == '\\' && (i + 1 == name.Length || IsSpecial(name[i + 1]) || char.IsControl(name[i + 1]))))
                text.Append('_');
            else if (IsSpecial(c) && (c != '=' || escapeEquals))
                text.Append('\\').Append(c);
            else
                text.Append(c);
        }
    }

    private static bool IsSpecial(char c) => c is ',' or ' ' or '=';
}
