namespace MeterPipeline.Ledger.Postgres;

/// <summary>What else is done to the journal and the quarantine. Whoever appends locks the journal's head first, so that nobody waits in a ring.</summary>
internal static class JournalStore
{
    public static long Head(Session session, int partition) => session.Scalar("SELECT seq FROM journal_head WHERE part = $1", partition);

    public static long[] Heads(Session session) => [.. session.Rows("SELECT seq FROM journal_head ORDER BY part", row => row.GetInt64(0))];

    public static IReadOnlyList<JournalRow> Read(Session session, long afterSeq, int maxRows, int partition) => session.Rows(
        "SELECT seq, blob FROM journal WHERE part = $3 AND seq > $1 ORDER BY seq LIMIT $2",
        row => new JournalRow(row.GetInt64(0), row.GetFieldValue<byte[]>(1)), afterSeq, maxRows, partition);

    /// <summary>Deletes at most <see cref="PostgresLimits.PruneRows"/> up to <paramref name="upToSeq"/>.</summary>
    /// <returns>False: nothing is left to prune.</returns>
    public static bool Prune(Session session, FoldLease lease, long upToSeq, string place)
    {
        lease.Require(session, "prune the journal");
        var folded = FoldStore.Folded(session, lease.Partition);
        if (upToSeq > folded)
        {
            throw new LedgerException(
                $"Cannot prune partition {lease.Partition} of the journal up to row {upToSeq}: only rows up to {folded} are folded in {place}. " +
                "Flush before pruning.");
        }
        var pruned = session.Scalar("SELECT pruned FROM fold WHERE part = $1", lease.Partition);
        var last = Math.Min(upToSeq, pruned + PostgresLimits.PruneRows);
        if (last <= pruned) return false;
        session.Run("DELETE FROM journal WHERE part = $1 AND seq > $2 AND seq <= $3", lease.Partition, pruned, last);
        session.Run("UPDATE fold SET pruned = $2 WHERE part = $1", lease.Partition, last);
        return last < upToSeq;
    }

    public static bool Replay(Session session, IReadOnlyList<PartitionRow> rows, ReplayOutcome outcome, long atMs)
    {
        session.Run("SELECT 1 FROM journal_head WHERE part = 0 FOR UPDATE");
        var marked = session.Run("UPDATE quarantine SET replayed_at_ms = $1 WHERE id = ANY($2) AND replayed_at_ms IS NULL", atMs, outcome.Taken.ToArray());
        if (marked != outcome.Taken.Count)
        {
            session.Discard();
            return false;
        }
        foreach (var row in rows)
        {
            session.Run("""
                WITH head AS (UPDATE journal_head SET seq = seq + 1 WHERE part = $1 RETURNING part, seq) INSERT INTO journal SELECT part, seq, $2 FROM head
                """, row.Partition, row.Blob);
        }
        Tables.Quarantine.Write(session, outcome.Items);
        session.Run("""
            UPDATE quarantine SET reason = kept.reason, detail = kept.detail FROM unnest($1::bigint[], $2::text[], $3::text[]) AS kept (id, reason, detail)
            WHERE quarantine.id = kept.id AND replayed_at_ms IS NULL
            """,
            outcome.Kept.Select(kept => kept.Id).ToArray(), outcome.Kept.Select(kept => Session.Storable(kept.Reason)).ToArray(),
            outcome.Kept.Select(kept => Session.Storable(kept.Detail)).ToArray());
        return true;
    }

    /// <summary>Deletes at most <see cref="PostgresLimits.TrimRows"/> of the oldest replayed messages where a limit is passed.</summary>
    /// <returns>Whether to go on, and what was there before.</returns>
    public static (bool More, QuarantineSize Size) Trim(Session session, long maxMessages, long maxBytes)
    {
        var size = Size(session);
        if (size.Replayed == 0 || (size.Open + size.Replayed <= maxMessages && size.Bytes <= maxBytes)) return (false, size);
        session.Run("DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine WHERE replayed_at_ms IS NOT NULL ORDER BY id LIMIT $1)", PostgresLimits.TrimRows);
        return (true, size);
    }

    public static QuarantineSize Size(Session session) =>
        session.Rows("SELECT open, replayed, bytes FROM quarantine_size", row => new QuarantineSize(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)))[0];
}
