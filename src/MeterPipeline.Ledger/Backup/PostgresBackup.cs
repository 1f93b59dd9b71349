using MeterPipeline.Ledger.Postgres;
using Npgsql;

namespace MeterPipeline.Ledger.Backup;

/// <summary>
/// Every table of a ledger's schema as one REPEATABLE READ transaction sees it, in PostgreSQL's own binary form, while other processes append and
/// fold; and back into a schema that does not exist yet. Which tables there are is asked of the server.
/// </summary>
public static class PostgresBackup
{
    public const string Provider = "postgres";

    private const string Taking = "back up the ledger";
    private const string Restoring = "restore the ledger";
    private const string Extension = ".copy";

    // A partitioned table is read as one; what it is made of is not read again.
    private const string TablesSql = """
        SELECT c.relname::text, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'schema_version' GROUP BY c.relname ORDER BY c.relname
        """;

    private const string SequencesSql = "SELECT sequencename::text, last_value FROM pg_sequences WHERE schemaname = current_schema() AND last_value IS NOT NULL";

    private const string BytesSql = """
        SELECT coalesce(sum(pg_table_size(c.oid)), 0)::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind = 'r'
        """;

    /// <param name="to">Folder to make.</param>
    /// <param name="program">Version of this program, for the manifest.</param>
    /// <param name="progress">Told how many bytes are copied, of about how many.</param>
    /// <exception cref="LedgerException">There is no ledger, the server was lost, the target holds something, or the disk has no room.</exception>
    public static BackupManifest Take(PostgresOptions source, string to, string program, TimeProvider time, Action<long, long> progress)
    {
        using var database = PostgresDatabase.Of(source);
        PostgresSchema.Require(database, source, create: false);
        var takenAt = time.GetUtcNow();
        var (connection, session, version) = database.Begin(Taking, opened =>
        {
            opened.Run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            return opened.Scalar("SELECT version FROM schema_version");
        });
        using (connection)
        {
            try
            {
                var bytes = session.Scalar(BytesSql);
                using var target = WholeFolder.Begin(Taking, to, bytes);
                var manifest = Copy(session, target.Path, (int)version, bytes, progress) with { Program = program, TakenAt = takenAt };
                session.Run("ROLLBACK");
                manifest.Write(target.Path);
                target.Finish();
                return manifest;
            }
            catch (NpgsqlException error)
            {
                throw database.Describe(Taking, error);
            }
        }
    }

    /// <summary>Makes the schema of a backup, in one transaction; an older one is brought to this version. Sessions are ended.</summary>
    /// <exception cref="LedgerException">A file is not what was written, the schema holds a ledger, or the server was lost: nothing is there then.</exception>
    public static void Restore(string backup, PostgresOptions target, Action<long, long> progress)
    {
        var manifest = BackupManifest.ReadWhole(backup);
        using var database = PostgresDatabase.Of(target);
        PostgresSchema.Make(database, target, manifest.Versions.GetValueOrDefault("schema"), Restoring, session =>
        {
            var (total, done) = (manifest.Files.Sum(file => file.Bytes), 0L);
            var tables = Tables(session);
            foreach (var (table, _) in tables) session.Run($"ALTER TABLE {table} DISABLE TRIGGER USER; DELETE FROM {table}");
            foreach (var file in manifest.Files)
            {
                var table = Path.GetFileNameWithoutExtension(file.Name);
                if (tables.Find(known => known.Name == table) is not (not null, { } columns))
                    throw new LedgerException($"Cannot {Restoring}: {backup} has {table}, a table that schema version {manifest.Versions["schema"]} does not have.");
                using (var into = session.Connection.BeginRawBinaryCopy($"COPY {table} ({columns}) FROM STDIN (FORMAT binary)"))
                    Load(into, stream => file.Restore(backup, stream, more => progress(done += more, total)));
                var rows = session.Scalar($"SELECT count(*) FROM {table}");
                if (rows != manifest.Rows[table]) throw new LedgerException($"Cannot {Restoring}: of {table} {manifest.Rows[table]} rows were backed up and {rows} came back.");
            }
            foreach (var (table, _) in tables) session.Run($"ALTER TABLE {table} ENABLE TRIGGER USER");
            foreach (var (sequence, newest) in manifest.Sequences) session.Scalar("SELECT setval(quote_ident($1)::regclass, $2)", sequence, newest);
            session.Run("DELETE FROM session");
        });
    }

    private static BackupManifest Copy(Session session, string to, int version, long bytes, Action<long, long> progress)
    {
        var (files, rows, done) = (new List<BackupFile>(), new SortedDictionary<string, long>(StringComparer.Ordinal), 0L);
        foreach (var (table, columns) in Tables(session))
        {
            // From a question, because a partitioned table cannot be copied by its name.
            using (var from = session.Connection.BeginRawBinaryCopy($"COPY (SELECT {columns} FROM {table}) TO STDOUT (FORMAT binary)"))
                files.Add(BackupFile.Write(from, Path.Combine(to, table + Extension), more => progress(done += more, Math.Max(done, bytes))));
            rows[table] = session.Scalar($"SELECT count(*) FROM {table}");
        }
        var positions = new SortedDictionary<string, long>(StringComparer.Ordinal) { [BackupManifest.Head] = session.Scalar("SELECT sum(seq)::bigint FROM journal_head") };
        foreach (var (name, value) in session.Rows("SELECT name, value FROM cursor", row => (row.GetString(0), row.GetInt64(1)))) positions[name] = value;
        return new BackupManifest
        {
            Provider = Provider,
            Program = "",
            TakenAt = default,
            Versions = new Dictionary<string, int> { ["schema"] = version },
            Positions = positions,
            Rows = rows,
            Sequences = session.Rows(SequencesSql, row => (row.GetString(0), row.GetInt64(1))).ToDictionary(sequence => sequence.Item1, sequence => sequence.Item2),
            Files = files,
        };
    }

    private static List<(string Name, string Columns)> Tables(Session session) => session.Rows(TablesSql, row => (row.GetString(0), row.GetString(1)));

    /// <summary>A copy that is only half sent is taken back, or it would be stored when the stream is closed.</summary>
    private static void Load(NpgsqlRawCopyStream into, Action<Stream> write)
    {
        try
        {
            write(into);
        }
        catch
        {
            into.Cancel();
            throw;
        }
    }
}
