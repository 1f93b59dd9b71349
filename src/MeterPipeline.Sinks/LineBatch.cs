using System.Text;

namespace MeterPipeline.Sinks;

/// <summary>The lines of one write by number, so that any of them can be sent again. Not thread-safe.</summary>
internal sealed class LineBatch
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly List<int> _ends = [];

    public LineBatch(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        var rest = bytes.Span;
        var at = 0;
        while (!rest.IsEmpty)
        {
            var feed = rest.IndexOf((byte)'\n');
            var length = feed < 0 ? rest.Length : feed + 1;
            at += length;
            _ends.Add(at);
            rest = rest[length..];
        }
    }

    public int Count => _ends.Count;

    /// <summary>All line numbers in order, in parts of at most <paramref name="lines"/>.</summary>
    public IEnumerable<int[]> Cut(int lines) => Enumerable.Range(0, Count).Chunk(lines);

    /// <summary>A line without its line feed.</summary>
    public string Text(int line) => Encoding.UTF8.GetString(Bytes(line).Span.TrimEnd((byte)'\n'));

    /// <summary>The bytes of neighbouring lines without a copy; null where lines between them are left out.</summary>
    public ReadOnlyMemory<byte>? Contiguous(int[] part)
    {
        // Two returns: in a ?: the null would turn into empty memory (through byte[]), and an empty body is accepted by every server.
        if (part[^1] - part[0] != part.Length - 1)
            return null;
        return _bytes[Start(part[0]).._ends[part[^1]]];
    }

    public void CopyTo(Stream target, int[] part)
    {
        if (Contiguous(part) is { } run)
        {
            target.Write(run.Span);
            return;
        }
        foreach (var line in part)
            target.Write(Bytes(line).Span);
    }

    private ReadOnlyMemory<byte> Bytes(int line) => _bytes[Start(line).._ends[line]];

    private int Start(int line) => line == 0 ? 0 : _ends[line - 1];
}
