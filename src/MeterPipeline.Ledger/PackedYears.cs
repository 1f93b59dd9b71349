using System.Runtime.InteropServices;
using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ledger;

/// <summary>Rows of folded years one after the other in a few large blocks: a million small arrays would be work for the collector, and leave holes.</summary>
internal sealed class PackedYears
{
    private const int FirstBlockBytes = 4 << 10;
    private const int BlockBytes = 1 << 20;
    private const int HeadBytes = 4 * sizeof(int);

    private readonly List<(byte[] Bytes, int Used)> blocks = [];

    public IEnumerable<MeterYearRow> Rows
    {
        get
        {
            foreach (var (bytes, used) in blocks)
            {
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

    public void Add(in MeterYearRow row)
    {
        var size = HeadBytes + row.Blob.Length;
        if (blocks.Count == 0 || blocks[^1].Bytes.Length - blocks[^1].Used < size)
            blocks.Add((new byte[Math.Max(size, blocks.Count == 0 ? FirstBlockBytes : Math.Min(BlockBytes, blocks[^1].Bytes.Length * 2))], 0));
        var (bytes, used) = blocks[^1];
        MemoryMarshal.Write(bytes.AsSpan(used), new Head(row.MeterNo, (int)row.Register, row.Autumn, row.Blob.Length));
        row.Blob.CopyTo(bytes, used + HeadBytes);
        blocks[^1] = (bytes, used + size);
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Head(int MeterNo, int Register, int Autumn, int Length);
}
