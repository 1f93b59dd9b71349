using MeterPipeline.Ledger.Postgres;
using MeterPipeline.Ledger.Sqlite;

namespace MeterPipeline.Ledger.Move;

/// <summary>
/// A SQLite ledger copied into an empty PostgreSQL schema: all tables, row by row, in one transaction that is committed only after every row
/// was read back as it was read from the files. The files stay as they are; nobody writes to them meanwhile.
/// </summary>
public static class LedgerMove
{
    private const string Operation = "move the ledger";

    /// <param name="folder">Of the SQLite ledger.</param>
    /// <param name="progress">Told the number of rows copied so far.</param>
    /// <returns>Rows moved.</returns>
    /// <exception cref="LedgerException">
    /// A pipeline folds either ledger, the schema holds something, or a row came back otherwise: then PostgreSQL has nothing of it.
    /// </exception>
    public static long Run(string folder, PostgresOptions target, Action<long> progress)
    {
        using var source = SqliteLedger.Open(folder);
        using var sourceFold = source.AcquireFold();
        using var journal = Database.Open(Path.Combine(folder, "journal.db"), DatabaseAccess.Write, SqliteLimits.ViewCacheKiB);
        using var ledger = Database.Open(Path.Combine(folder, "ledger.db"), DatabaseAccess.Write, SqliteLimits.ViewCacheKiB);
        using var journalStays = journal.BeginWrite(Operation);
        using var ledgerStays = ledger.BeginWrite(Operation);
        using var database = PostgresDatabase.Of(target);
        var partitions = PostgresSchema.Require(database, target, create: true);
        using var node = new NodeSession(database);
        for (var partition = 0; partition < partitions; partition++) _ = new FoldLease(database, node, partition, static () => { });
        return database.Write(Operation, session =>
        {
            var rows = 0L;
            void Copied(long more) => progress(rows += more);
            foreach (var file in new[] { ledger, journal }) Copy(file, session, database.Place, Copied);
            Continue(session, journal, ledger);
            if (partitions > 1) Spread(session, partitions);
            return rows;
        });
    }

    /// <summary>
    /// Households and their meters to the partitions that they would have been registered in. The journal stays in partition 0, which is why nothing of
    /// it may wait to be folded; for the time-series database it may.
    /// </summary>
    private static void Spread(Session session, int partitions)
    {
        if (session.Scalar("SELECT h.seq - f.folded FROM journal_head h JOIN fold f USING (part) WHERE part = 0") is > 0 and var rows)
            throw new LedgerException($"Cannot move the ledger: {rows} journal rows are not folded yet. Run `meterpipeline run` on the files once and stop it.");
        var villages = session.Rows("SELECT division FROM household UNION SELECT division FROM village_day", row => row.GetString(0)).ToArray();
        var parts = villages.Select(village => Partitioning.Of(village, partitions)).ToArray();
        foreach (var table in (string[])["household", "village_day"])
        {
            session.Run($"UPDATE {table} SET part = v.part FROM unnest($1::text[], $2::integer[]) AS v (division, part) WHERE {table}.division = v.division",
                (object)villages, parts);
        }
        session.Run("""
            UPDATE meter SET part = first.part FROM (
                SELECT DISTINCT ON (meter_no) meter_no, household.part FROM installation JOIN household ON household.id = installation.household
                ORDER BY meter_no, life) AS first
            WHERE meter.no = first.meter_no
            """);
        session.Run("UPDATE fold SET villages = 0");
    }

    private static void Copy(Database file, Session session, string place, Action<long> copied)
    {
        foreach (var table in MovedTable.Of(file, session))
        {
            if (table.Stored(session.Connection).Rows > 0)
                throw new LedgerException($"Cannot move the ledger: {place} is not empty: {table.Name} has rows. Name another Ledger:Schema.");
            var read = table.Copy(file, session.Connection, copied);
            var stored = table.Stored(session.Connection);
            if (!stored.IsSameAs(read))
            {
                throw new LedgerException($"Cannot move the ledger: of {table.Name} {read.Rows} rows were written to {place} and {stored.Rows} read back, or not the same. " +
                    "Nothing was stored; check the server.");
            }
        }
    }

    /// <summary>Numbers go on where they stood, those of rows deleted long ago included.</summary>
    private static void Continue(Session session, Database journal, Database ledger)
    {
        session.Run("UPDATE journal_head SET seq = $1 WHERE part = 0", journal.Scalar(Sqlite.JournalStore.HeadSql));
        session.Run(
            "UPDATE fold SET pruned = $1, folded = $2, villages = $3 WHERE part = 0", journal.Scalar("SELECT seq FROM pruned"),
            Postgres.FoldStore.Cursor(session, Sqlite.FoldStore.FoldedCursor), Postgres.FoldStore.Cursor(session, Sqlite.FoldStore.VillagesCursor));
        session.Run("DELETE FROM cursor WHERE name = ANY($1)", (object)new[] { Sqlite.FoldStore.FoldedCursor, Sqlite.FoldStore.VillagesCursor });
        string[] numbered = ["settled_day", "hold_entry", "access_entry", "settlement_step", "disbursement"];
        foreach (var (file, table) in numbered.Select(table => (ledger, table)).Prepend((journal, "quarantine")))
        {
            var last = file.Scalar($"SELECT seq FROM sqlite_sequence WHERE name = '{table}'");
            session.Run($"SELECT setval(pg_get_serial_sequence('{table}', 'id'), $1, $2)", Math.Max(1, last), last > 0);
        }
    }
}
