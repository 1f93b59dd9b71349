namespace MeterPipeline.Ledger.Sqlite;

/// <summary>The audit, in ledger.db: who changed what and when, with both texts.</summary>
internal static class Auditing
{
    /// <param name="before">Null: it is new.</param>
    public static void Write(Database database, string kind, string id, string? before, string after, string actor, long atMs) =>
        database.Prepared("""
            INSERT INTO audit VALUES (?1, ?2, coalesce((SELECT max(n) FROM audit WHERE kind = ?1 AND entity = ?2), 0) + 1, ?3, ?4, ?5, ?6)
            """).Bind(1, kind).Bind(2, id).Bind(3, atMs).Bind(4, actor).Bind(5, before).Bind(6, after).Run();
}
