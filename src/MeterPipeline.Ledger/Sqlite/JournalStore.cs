namespace MeterPipeline.Ledger.Sqlite;

/// <summary>
/// journal.db: what was acknowledged. One connection writes (append, prune, replay marks) under one lock, so that a prune and an append of
/// the same process hand over at once instead of polling SQLite's lock; another reads.
/// </summary>
internal sealed class JournalStore(string file, JournalMark mark) : IDisposable
{
    public const string HeadSql = "SELECT max(coalesce((SELECT max(seq) FROM journal), 0), (SELECT seq FROM pruned))";

    private const string AppendSql =
        "INSERT INTO journal VALUES (max(coalesce((SELECT max(seq) FROM journal), 0), (SELECT seq FROM pruned)) + 1, ?)";

    private const string QuarantineSql = """
        INSERT INTO quarantine (received_at_ms, source, company, reason, detail, topic, payload, meter, publisher) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """;

    private readonly Lock writing = new();
    private readonly Lock reading = new();
    private Database? writer;
    private Database? reader;
    private long sinceWalCheck;

    public long Append(ReadOnlySpan<byte> blob, IReadOnlyList<QuarantinedMessage> quarantined)
    {
        if (blob.IsEmpty && quarantined.Count == 0) throw new ArgumentException("Nothing to append: neither readings nor quarantined messages.");
        lock (writing)
        {
            var database = Writer();
            long seq;
            using (var transaction = database.BeginWrite("append to the journal"))
            {
                database.Prepared(AppendSql).Bind(1, blob).Run();
                seq = database.LastInsertRowId;
                for (var i = 0; i < quarantined.Count; i++) Insert(database, quarantined[i]);
                transaction.Commit();
            }
            mark.Write(seq);
            KeepWalBounded(database, blob.Length);
            return seq;
        }
    }

    public long Head()
    {
        lock (reading) return Reader("read the head of the journal").Scalar(HeadSql);
    }

    /// <summary>The newest row deleted, 0 when none was.</summary>
    public long Pruned()
    {
        lock (reading) return Reader("read the head of the journal").Scalar("SELECT seq FROM pruned");
    }

    public IReadOnlyList<JournalRow> Read(long afterSeq, int maxRows)
    {
        lock (reading)
        {
            var rows = new List<JournalRow>();
            var statement = Reader("read the journal").Prepared("SELECT seq, blob FROM journal WHERE seq > ? ORDER BY seq LIMIT ?");
            statement.Bind(1, afterSeq).Bind(2, (long)maxRows);
            try
            {
                while (statement.Step()) rows.Add(new JournalRow(statement.Int64(0), statement.Blob(1)));
            }
            finally
            {
                statement.Reset();
            }
            return rows;
        }
    }

    /// <summary>In transactions of <see cref="SqliteLimits.PruneRows"/>: an append waits for one of them at most.</summary>
    public void Prune(long upToSeq)
    {
        bool more;
        do
        {
            lock (writing)
            {
                var database = Writer();
                using var transaction = database.BeginWrite("prune the journal");
                var first = database.Scalar("SELECT min(seq) FROM journal");
                more = first > 0 && first <= upToSeq;
                if (!more) return;
                // Never beyond the head: the next row must follow without a gap.
                var last = Math.Min(Math.Min(upToSeq, database.Scalar(HeadSql)), first + SqliteLimits.PruneRows - 1);
                database.Prepared("DELETE FROM journal WHERE seq <= ?").Bind(1, last).Run();
                database.Prepared("UPDATE pruned SET seq = max(seq, ?)").Bind(1, last).Run();
                transaction.Commit();
            }
        }
        while (more);
    }

