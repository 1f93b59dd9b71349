using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Ledger;

/// <summary>Some lines of a frozen run as they are stored: compressed, their checksum proven.</summary>
/// <param name="number">From 0.</param>
/// <param name="bytes">Length of the text.</param>
/// <param name="place">Run, chunk and store, for the message of a failure.</param>
public sealed class LineChunk(int number, int lines, byte[] blob, int bytes, string place)
{
    public int Number => number;

    public int Lines => lines;

    /// <summary>The lines of a run in their order, read on as many cores as there are.</summary>
    /// <exception cref="JsonException">The text is not what was written.</exception>
    /// <exception cref="LedgerException">It cannot be decompressed.</exception>
    public static IEnumerable<SettlementLine> ReadAll(IEnumerable<LineChunk> chunks) => Ahead.Map(chunks, chunk => chunk.ReadLines().ToList()).SelectMany(lines => lines);

    /// <summary>Canonical lines, each with its end.</summary>
    /// <exception cref="LedgerException">They cannot be decompressed.</exception>
    public byte[] Text()
    {
        var text = new byte[bytes];
        Decompress(text);
        return text;
    }

    /// <summary>The lines of a chunk's text.</summary>
    /// <exception cref="JsonException">The text is not what was written.</exception>
    public static IEnumerable<SettlementLine> Read(ReadOnlyMemory<byte> text)
    {
        var line = default(SettlementLine);
        for (var from = 0; from < text.Length;)
        {
            var length = text.Span[from..].IndexOf((byte)'\n');
            if (length < 0) throw new JsonException($"line at byte {from} has no end");
            yield return line = CanonicalForm.ReadLine(text.Span.Slice(from, length), line);
            from += length + 1;
        }
    }

    /// <inheritdoc cref="ReadAll"/>
    public IEnumerable<SettlementLine> ReadLines()
    {
        var text = ArrayPool<byte>.Shared.Rent(bytes); // a megabyte: made anew for each chunk, it would have all memory collected each time
        try
        {
            Decompress(text.AsSpan(0, bytes));
            foreach (var line in Read(text.AsMemory(0, bytes))) yield return line;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    private void Decompress(Span<byte> into)
    {
        if (!BrotliDecoder.TryDecompress(blob, into, out var written) || written != into.Length)
            throw new LedgerException($"{place} cannot be decompressed. Restore the whole ledger from one backup.");
    }
}
