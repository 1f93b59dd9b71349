using MeterPipeline.Domain.Holds;

namespace MeterPipeline.Ledger.Sqlite;

/// <summary>The write side of hold entries, in ledger.db: rows are added and never touched again. Callers hold the ledger's write lock.</summary>
internal static class HoldStore
{
    public static long Add(Database database, HoldEntry entry)
    {
        using var transaction = database.BeginWrite("add a hold entry");
        database.Prepared("INSERT INTO hold_entry (autumn, household, reason, act, evidence, note, actor, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
            .Bind(1, (long)entry.Autumn).Bind(2, entry.HouseholdId).Bind(3, entry.Reason).Bind(4, (long)entry.Act)
            .Bind(5, entry.Evidence).Bind(6, entry.Note).Bind(7, entry.Actor).Bind(8, entry.AtMs).Run();
        var id = database.LastInsertRowId;
        transaction.Commit();
        return id;
    }
}
