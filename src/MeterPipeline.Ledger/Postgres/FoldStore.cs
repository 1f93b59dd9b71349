using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>The write side of what is folded, and the cursors.</summary>
internal static class FoldStore
{
    /// <summary>The cursor that says which journal position the folded rows stand for.</summary>
    public const string FoldedCursor = "folded";

    public static long Cursor(Session session, string name) => session.Scalar("SELECT value FROM cursor WHERE name = $1", name);

    public static void SetCursor(Session session, string name, long value) => Tables.Cursor.Write(session, [(name, value)]);

    public static void Flush(Session session, FoldLease lease, FoldFlush flush, string place)
    {
        lease.Require(session, "flush folded state");
        var stored = Cursor(session, FoldedCursor);
        if (flush.FoldedSeq < stored)
        {
            throw new LedgerException($"Cannot flush folded state up to journal row {flush.FoldedSeq}: {place} already stands for {stored}. " +
                "Rows before it are gone from the journal, so folding never goes back; restart this process.");
        }
        if (flush.FoldedSeq > JournalStore.Head(session))
            throw new LedgerException($"Cannot flush folded state up to journal row {flush.FoldedSeq}: the journal in {place} ends before it. Restart this process.");
        Tables.MeterDay.Write(session, flush.MeterDays);
        Tables.MeterYear.Write(session, flush.MeterYears);
        Tables.VillageDay.Write(session, flush.VillageDays);
        Tables.Counter.Write(session, flush.Counters);
        Tables.SettledDay.Write(session, flush.SettledDays);
        Tables.Cursor.Write(session, [(FoldedCursor, flush.FoldedSeq), (FoldFlush.VillagesCursor, flush.VillagesPrint)]);
    }

    public static IReadOnlyList<SettledDay> SettledDays(Session session, int max) => session.Rows(
        "SELECT id, meter_no, register, day, seq FROM settled_day ORDER BY id LIMIT $1",
        row => new SettledDay(row.GetInt64(0), row.GetInt32(1), (Register)row.GetInt32(2), row.GetInt32(3), row.GetInt64(4)), max);
}
