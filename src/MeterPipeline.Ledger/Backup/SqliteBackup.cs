using MeterPipeline.Ledger.Sqlite;

namespace MeterPipeline.Ledger.Backup;

/// <summary>Both files of a data folder as they are at one moment, while other processes append and fold; and back to a folder.</summary>
public static class SqliteBackup
{
    public const string Provider = "sqlite";

    private const string Taking = "back up the ledger";
    private const string Restoring = "restore the ledger";

    /// <summary>Cursors that must not be ahead of the journal beside them, or rows that come later would be passed over.</summary>
    private const string FarthestSql = "SELECT max(value) FROM cursor WHERE name IN ('folded', 'influx')";

    /// <summary>Each takes microseconds; a hundred in a row that a flush fell into do not happen.</summary>
    private const int TriesMax = 100;

    /// <param name="folder">Of the ledger.</param>
    /// <param name="to">Folder to make.</param>
    /// <param name="program">Version of this program, for the manifest.</param>
    /// <param name="progress">Told how many bytes of how many are copied.</param>
    /// <exception cref="LedgerException">There is no ledger, the target holds something, or the disk has no room.</exception>
    public static BackupManifest Take(string folder, string to, string program, TimeProvider time, Action<long, long> progress)
    {
        using var journal = OpenThere(folder, "journal.db", DatabaseAccess.Read);
        using var ledger = OpenThere(folder, "ledger.db", DatabaseAccess.Read);
        using var target = WholeFolder.Begin(Taking, to, FileAndLog(journal) + FileAndLog(ledger));
        for (var tries = 1; ; tries++)
        {
            var takenAt = time.GetUtcNow();
            using var journalStays = journal.BeginRead(Taking);
            var (head, pruned) = (journal.Scalar(JournalStore.HeadSql), journal.Scalar("SELECT seq FROM pruned"));
            using var ledgerStays = ledger.BeginRead(Taking);
            var isOneMoment = pruned <= FoldStore.Cursor(ledger, FoldStore.FoldedCursor) && ledger.Scalar(FarthestSql) <= head;
            if (!isOneMoment && tries == TriesMax) throw new LedgerException($"Cannot {Taking}: {folder} changes too fast, or its two files are not of one moment: run verify.");
            if (!isOneMoment) continue;
            var manifest = Copy(journal, ledger, target.Path, head, progress) with { Program = program, TakenAt = takenAt };
            manifest.Write(target.Path);
            target.Finish();
            return manifest;
        }
    }

    /// <summary>Makes a data folder of a backup; an older schema is brought to this version. Sessions are ended.</summary>
    /// <exception cref="LedgerException">A file is not what was written, the folder holds something, or the disk has no room: nothing is there then.</exception>
    public static void Restore(string backup, string folder, Action<long, long> progress)
    {
        var manifest = BackupManifest.ReadWhole(backup);
        var (total, done) = (manifest.Files.Sum(file => file.Bytes), 0L);
        using var target = WholeFolder.Begin(Restoring, folder, total);
        foreach (var file in manifest.Files)
        {
            using var restored = BackupFile.Create(Path.Combine(target.Path, file.Name));
            file.Restore(backup, restored, more => progress(done += more, total));
            restored.Flush(flushToDisk: true);
        }
        SqliteLedger.Open(target.Path).Dispose();
        using (var ledger = OpenThere(target.Path, "ledger.db", DatabaseAccess.Write)) ledger.Execute("DELETE FROM session");
        target.Finish();
    }

    private static BackupManifest Copy(Database journal, Database ledger, string to, long head, Action<long, long> progress)
    {
        var (versions, rows, files) = (new Dictionary<string, int>(), new SortedDictionary<string, long>(StringComparer.Ordinal), new List<BackupFile>());
        var (total, done) = (Bytes(journal) + Bytes(ledger), 0L);
        var positions = new SortedDictionary<string, long>(StringComparer.Ordinal) { [BackupManifest.Head] = head };
        Each(ledger, "SELECT name, value FROM cursor", row => positions[row.Text(0)] = row.Int64(1));
        foreach (var file in new[] { journal, ledger })
        {
            var name = Path.GetFileName(file.File);
            versions[name] = (int)file.Scalar("PRAGMA user_version");
            file.CopyTo(Path.Combine(to, name), more => progress(done += more, total));
            files.Add(BackupFile.Of(Path.Combine(to, name)));
            var tables = new List<string>();
            Each(file, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", row => tables.Add(row.Text(0)));
            foreach (var table in tables) rows[table] = file.Scalar($"SELECT count(*) FROM \"{table}\"");
            file.Abandon(); // its log may begin anew while the other is copied
        }
        return new BackupManifest { Provider = Provider, Program = "", TakenAt = default, Versions = versions, Positions = positions, Rows = rows, Files = files };
    }

    private static void Each(Database file, string sql, Action<Statement> row)
    {
        using var statement = file.Prepare(sql);
        while (statement.Step()) row(statement);
    }

    private static Database OpenThere(string folder, string name, DatabaseAccess access)
    {
        var file = Path.Combine(Path.GetFullPath(folder), name);
        return File.Exists(file)
            ? Database.Open(file, access, SqliteLimits.ViewCacheKiB)
            : throw new LedgerException($"No ledger in {folder}: {name} is missing. Name the right folder with --data.");
    }

    private static long Bytes(Database file) => file.Scalar("PRAGMA page_count") * file.Scalar("PRAGMA page_size");

    private static long FileAndLog(Database file)
    {
        var log = new FileInfo(file.File + "-wal");
        return new FileInfo(file.File).Length + (log.Exists ? log.Length : 0);
    }
}
