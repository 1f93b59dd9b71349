using System.Globalization;
using MeterPipeline.Domain;

namespace MeterPipeline.Ledger.Backup;

/// <summary>Which backup is meant: a folder that is one, or the newest in a folder of them that is not after a point.</summary>
public static class BackupChoice
{
    /// <param name="folder">A backup, or a folder of backups.</param>
    /// <param name="until">A journal row, or a time with its zone (RFC 3339), or a local day; null: the newest.</param>
    /// <returns>The folder of the backup.</returns>
    /// <exception cref="LedgerException">There is none, or none that early: names the points that there are.</exception>
    public static string Of(string folder, string? until)
    {
        var found = Found(folder);
        if (found.Count == 0) throw new LedgerException($"{folder} is no backup and holds none: name a folder that `meterpipeline ledger backup` has made, or the one above.");
        if (until is null) return found[^1].Folder;
        var early = Early(until);
        var chosen = found.FindLast(backup => early(backup.Manifest));
        if (chosen.Folder is not null) return chosen.Folder;
        throw new LedgerException($"No backup in {folder} is from {until} or before. A ledger is restored to the moment of a backup; these there are:"
            + string.Concat(found.Select(backup => $"\n  {backup.Manifest}")));
    }

    private static List<(string Folder, BackupManifest Manifest)> Found(string folder)
    {
        if (File.Exists(Path.Combine(folder, BackupManifest.FileName))) return [(folder, BackupManifest.Read(folder))];
        return !Directory.Exists(folder) ? [] : [.. Directory.EnumerateDirectories(folder)
            .Where(inner => File.Exists(Path.Combine(inner, BackupManifest.FileName)) && !inner.EndsWith(WholeFolder.Unfinished, StringComparison.Ordinal))
            .Select(inner => (inner, BackupManifest.Read(inner))).OrderBy(backup => backup.Item2.TakenAt)];
    }

    private static Func<BackupManifest, bool> Early(string until)
    {
        if (long.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out var row)) return manifest => manifest.Positions.GetValueOrDefault(BackupManifest.Head) <= row;
        if (LocalTime.TryParse(until, out var ms)) return manifest => manifest.TakenAt.ToUnixTimeMilliseconds() <= ms;
        throw new LedgerException($"'{until}' is neither a journal row nor a time with its zone, such as 2026-01-31T06:00:00+08:00.");
    }
}
