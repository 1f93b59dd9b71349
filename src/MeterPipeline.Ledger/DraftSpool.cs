using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Ledger;

/// <summary>
/// A run's chunks and index rows on their way to the ledger, in a file that is gone when this is disposed: drawing lines takes longer than anybody
/// should wait for a lock of the ledger, and memory must not grow with them.
/// </summary>
internal sealed class DraftSpool : IDisposable
{
    /// <summary>Fast enough to keep up with the drawing of lines, and the text repeats itself enough to shrink to a tenth.</summary>
    private const int BrotliQuality = 1;
    private const int BrotliWindow = 22;
    private const int BufferBytes = 1 << 16;

    private readonly FileStream file;
    private readonly ConcurrentBag<Block> spare = [];
    private int chunks;

    private DraftSpool(string path, FileMode mode, string remedy)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0, // a chunk is one write
            Options = FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            file = new FileStream(path, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LedgerException($"Cannot draft a settlement in {Path.GetDirectoryName(path)}: {e.Message} {remedy}", e) { IsAway = e is IOException };
        }
    }

    /// <summary>In a folder of the ledger's own: one draft at a time.</summary>
    /// <exception cref="LedgerException">Somebody else drafts, or the file cannot be made.</exception>
    public static DraftSpool In(string folder) => new(
        Path.Combine(folder, "draft.spool"), FileMode.Create,
        "Another draft may be under way: wait until it is done. Otherwise give this user write access to the folder.");

    /// <summary>In the temporary folder, for this process alone. The file loses its name at once where the system allows it, so that a crash leaves nothing.</summary>
    /// <exception cref="LedgerException">The file cannot be made.</exception>
    public static DraftSpool Nameless()
    {
        var path = Path.Combine(Path.GetTempPath(), $"meterpipeline-draft-{Path.GetRandomFileName()}");
        var spool = new DraftSpool(path, FileMode.CreateNew, "Give this user write access to the temporary folder, or name another with TMPDIR.");
        if (!OperatingSystem.IsWindows()) File.Delete(path);
        return spool;
    }

    /// <summary>Takes all lines of a run, once.</summary>
    /// <exception cref="SettlementRefusedException">There is none.</exception>
    /// <exception cref="LedgerException">The file cannot be written.</exception>
    public void Draw(RunDraft draft, IEnumerable<LinePage> pages, RunWriter into)
    {
        foreach (var block in Ahead.Map(pages, Fill))
        {
            if (block.Tally.Lines > 0)
            {
                into.Add(block.Tally, block.Text);
                Write(block.Bytes);
                chunks++;
            }
            spare.Add(block);
        }
        if (into.Lines == 0) throw DraftRefused.Nothing(draft);
    }

    /// <summary>Everything drawn, chunk by chunk, each blob compressed; as often as it is asked for, one after the other.</summary>
    public IEnumerable<SpooledChunk> Read()
    {
        file.Position = 0;
        using var reader = new BinaryReader(new BufferedStream(file, BufferBytes), Encoding.UTF8, leaveOpen: true);
        for (var chunk = 0; chunk < chunks; chunk++)
        {
            var (bytes, length, lines) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
            var blob = reader.ReadBytes(length);
            var rows = new SpooledIndex[lines];
            for (var i = 0; i < lines; i++) rows[i] = new SpooledIndex(reader.ReadString(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadString());
            yield return new SpooledChunk(chunk, bytes, blob, rows);
        }
    }

    public void Dispose()
    {
        file.Dispose();
        foreach (var block in spare) block.Dispose();
    }

    private Block Fill(LinePage page)
    {
        if (!spare.TryTake(out var block)) block = new Block();
        block.Fill(page());
        return block;
    }

    private void Write(ReadOnlySpan<byte> block)
    {
        try
        {
            file.Write(block);
        }
        catch (IOException e)
        {
            throw new LedgerException($"Cannot draft a settlement: {file.Name}: {e.Message} Free space on that disk; nothing was stored.", e) { IsAway = true };
        }
    }

    /// <summary>A chunk on its way into the file. Owned by one thread at a time, and used again for later chunks.</summary>
    private sealed class Block : IDisposable
    {
        private readonly ArrayBufferWriter<byte> text = new(BufferBytes);
        private readonly ArrayBufferWriter<byte> amount = new();
        private readonly MemoryStream index = new(), bytes = new();
        private byte[] compressed = [];

        public RunTally Tally { get; private set; } = new();

        public ReadOnlySpan<byte> Text => text.WrittenSpan;

        /// <summary>As the file keeps it.</summary>
        public ReadOnlySpan<byte> Bytes => bytes.GetBuffer().AsSpan(0, (int)bytes.Length);

        public void Fill(IEnumerable<SettlementLine> lines)
        {
            Tally = new RunTally();
            text.ResetWrittenCount();
            index.SetLength(0);
            using (var rows = new BinaryWriter(index, Encoding.UTF8, leaveOpen: true)) RunWriter.WriteText(text, Noted(lines, rows));
            var most = BrotliEncoder.GetMaxCompressedLength(text.WrittenCount);
            if (compressed.Length < most) compressed = new byte[most];
            var done = BrotliEncoder.TryCompress(text.WrittenSpan, compressed, out var length, BrotliQuality, BrotliWindow);
            if (!done) throw new InvalidOperationException("A chunk outgrew the size that Brotli promises.");
            bytes.SetLength(0);
            using var writer = new BinaryWriter(bytes, Encoding.UTF8, leaveOpen: true);
            writer.Write(text.WrittenCount);
            writer.Write(length);
            writer.Write(Tally.Lines);
            writer.Write(compressed.AsSpan(0, length));
            writer.Write(index.GetBuffer().AsSpan(0, (int)index.Length));
        }

        public void Dispose()
        {
            index.Dispose();
            bytes.Dispose();
        }

        /// <summary>The same lines, each added up and noted in the index on its way into the text.</summary>
        private IEnumerable<SettlementLine> Noted(IEnumerable<SettlementLine> lines, BinaryWriter rows)
        {
            foreach (var line in lines)
            {
                Tally.Add(line);
                var row = LineIndex.Of(line);
                rows.Write(row.HouseholdId);
                rows.Write(Fen.Of(row.Accrued));
                rows.Write(Fen.Of(row.Due.Total));
                rows.Write(Fen.Of(row.Payable));
                amount.ResetWrittenCount();
                CanonicalForm.Write(amount, row.Due);
                rows.Write7BitEncodedInt(amount.WrittenCount); // as a string is kept
                rows.Write(amount.WrittenSpan);
                yield return line;
            }
        }
    }
}

/// <param name="Bytes">Length of the text.</param>
/// <param name="Blob">The text, compressed.</param>
internal sealed record SpooledChunk(int Number, int Bytes, byte[] Blob, SpooledIndex[] Index);

/// <summary>An index row as its table keeps it: fen, and the canonical text of what is due.</summary>
internal readonly record struct SpooledIndex(string HouseholdId, long Accrued, long Due, long Payable, string Amount);
