using System.Buffers;
using System.Runtime.InteropServices;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ledger;

/// <summary>
/// Rows of folded years one after the other in a few large blocks: a million small arrays would be work for the collector, and leave holes. The blocks are used
/// again: those of a season of 160,000 meters are 170 MB, which each flush would throw away.
/// </summary>
internal sealed class PackedYears
{
    private const int FirstBlockBytes = 4 << 10;
    private const int BlockBytes = 1 << 20;
    private const int HeadBytes = 4 * sizeof(int);

    private readonly List<(byte[] Bytes, int Used)> blocks = [];
    private readonly ArrayBufferWriter<byte> encoded = new();
    private int filled; // blocks with rows

    internal IEnumerable<MeterYearRow> Rows
    {
        get
        {
            for (var i = 0; i < filled; i++)
            {
                var (bytes, used) = blocks[i];
                for (var at = 0; at < used;)
                {
                    var head = MemoryMarshal.Read<Head>(bytes.AsSpan(at));
                    at += HeadBytes;
                    yield return new MeterYearRow(head.MeterNo, (Register)head.Register, head.Autumn, bytes[at..(at + head.Length)]);
                    at += head.Length;
                }
            }
        }
    }

    /// <summary>Lets go of the rows; blocks that were not needed for them are given back.</summary>
    internal void Clear()
    {
        blocks.RemoveRange(filled, blocks.Count - filled);
        filled = 0;
    }

    internal void Add(MeterBook book, int autumn)
    {
        encoded.ResetWrittenCount();
        book.WriteYear(autumn, encoded);
        var size = HeadBytes + encoded.WrittenCount;
        if (filled == 0 || blocks[filled - 1].Bytes.Length - blocks[filled - 1].Used < size) Turn(size);
        var (bytes, used) = blocks[filled - 1];
        MemoryMarshal.Write(bytes.AsSpan(used), new Head(book.MeterNo, (int)book.Register, autumn, encoded.WrittenCount));
        encoded.WrittenSpan.CopyTo(bytes.AsSpan(used + HeadBytes));
        blocks[filled - 1] = (bytes, used + size);
    }

    /// <summary>Goes on to an empty block with so much room.</summary>
    private void Turn(int size)
    {
        if (filled < blocks.Count && blocks[filled].Bytes.Length >= size) blocks[filled] = (blocks[filled].Bytes, 0);
        else blocks.Insert(filled, (new byte[Math.Max(size, filled == 0 ? FirstBlockBytes : Math.Min(BlockBytes, blocks[filled - 1].Bytes.Length * 2))], 0));
        filled++;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Head(int MeterNo, int Register, int Autumn, int Length);
}
