using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace MeterPipeline.Tests.Ingest;

/// <summary>Writes Sparkplug B payloads field by field, so that the decoder is not tested by its own kin.</summary>
internal sealed class SparkplugEncoder
{
    private readonly List<byte> bytes = [];

    public byte[] ToArray() => [.. bytes];

    public SparkplugEncoder Varint(int field, ulong value)
    {
        Raw((ulong)field << 3);
        return Raw(value);
    }

    public SparkplugEncoder Bytes(int field, ReadOnlySpan<byte> content)
    {
        Raw(((ulong)field << 3) | 2);
        Raw((ulong)content.Length);
        bytes.AddRange(content);
        return this;
    }

    public SparkplugEncoder Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    public SparkplugEncoder Double(int field, double value)
    {
        Raw(((ulong)field << 3) | 1);
        Span<byte> fixed64 = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(fixed64, value);
        bytes.AddRange(fixed64);
        return this;
    }

    public SparkplugEncoder Float(int field, float value)
    {
        Raw(((ulong)field << 3) | 5);
        Span<byte> fixed32 = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(fixed32, value);
        bytes.AddRange(fixed32);
        return this;
    }

    public SparkplugEncoder Metric(Action<SparkplugEncoder> write)
    {
        var metric = new SparkplugEncoder();
        write(metric);
        return Bytes(2, [.. metric.bytes]);
    }

    /// <summary>A metric as cases write it: <c>name=total alias=1 type=10 double=1234.5 ts=… null transient</c>.</summary>
    public SparkplugEncoder Metric(string words) => Metric(metric =>
    {
        foreach (var word in words.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var cut = word.IndexOf('=', StringComparison.Ordinal);
            var (key, value) = cut < 0 ? (word, "") : (word[..cut], word[(cut + 1)..]);
            _ = key switch
            {
                "name" => metric.Text(1, value),
                "alias" => metric.Varint(2, Number(value)),
                "ts" => metric.Varint(3, Instant(value)),
                "type" => metric.Varint(4, Number(value)),
                "historical" => metric.Varint(5, 1),
                "transient" => metric.Varint(6, 1),
                "null" => metric.Varint(7, 1),
                "int" => metric.Varint(10, Number(value)),
                "long" => metric.Varint(11, Number(value)),
                "float" => metric.Float(12, float.Parse(value, CultureInfo.InvariantCulture)),
                "double" => metric.Double(13, double.Parse(value, CultureInfo.InvariantCulture)),
                "bool" => metric.Varint(14, Number(value)),
                "string" => metric.Text(15, value),
                _ => throw new FormatException($"'{key}' is no part of a metric"),
            };
        }
    });

    /// <summary>A payload as cases write it: a line <c>payload ts=… seq=…</c> and one <c>metric …</c> each.</summary>
    public static byte[] Payload(IEnumerable<string> lines)
    {
        var payload = new SparkplugEncoder();
        ulong? sequence = null;
        foreach (var line in lines)
        {
            if (line.StartsWith("metric ", StringComparison.Ordinal)) payload.Metric(line[7..]);
            else
                foreach (var word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1))
                {
                    if (word.StartsWith("ts=", StringComparison.Ordinal)) payload.Varint(1, Instant(word[3..]));
                    else if (word.StartsWith("seq=", StringComparison.Ordinal)) sequence = Number(word[4..]);
                    else throw new FormatException($"'{word}' is no part of a payload");
                }
        }
        // Where encoders put it: behind the metrics.
        return (sequence is { } seq ? payload.Varint(3, seq) : payload).ToArray();
    }

    /// <summary>Negative ones as two's complement of 32 bits, as an int_value carries them.</summary>
    private static ulong Number(string text) =>
        text.StartsWith('-') ? unchecked((uint)int.Parse(text, CultureInfo.InvariantCulture)) : ulong.Parse(text, CultureInfo.InvariantCulture);

    private static ulong Instant(string text) => (ulong)DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    private SparkplugEncoder Raw(ulong varint)
    {
        for (; varint >= 0x80; varint >>= 7) bytes.Add((byte)((varint & 0x7F) | 0x80));
        bytes.Add((byte)varint);
        return this;
    }
}
