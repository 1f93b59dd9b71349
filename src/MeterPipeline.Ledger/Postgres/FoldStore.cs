using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>The write side of what is folded, and the cursors.</summary>
internal static class FoldStore
{
    public static long Cursor(Session session, string name) => session.Scalar("SELECT value FROM cursor WHERE name = $1", name);

    public static void SetCursor(Session session, string name, long value) => Tables.Cursor.Write(session, [(name, value)]);

    public static long Folded(Session session, int partition) => session.Scalar("SELECT folded FROM fold WHERE part = $1", partition);

    public static void Flush(Session session, FoldLease lease, FoldFlush flush, string place)
    {
        lease.Require(session, "flush folded state");
        var stored = Folded(session, flush.Partition);
        if (flush.FoldedSeq < stored)
        {
            throw new LedgerException(
                $"Cannot flush folded state up to journal row {flush.FoldedSeq} of partition {flush.Partition}: {place} already stands for {stored}. " +
                "Rows before it are gone from the journal, so folding never goes back; restart this process.");
        }
        if (flush.FoldedSeq > JournalStore.Head(session, flush.Partition))
        {
            throw new LedgerException(
                $"Cannot flush folded state up to journal row {flush.FoldedSeq} of partition {flush.Partition}: the journal in {place} ends before it. " +
                "Restart this process.");
        }
        Tables.MeterDay.Write(session, flush.MeterDays);
        Tables.MeterYear.Write(session, flush.MeterYears);
        Tables.VillageDay(flush.Partition).Write(session, flush.VillageDays);
        Tables.Counter(flush.Partition).Write(session, flush.Counters);
        Tables.SettledDay(flush.Partition).Write(session, flush.SettledDays);
        session.Run("UPDATE fold SET folded = $2, villages = $3 WHERE part = $1", flush.Partition, flush.FoldedSeq, flush.VillagesPrint);
    }

    public static IReadOnlyList<SettledDay> SettledDays(Session session, int max, int partition) => session.Rows(
        "SELECT id, meter_no, register, day, seq FROM settled_day WHERE part = $2 ORDER BY id LIMIT $1",
        row => new SettledDay(row.GetInt64(0), row.GetInt32(1), (Register)row.GetInt32(2), row.GetInt32(3), row.GetInt64(4)), max, partition);
}
