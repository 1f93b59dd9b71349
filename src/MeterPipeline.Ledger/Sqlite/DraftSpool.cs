using System.IO.Compression;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Ledger.Sqlite;

/// <summary>
/// A run's chunks and index rows on their way to the ledger, in a file of the data folder that is gone when this is disposed: drawing lines takes
/// longer than anybody should wait for the ledger's write lock, and memory must not grow with them. One draft at a time per folder.
/// </summary>
internal sealed class DraftSpool : IDisposable
{
    /// <summary>Fast enough to keep up with the drawing of lines, and the text repeats itself enough to shrink to a tenth.</summary>
    private const int BrotliQuality = 1;
    private const int BrotliWindow = 22;
    private const int BufferBytes = 1 << 16;

    private readonly FileStream file;
    private readonly BinaryWriter writer;
    private readonly MemoryStream text = new();
    private readonly List<LineIndex> index = [];
    private byte[] compressed = [];

    /// <exception cref="LedgerException">Somebody else drafts, or the file cannot be made.</exception>
    public DraftSpool(string folder)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = BufferBytes,
            Options = FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            file = new FileStream(Path.Combine(folder, "draft.spool"), options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LedgerException($"Cannot draft a settlement in {folder}: {e.Message} Another draft may be under way: wait until it is done. " +
                "Otherwise give this user write access to the folder.", e);
        }
        writer = new BinaryWriter(file);
    }

    public int Chunks { get; private set; }

    public void Add(ReadOnlySpan<byte> line, LineIndex of)
    {
        text.Write(line);
        index.Add(of);
        if (index.Count == SqliteLimits.ChunkLines) EndChunk();
    }

    /// <summary>Everything added, chunk by chunk, each blob compressed. To be called once, after the last line.</summary>
    public IEnumerable<SpooledChunk> Read()
    {
        if (index.Count > 0) EndChunk();
        writer.Flush();
        file.Position = 0;
        using var reader = new BinaryReader(file);
        for (var chunk = 0; chunk < Chunks; chunk++)
        {
            var (bytes, length, lines) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
            var blob = reader.ReadBytes(length);
            var rows = new SpooledIndex[lines];
            for (var i = 0; i < lines; i++) rows[i] = new SpooledIndex(reader.ReadString(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadString());
            yield return new SpooledChunk(chunk, bytes, blob, rows);
        }
    }

    /// <exception cref="LedgerException">The blob is not what <see cref="Add"/> made.</exception>
    public static byte[] Decompress(byte[] blob, int bytes, string place)
    {
        var text = new byte[bytes];
        return BrotliDecoder.TryDecompress(blob, text, out var written) && written == bytes ? text
            : throw new LedgerException($"{place} cannot be decompressed. Restore both files from the same backup.");
    }

    public void Dispose()
    {
        writer.Dispose();
        text.Dispose();
    }

    private void EndChunk()
    {
        var most = BrotliEncoder.GetMaxCompressedLength((int)text.Length);
        if (compressed.Length < most) compressed = new byte[most];
        var done = BrotliEncoder.TryCompress(text.GetBuffer().AsSpan(0, (int)text.Length), compressed, out var length, BrotliQuality, BrotliWindow);
        if (!done) throw new InvalidOperationException("A chunk outgrew the size that Brotli promises.");
        writer.Write((int)text.Length);
        writer.Write(length);
        writer.Write(index.Count);
        writer.Write(compressed.AsSpan(0, length));
        foreach (var row in index)
        {
            writer.Write(row.HouseholdId);
            writer.Write(Fen.Of(row.Accrued));
            writer.Write(Fen.Of(row.Due.Total));
            writer.Write(Fen.Of(row.Payable));
            writer.Write(CanonicalForm.Of(row.Due));
        }
        Chunks++;
        text.SetLength(0);
        index.Clear();
    }
}

/// <param name="Bytes">Length of the text.</param>
/// <param name="Blob">The text, compressed.</param>
internal sealed record SpooledChunk(int Number, int Bytes, byte[] Blob, IReadOnlyList<SpooledIndex> Index);

/// <summary>An index row as its table keeps it: fen, and the canonical text of what is due.</summary>
internal readonly record struct SpooledIndex(string HouseholdId, long Accrued, long Due, long Payable, string Amount);
