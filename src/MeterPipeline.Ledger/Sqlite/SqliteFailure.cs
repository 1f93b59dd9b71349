using SQLitePCL;

namespace MeterPipeline.Ledger.Sqlite;

/// <summary>Turns SQLite's result codes into sentences that an operator can act on.</summary>
internal static class SqliteFailure
{
    /// <param name="code">Result code, primary or extended.</param>
    public static LedgerException Describe(string operation, string file, int code, string reason) =>
        new($"Cannot {operation}: {file}: {reason} (SQLite {code}). {Remedy(code & 0xFF)}")
        {
            IsAway = (code & 0xFF) is raw.SQLITE_FULL or raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_CANTOPEN or raw.SQLITE_IOERR,
        };

    private static string Remedy(int primary) => primary switch
    {
        raw.SQLITE_FULL => "The disk is full: free space on it; nothing was stored and the program goes on by itself.",
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED =>
            $"Another process held the write lock for {SqliteLimits.BusyTimeoutMs / 1000} s: see which one (a long import?), then try again.",
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB =>
            "The file is damaged or not a ledger: stop all processes, keep a copy, and restore journal.db and ledger.db from the same backup.",
        raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH => "Give this user write access to the file and its folder.",
        raw.SQLITE_CANTOPEN => "Check that the folder exists and that this user may read and write it.",
        raw.SQLITE_IOERR => "The disk reported an error: check it and the system log; nothing was stored.",
        _ => "Nothing was stored.",
    };
}
