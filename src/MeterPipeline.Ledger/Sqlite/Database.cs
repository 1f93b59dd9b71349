using SQLitePCL;

namespace MeterPipeline.Ledger.Sqlite;

/// <summary>Whether a connection may write. Readers are refused writes by SQLite itself.</summary>
internal enum DatabaseAccess { Read, Write, Create }

/// <summary>
/// One SQLite connection with its prepared statements. Not thread-safe: the owner locks around it. Every failure leaves as a
/// <see cref="LedgerException"/> that names the <see cref="Operation"/>, the file and a remedy.
/// </summary>
internal sealed class Database : IDisposable
{
    private readonly sqlite3 handle;
    private readonly Dictionary<string, Statement> statements = new(StringComparer.Ordinal);

    static Database() => Batteries_V2.Init();

    private Database(sqlite3 handle, string file)
    {
        this.handle = handle;
        File = file;
    }

    public string File { get; }

    /// <summary>What is being done, for the message of a failure: "append to the journal".</summary>
    public string Operation { get; set; } = "open the ledger";

    /// <summary>Rows that the statement before changed, triggers left out.</summary>
    public int Changes => raw.sqlite3_changes(handle);

    public long LastInsertRowId => raw.sqlite3_last_insert_rowid(handle);

    /// <exception cref="LedgerException">The file is missing (unless created), damaged, or may not be touched.</exception>
    public static Database Open(string file, DatabaseAccess access, int cacheKiB)
    {
        if (access == DatabaseAccess.Create) CreateOwnerOnly(file);
        var database = Connect(file, raw.SQLITE_OPEN_READWRITE, file);
        try
        {
            database.Configure(access, cacheKiB);
            return database;
        }
        catch (LedgerException) when (access == DatabaseAccess.Read && IsQuietAndUnwritable(file))
        {
            // WAL needs its -shm file; in a folder where it cannot be made, and without a -wal holding rows, the file cannot change.
            database.Dispose();
            database = Connect(file, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_URI, "file:" + Uri.EscapeDataString(file) + "?immutable=1");
        }
        catch
        {
            database.Dispose();
            throw;
        }
        try
        {
            database.Configure(access, cacheKiB);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public void Execute(string sql) => Check(raw.sqlite3_exec(handle, sql));

    /// <summary>The prepared statement for this text, kept and reused: reset it after use.</summary>
    public Statement Prepared(string sql)
    {
        if (!statements.TryGetValue(sql, out var statement)) statements[sql] = statement = Prepare(sql);
        return statement;
    }

    /// <summary>A statement of its own, for streams that may run beside each other. The caller disposes it.</summary>
    public Statement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement));
        return new Statement(this, statement);
    }

    /// <summary>First column of the first row, 0 when there is none or it is null.</summary>
    public long Scalar(string sql)
    {
        var statement = Prepared(sql);
        var value = statement.Step() ? statement.Int64(0) : 0;
        statement.Reset();
        return value;
    }

    /// <summary>Takes the write lock at once (waiting for <see cref="SqliteLimits.BusyTimeoutMs"/>), so it never fails half-way.</summary>
    public Transaction BeginWrite(string operation) => Begin(operation, "BEGIN IMMEDIATE");

    /// <summary>A deferred transaction: its snapshot is fixed by the first read, not by this call.</summary>
    public Transaction BeginRead(string operation) => Begin(operation, "BEGIN");

    public void Check(int code)
    {
        if (code is raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE) return;
        throw SqliteFailure.Describe(Operation, File, raw.sqlite3_extended_errcode(handle), raw.sqlite3_errmsg(handle).utf8_to_string());
    }

    /// <summary>Copies every page to a new file, as the transaction that is open here sees them: nobody waits for it meanwhile.</summary>
    /// <param name="progress">Told each further number of bytes.</param>
    public void CopyTo(string file, Action<long> progress)
    {
        using var copy = Open(file, DatabaseAccess.Create, SqliteLimits.ViewCacheKiB);
        copy.Operation = Operation;
        using var backup = raw.sqlite3_backup_init(copy.handle, "main", handle, "main");
        if (backup.IsInvalid) copy.Check(raw.sqlite3_errcode(copy.handle));
        var (pageBytes, copied, code) = (Scalar("PRAGMA page_size"), 0L, raw.SQLITE_OK);
        while (code == raw.SQLITE_OK)
        {
            code = raw.sqlite3_backup_step(backup, SqliteLimits.CopyPages);
            var now = (raw.sqlite3_backup_pagecount(backup) - raw.sqlite3_backup_remaining(backup)) * pageBytes;
            progress(now - copied);
            copied = now;
        }
        raw.sqlite3_backup_finish(backup);
        if (code != raw.SQLITE_DONE) throw SqliteFailure.Describe(Operation, file, code, raw.sqlite3_errstr(code).utf8_to_string());
    }

    /// <summary>Ends whatever transaction is open; used where an error is already on its way up, so it reports none itself.</summary>
    public void Abandon()
    {
        foreach (var statement in statements.Values) statement.Reset();
        if (raw.sqlite3_get_autocommit(handle) == 0) raw.sqlite3_exec(handle, "ROLLBACK");
    }

    public void Dispose()
    {
        foreach (var statement in statements.Values) statement.Dispose();
        statements.Clear();
        handle.Dispose();
    }

    private Transaction Begin(string operation, string sql)
    {
        Operation = operation;
        Run(sql);
        return new Transaction(this);
    }

    private void Run(string sql)
    {
        var statement = Prepared(sql);
        statement.Step();
        statement.Reset();
    }

    private void Configure(DatabaseAccess access, int cacheKiB)
    {
        Check(raw.sqlite3_extended_result_codes(handle, 1));
        Check(raw.sqlite3_busy_timeout(handle, SqliteLimits.BusyTimeoutMs));
        Execute($"PRAGMA cache_size=-{cacheKiB}; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA synchronous=FULL; " +
            $"PRAGMA wal_autocheckpoint={SqliteLimits.CheckpointPages}; PRAGMA journal_size_limit={SqliteLimits.WalKeptBytes}");
        if (access == DatabaseAccess.Read) Execute("PRAGMA query_only=ON");
        Scalar("SELECT count(*) FROM sqlite_master"); // the first real read: says now whether this is a database
    }

    private static Database Connect(string file, int flags, string name)
    {
        var code = raw.sqlite3_open_v2(name, out var handle, flags | raw.SQLITE_OPEN_NOMUTEX, null);
        if (code == raw.SQLITE_OK) return new Database(handle, file);
        var reason = raw.sqlite3_errmsg(handle).utf8_to_string();
        handle.Dispose();
        throw SqliteFailure.Describe("open the ledger", file, code, reason);
    }

    private static bool IsQuietAndUnwritable(string file)
    {
        var wal = new FileInfo(file + "-wal");
        return System.IO.File.Exists(file) && (!wal.Exists || wal.Length == 0);
    }

    /// <summary>The ledger holds personal data; SQLite gives -wal and -shm the mode of the main file.</summary>
    private static void CreateOwnerOnly(string file)
    {
        if (System.IO.File.Exists(file)) return;
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using var created = new FileStream(file, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LedgerException($"Cannot create {file}: {e.Message} Give this user write access to the folder, or use another --data.", e);
        }
    }

    /// <summary>Rolls back when disposed without <see cref="Commit"/>.</summary>
    internal ref struct Transaction(Database database)
    {
        private bool committed;

        public void Commit()
        {
            database.Run("COMMIT");
            committed = true;
        }

        public readonly void Dispose()
        {
            if (!committed) database.Abandon();
        }
    }
}
