namespace MeterPipeline.Ledger.Sqlite;

/// <summary>Sizes and waits of the embedded store, each with its reason.</summary>
internal static class SqliteLimits
{
    /// <summary>Longer than a flush of ten million rows; a second process waits that long for the write lock, then is told.</summary>
    public const int BusyTimeoutMs = 30_000;

    /// <summary>Twice SQLite's default: journal rows are around 100 KB, and larger pages mean fewer of them to chain.</summary>
    public const int PageBytes = 8192;

    /// <summary>16 MiB of WAL between checkpoints: the commit that runs one is delayed by tens of milliseconds, not hundreds.</summary>
    public const int CheckpointPages = 2048;

    /// <summary>A reader can keep passive checkpoints from finishing; beyond this the appender waits for it.</summary>
    public const long WalMaxBytes = 512L << 20;

    /// <summary>How long the appender waits for readers to let the WAL begin anew before it goes on growing it.</summary>
    public const int WalResetWaitMs = 250;

    /// <summary>A WAL that grew is cut back to this when it begins anew.</summary>
    public const long WalKeptBytes = 64L << 20;

    /// <summary>Rows pruned per transaction: about 25 MB of journal, so that an append never waits long for a prune.</summary>
    public const int PruneRows = 256;

    /// <summary>Pages copied at a time by a backup, 8 MiB: progress is told between them.</summary>
    public const int CopyPages = 1024;

    /// <summary>Replayed messages deleted per transaction, at most as many MiB: the limit is overshot to below by no more than this.</summary>
    public const int TrimRows = 64;

    /// <summary>Flushes touch many pages; the appender and readers few.</summary>
    public const int FlushCacheKiB = 64 << 10;
    public const int JournalCacheKiB = 16 << 10;
    public const int ViewCacheKiB = 8 << 10;

    /// <summary>Rows of a long list read at a time, so that no reader holds a snapshot while its caller works.</summary>
    public const int PageRows = 1000;

    /// <summary>Views kept open for reuse: the web's parallel requests on a small machine.</summary>
    public const int PooledViews = 4;
}
