using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>
/// One file of an archive, compressed into a file of its own, so that several can be written at the same time and memory stays flat. It may hold
/// personal data: only its owner can read it, and it is gone once disposed.
/// </summary>
internal sealed class PartFile : IDisposable
{
    // A gzip file is a header, the deflated data that an archive wants, and its CRC-32 and length.
    private const int GzipHeader = 10;
    private const int GzipTrailer = 8;

    private readonly FileStream file;
    private readonly GZipStream gzip;

    /// <param name="folder">For the temporary file.</param>
    public PartFile(string folder)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.DeleteOnClose,
            BufferSize = 1 << 16,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        file = new FileStream(Path.Combine(folder, $".{Path.GetRandomFileName()}.part"), options);
        gzip = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true);
    }

    public long Length { get; private set; }

    public void Write(ReadOnlySpan<byte> content)
    {
        gzip.Write(content);
        Length += content.Length;
    }

    public void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    public void Dispose()
    {
        gzip.Dispose();
        file.Dispose();
    }

    /// <summary>Ends the part and copies its deflated data.</summary>
    /// <param name="header">Told CRC-32 and compressed length before the data is copied.</param>
    public void CopyTo(Stream into, Action<uint, long> header)
    {
        gzip.Dispose();
        var trailer = new byte[GzipTrailer];
        var deflated = file.Length - GzipHeader - GzipTrailer;
        file.Position = file.Length - GzipTrailer;
        file.ReadExactly(trailer);
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer.AsSpan(4)) != (uint)(Length & uint.MaxValue))
            throw new IOException($"Part of {Length} bytes was not written whole: the disk may be full.");
        header(BinaryPrimitives.ReadUInt32LittleEndian(trailer), deflated);
        file.Position = GzipHeader;
        var buffer = new byte[1 << 16];
        for (var left = deflated; left > 0;)
        {
            var read = file.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            if (read == 0) throw new IOException("A temporary part ended early.");
            into.Write(buffer, 0, read);
            left -= read;
        }
    }
}
