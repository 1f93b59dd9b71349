using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace MeterPipeline.Ledger.Backup;

/// <summary>What a backup is of, and what must be found in it again: <c>backup.json</c>, written after the files that it lists.</summary>
public sealed record BackupManifest
{
    public const string FileName = "backup.json";

    /// <summary>Name in <see cref="Positions"/>: the newest journal row.</summary>
    public const string Head = "head";

    private const int FormatKnown = 1;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public int Format { get; init; } = FormatKnown;

    /// <summary><c>sqlite</c> or <c>postgres</c>: where it can be restored to.</summary>
    public required string Provider { get; init; }

    /// <summary>Version of the program that took it.</summary>
    public required string Program { get; init; }

    /// <summary>When the moment began that it shows.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>Schema version of each file, or of the schema.</summary>
    public required IReadOnlyDictionary<string, int> Versions { get; init; }

    /// <summary>Journal rows: <see cref="Head"/>, and every cursor of the ledger by its name.</summary>
    public required IReadOnlyDictionary<string, long> Positions { get; init; }

    /// <summary>Rows per table.</summary>
    public required IReadOnlyDictionary<string, long> Rows { get; init; }

    /// <summary>PostgreSQL: the newest number given by each sequence.</summary>
    public IReadOnlyDictionary<string, long> Sequences { get; init; } = new Dictionary<string, long>();

    public required IReadOnlyList<BackupFile> Files { get; init; }

    /// <exception cref="LedgerException">The folder is no backup, or one of a newer program, or its manifest is damaged.</exception>
    public static BackupManifest Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) throw new LedgerException($"{folder} is no backup: {FileName} is missing. Name a folder that `meterpipeline ledger backup` has made.");
        try
        {
            var manifest = JsonSerializer.Deserialize<BackupManifest>(File.ReadAllBytes(path), Json) ?? throw new JsonException("it is empty");
            if (manifest.Format > FormatKnown)
                throw new LedgerException($"{path} has format {manifest.Format}, this program knows {FormatKnown}: restore with the version that took it, {manifest.Program}.");
            if (manifest.Files.FirstOrDefault(file => Path.GetFileName(file.Name) != file.Name) is { } foreign) throw new JsonException($"it names {foreign.Name}");
            return manifest;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new LedgerException($"{path} cannot be read: {e.Message} Use another backup.", e);
        }
    }

    /// <summary>Of a backup whose files are all there and as long as they were written: what is wrong with the rest, only reading them tells.</summary>
    /// <exception cref="LedgerException">As <see cref="Read"/>, or names the first file that is not.</exception>
    internal static BackupManifest ReadWhole(string folder)
    {
        var manifest = Read(folder);
        foreach (var file in manifest.Files) file.RequireWhole(folder);
        return manifest;
    }

    /// <summary>A name of a time that sorts, and a row: what a person chooses by.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{TakenAt.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}, journal row {Positions.GetValueOrDefault(Head)}");

    internal void Write(string folder)
    {
        using var file = BackupFile.Create(Path.Combine(folder, FileName));
        JsonSerializer.Serialize(file, this, Json);
        file.Flush(flushToDisk: true);
    }
}

/// <summary>One file of a backup.</summary>
/// <param name="Sha256">Lower-case hexadecimal.</param>
public sealed record BackupFile(string Name, long Bytes, string Sha256)
{
    private const int CopiedAtOnce = 1 << 20;

    /// <summary>Its owner's alone: it holds personal data.</summary>
    internal static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    /// <summary>Of a file that is written: reads it once, and sees to it that it is on the disk.</summary>
    internal static BackupFile Of(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        file.Flush(flushToDisk: true);
        return new BackupFile(Path.GetFileName(path), file.Length, Convert.ToHexStringLower(SHA256.HashData(file)));
    }

    /// <summary>Writes what a stream holds to a new file, on disk when this returns.</summary>
    /// <param name="progress">Told each further number of bytes.</param>
    internal static BackupFile Write(Stream from, string path, Action<long> progress)
    {
        using var file = Create(path);
        var (hash, bytes) = Copy(from, file, progress);
        file.Flush(flushToDisk: true);
        return new BackupFile(Path.GetFileName(path), bytes, hash);
    }

    internal void RequireWhole(string backup)
    {
        var file = new FileInfo(Path.Combine(backup, Name));
        if (!file.Exists) throw new LedgerException($"{file} is missing: the backup is not whole. Use another one.");
        if (file.Length != Bytes) throw new LedgerException($"{file} is damaged: it has {file.Length} bytes, {Bytes} were written. Nothing was restored; use another backup.");
    }

    /// <summary>Copies this file of a backup, and compares what was read with what the manifest says.</summary>
    /// <exception cref="LedgerException">It is another file than was written: names it.</exception>
    internal void Restore(string backup, Stream to, Action<long> progress)
    {
        var path = Path.Combine(backup, Name);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        var (hash, _) = Copy(file, to, progress);
        if (hash != Sha256) throw new LedgerException($"{path} is damaged: its SHA-256 is not the one in {BackupManifest.FileName}. Nothing was restored; use another backup.");
    }

    private static (string Sha256, long Bytes) Copy(Stream from, Stream to, Action<long> progress)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (buffer, bytes) = (new byte[CopiedAtOnce], 0L);
        for (int read; (read = from.Read(buffer)) > 0; bytes += read)
        {
            hash.AppendData(buffer.AsSpan(0, read));
            to.Write(buffer.AsSpan(0, read));
            progress(read);
        }
        return (Convert.ToHexStringLower(hash.GetHashAndReset()), bytes);
    }
}
