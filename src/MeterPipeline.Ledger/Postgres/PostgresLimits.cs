namespace MeterPipeline.Ledger.Postgres;

/// <summary>Sizes and waits of the ledger on PostgreSQL, each with its reason.</summary>
internal static class PostgresLimits
{
    public const int ServerVersionMin = 15;

    /// <summary>Seconds until a connection attempt, or the wait for one of the pool, is given up.</summary>
    public const int ConnectSeconds = 10;

    /// <summary>Longer than the longest single statement: a flush goes in chunks.</summary>
    public const int StatementSeconds = 300;

    /// <summary>The same patience as with SQLite's write lock.</summary>
    public const int LockWaitMs = 30_000;

    /// <summary>
    /// After so long a silence of a connection both ends ask, every <see cref="ProbeSeconds"/>, twice: so the fold locks of a machine that vanished are free
    /// again after 8 s, and so is what the server does for it.
    /// </summary>
    public const int KeepAliveSeconds = 4;

    public const int ProbeSeconds = 2;

    /// <summary>A node that was not heard of for so long loses its locks to the others. They look every second: the whole takeover takes less than 10 s.</summary>
    public const int NodeSilenceSeconds = 6;

    /// <summary>Of several hosts, how long one is believed to be what it was, primary or standby: a promotion is seen this much later.</summary>
    public const int HostRecheckSeconds = 1;

    /// <summary>Rows per upsert statement: 1,000 and 100,000 were no faster here.</summary>
    public const int UpsertRows = 5_000;

    /// <summary>Rows pruned per transaction: about 25 MB of journal.</summary>
    public const int PruneRows = 256;

    /// <summary>Replayed messages deleted per transaction, at most as many MiB.</summary>
    public const int TrimRows = 64;

    /// <summary>Small rows fetched per round trip of a stream: a megabyte or two.</summary>
    public const int FetchRows = 5_000;

    /// <summary>Rows of a long list read at a time, so that no reader holds a connection while its caller works.</summary>
    public const int PageRows = 1_000;

    /// <summary>Rows of one day fetched while all days are merged: a thousand days of these are in memory at once.</summary>
    public const int FetchMergedRows = 200;

    /// <summary>Journal rows or quarantined messages fetched per round trip: about 100 KB each, at most megabytes.</summary>
    public const int FetchBlobs = 16;
}