    /// <summary>One transaction, so that a message is open or in the journal, never both, whenever the process dies.</summary>
    public bool Replay(ReadOnlySpan<byte> blob, ReplayOutcome outcome, long atMs)
    {
        if (blob.IsEmpty != (outcome.Taken.Count == 0)) throw new ArgumentException("A journal row stands for messages taken, and only for them.");
        lock (writing)
        {
            var database = Writer();
            using var transaction = database.BeginWrite("replay quarantined messages");
            var taken = database.Prepared("UPDATE quarantine SET replayed_at_ms = ? WHERE id = ? AND replayed_at_ms IS NULL");
            foreach (var id in outcome.Taken)
            {
                taken.Bind(1, atMs).Bind(2, id).Run();
                if (database.Changes == 0) return false;
            }
            var seq = 0L;
            if (!blob.IsEmpty)
            {
                database.Prepared(AppendSql).Bind(1, blob).Run();
                seq = database.LastInsertRowId;
            }
            foreach (var item in outcome.Items) Insert(database, item);
            var reword = database.Prepared("UPDATE quarantine SET reason = ?, detail = ? WHERE id = ? AND replayed_at_ms IS NULL");
            foreach (var (id, reason, detail) in outcome.Kept) reword.Bind(1, reason).Bind(2, detail).Bind(3, id).Run();
            transaction.Commit();
            if (seq > 0) mark.Write(seq);
            return true;
        }
    }

    /// <summary>In transactions of <see cref="SqliteLimits.TrimRows"/>: an append waits for one of them at most.</summary>
    public QuarantineSize TrimQuarantine(long maxMessages, long maxBytes)
    {
        while (true)
        {
            lock (writing)
            {
                var database = Writer();
                using var transaction = database.BeginWrite("trim the quarantine");
                var size = Size(database);
                if (size.Replayed == 0 || (size.Open + size.Replayed <= maxMessages && size.Bytes <= maxBytes)) return size;
                database.Prepared("DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine WHERE replayed_at_ms IS NOT NULL ORDER BY id LIMIT ?)")
                    .Bind(1, (long)SqliteLimits.TrimRows).Run();
                transaction.Commit();
            }
        }
    }

    public static QuarantineSize Size(Database database)
    {
        var statement = database.Prepared("SELECT open, replayed, bytes FROM quarantine_size");
        statement.Step();
        var size = new QuarantineSize(statement.Int64(0), statement.Int64(1), statement.Int64(2));
        statement.Reset();
        return size;
    }

    public void Dispose()
    {
        lock (writing)
        {
            writer?.Dispose();
            mark.Dispose();
        }
        lock (reading) reader?.Dispose();
    }

    private static void Insert(Database database, QuarantinedMessage message) => database.Prepared(QuarantineSql)
        .Bind(1, message.ReceivedAtMs).Bind(2, message.Source).Bind(3, message.Company).Bind(4, message.Reason)
        .Bind(5, message.Detail).Bind(6, message.Topic).Bind(7, message.Payload.AsSpan()).Bind(8, message.Meter).Bind(9, message.Publisher).Run();

    /// <summary>
    /// SQLite's own checkpoints are passive: with some reader always inside the WAL they never let it begin anew, and it would grow with
    /// the journal. Past a limit the appender waits a moment for the readers.
    /// </summary>
    private void KeepWalBounded(Database database, int appended)
    {
        sinceWalCheck += appended;
        if (sinceWalCheck < SqliteLimits.WalKeptBytes) return;
        sinceWalCheck = 0;
        var wal = new FileInfo(file + "-wal");
        if (!wal.Exists || wal.Length < SqliteLimits.WalMaxBytes) return;
        database.Operation = "begin the journal's WAL anew";
        database.Execute($"PRAGMA busy_timeout={SqliteLimits.WalResetWaitMs}");
        database.Scalar("PRAGMA wal_checkpoint(RESTART)");
        database.Execute($"PRAGMA busy_timeout={SqliteLimits.BusyTimeoutMs}");
    }

    private Database Writer() => writer ??= Database.Open(file, DatabaseAccess.Write, SqliteLimits.JournalCacheKiB);

    private Database Reader(string operation)
    {
        reader ??= Database.Open(file, DatabaseAccess.Read, SqliteLimits.ViewCacheKiB);
        reader.Operation = operation;
        return reader;
    }
}
