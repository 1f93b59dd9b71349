using System.Buffers.Binary;
using System.Text;

namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>
/// Writes parts as a ZIP archive (APPNOTE 6.3.9, without ZIP64): entries in the order given, all of one fixed time, nothing of machine or clock
/// in it. ZipArchive compresses one entry after the other, which would cost a pass over the lines for each sheet.
/// </summary>
internal static class PartArchive
{
    private const uint LocalHeader = 0x04034b50, CentralHeader = 0x02014b50, EndOfDirectory = 0x06054b50;
    private const ushort Version = 20, Utf8Names = 1 << 11, Deflated = 8;

    /// <summary>1 January 1980, the zero of the format.</summary>
    private const ushort FixedDate = (1 << 5) | 1;

    private sealed record Entry(byte[] Name, uint Crc, uint Compressed, uint Length, uint Offset);

    /// <exception cref="IOException">The archive would be longer than 4 GiB.</exception>
    public static void Write(Stream into, IReadOnlyList<(string Name, PartFile Part)> parts)
    {
        var entries = new List<Entry>(parts.Count);
        var offset = 0L;
        foreach (var (name, part) in parts)
        {
            Entry? entry = null;
            part.CopyTo(into, (crc, compressed) =>
            {
                entry = new Entry(Encoding.UTF8.GetBytes(name), crc, Narrow(compressed), Narrow(part.Length), Narrow(offset));
                into.Write(Header(entry, local: true));
            });
            entries.Add(entry!);
            offset += Header(entry!, local: true).Length + entry!.Compressed;
        }
        var directory = 0L;
        foreach (var entry in entries)
        {
            var header = Header(entry, local: false);
            into.Write(header);
            directory += header.Length;
        }
        into.Write(End(entries.Count, Narrow(directory), Narrow(offset)));
    }

    private static byte[] Header(Entry entry, bool local)
    {
        var header = new byte[(local ? 30 : 46) + entry.Name.Length];
        var at = 0;
        Put4(header, ref at, local ? LocalHeader : CentralHeader);
        if (!local) Put2(header, ref at, Version);
        Put2(header, ref at, Version);
        Put2(header, ref at, Utf8Names);
        Put2(header, ref at, Deflated);
        Put2(header, ref at, 0);
        Put2(header, ref at, FixedDate);
        Put4(header, ref at, entry.Crc);
        Put4(header, ref at, entry.Compressed);
        Put4(header, ref at, entry.Length);
        Put2(header, ref at, (ushort)entry.Name.Length);
        if (!local) at += 10; // comment, disk and attributes: none
        at += 2;
        if (!local) Put4(header, ref at, entry.Offset);
        entry.Name.CopyTo(header, at);
        return header;
    }

    private static byte[] End(int count, uint directory, uint offset)
    {
        var end = new byte[22];
        var at = 0;
        Put4(end, ref at, EndOfDirectory);
        Put4(end, ref at, 0);
        Put2(end, ref at, (ushort)count);
        Put2(end, ref at, (ushort)count);
        Put4(end, ref at, directory);
        Put4(end, ref at, offset);
        return end;
    }

    private static void Put2(byte[] into, ref int at, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(into.AsSpan(at), value);
        at += 2;
    }

    private static void Put4(byte[] into, ref int at, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(into.AsSpan(at), value);
        at += 4;
    }

    private static uint Narrow(long length) =>
        length <= uint.MaxValue ? (uint)length : throw new IOException("The export would be longer than 4 GiB: export fewer divisions at a time.");
}
