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
        PostgresSchema.Require(database, target, create: true);
        using var targetFold = FoldLease.Acquire(database, static () => { });
        return database.Write(Operation, session =>
        {
            var rows = 0L;
            void Copied(long more) => progress(rows += more);
            foreach (var file in new[] { ledger, journal }) Copy(file, session, database.Place, Copied);
            Continue(session, journal, ledger);
            return rows;
        });
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
        session.Run("UPDATE fold SET pruned = $1 WHERE part = 0", journal.Scalar("SELECT seq FROM pruned"));
        string[] numbered = ["settled_day", "hold_entry", "access_entry", "settlement_step", "disbursement"];
        foreach (var (file, table) in numbered.Select(table => (ledger, table)).Prepend((journal, "quarantine")))
        {
            var last = file.Scalar($"SELECT seq FROM sqlite_sequence WHERE name = '{table}'");
            session.Run($"SELECT setval(pg_get_serial_sequence('{table}', 'id'), $1, $2)", Math.Max(1, last), last > 0);
        }
    }
}
