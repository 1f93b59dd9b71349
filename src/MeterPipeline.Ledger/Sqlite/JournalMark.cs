using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace MeterPipeline.Ledger.Sqlite;

/// <summary>
/// The number of a journal row that was committed and synced, in a small file beside journal.db. SQLite takes a damaged frame of its WAL for the end of the
/// WAL, and a WAL that is gone for an empty one, without a word: then the journal ends before this number. It is written after each commit and not synced,
/// so after a power cut it may be an older one, or unreadable; it is never ahead of a journal whose disk keeps what it synced.
/// </summary>
internal sealed class JournalMark(string file) : IDisposable
{
    private const int Bytes = 12;

    private SafeFileHandle? handle;

    /// <summary>The number, 0 where none can be read.</summary>
    public static long Read(string file)
    {
        try
        {
            var bytes = File.ReadAllBytes(file);
            return bytes.Length == Bytes && Checksum.Of(bytes.AsSpan(0, 8)) == BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8))
                ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>A row is stored already: what keeps it from being marked is no reason to fail.</summary>
    public void Write(long seq)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, seq);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], Checksum.Of(bytes[..8]));
        try
        {
            handle ??= Open();
            RandomAccess.Write(handle, bytes, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            handle?.Dispose();
            handle = null;
        }
    }

    public void Dispose() => handle?.Dispose();

    private SafeFileHandle Open()
    {
        var handle = File.OpenHandle(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return handle;
    }
}
