using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace MeterPipeline.Ledger.Import;

/// <summary>
/// Looks through a whole file before anything is imported: a file in GBK reads as garbage names otherwise, and half of it would be
/// stored before the first impossible byte.
/// </summary>
internal static class Utf8Check
{
    private const int BlockBytes = 1 << 16;

    private const string Remedy = "save the file as \"CSV UTF-8\" (另存为 CSV UTF-8), or convert it with `iconv -f GB18030 -t UTF-8`";

    /// <returns>Null for UTF-8, with or without a byte order mark; else where it is not and what to do. The position is where it was.</returns>
    public static RowProblem? Find(Stream file)
    {
        var start = file.Position;
        var block = new byte[BlockBytes];
        var kept = 0;
        long offset = 0, line = 1;
        try
        {
            while (true)
            {
                var read = file.ReadAtLeast(block.AsSpan(kept), 1, throwOnEndOfStream: false);
                var bytes = block.AsSpan(0, kept + read);
                if (offset == 0 && OtherFormat(bytes) is { } other) return new RowProblem(1, "", other);
                var valid = ValidPrefix(bytes, atEnd: read == 0, out var broken);
                line += bytes[..valid].Count((byte)'\n');
                if (broken)
                {
                    return new RowProblem(line, "",
                        $"the file is not UTF-8: byte 0x{bytes[valid]:X2} at offset {offset + valid} (GBK/GB18030 from a spreadsheet?): {Remedy}");
                }
                if (read == 0) return null;
                bytes[valid..].CopyTo(block);
                kept = bytes.Length - valid;
                offset += valid;
            }
        }
        finally
        {
            file.Position = start;
        }
    }

    private static string? OtherFormat(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("PK\u0003\u0004"u8)) return "this is a workbook (XLSX), not a CSV file: save it as \"CSV UTF-8\"";
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])) return $"the file is UTF-16: {Remedy}";
        return null;
    }

    /// <summary>How many bytes are whole, valid characters; a character cut by the end of the block is left for the next.</summary>
    private static int ValidPrefix(ReadOnlySpan<byte> bytes, bool atEnd, out bool broken)
    {
        broken = false;
        if (Utf8.IsValid(bytes)) return bytes.Length;
        var valid = 0;
        while (valid < bytes.Length)
        {
            var status = Rune.DecodeFromUtf8(bytes[valid..], out _, out var length);
            if (status != OperationStatus.Done)
            {
                broken = atEnd || status == OperationStatus.InvalidData;
                break;
            }
            valid += length;
        }
        return valid;
    }
}
