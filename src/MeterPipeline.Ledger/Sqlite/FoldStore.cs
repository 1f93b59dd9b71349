namespace MeterPipeline.Ledger.Sqlite;

/// <summary>The write side of what is folded, in ledger.db, and the cursors. Callers hold the ledger's write lock.</summary>
internal static class FoldStore
{
    /// <summary>The cursor that says which journal position the folded rows stand for.</summary>
    public const string FoldedCursor = "folded";

    /// <summary>The cursor that keeps <see cref="FoldFlush.VillagesPrint"/>.</summary>
    public const string VillagesCursor = "villages";

    private const string MeterDaySql = "REPLACE INTO meter_day (day, meter_no, register, blob, crc) VALUES (?, ?, ?, ?, ?)";
    private const string MeterYearSql = "REPLACE INTO meter_year (autumn, meter_no, register, blob, crc) VALUES (?, ?, ?, ?, ?)";

    private const string VillageDaySql = """
        REPLACE INTO village_day (day, division, energy, consumption, accrued_e8, households, reporting) VALUES (?, ?, ?, ?, ?, ?, ?)
        """;

    private const string CounterSql = """
        REPLACE INTO counter (day, company, received, accepted, duplicate, conflict, quarantined) VALUES (?, ?, ?, ?, ?, ?, ?)
        """;

    public static long Cursor(Database database, string name)
    {
        var statement = database.Prepared("SELECT value FROM cursor WHERE name = ?").Bind(1, name);
        var value = statement.Step() ? statement.Int64(0) : 0;
        statement.Reset();
        return value;
    }

    public static void SetCursor(Database database, string name, long value) =>
        database.Prepared("REPLACE INTO cursor VALUES (?, ?)").Bind(1, name).Bind(2, value).Run();

    public static void Flush(Database database, FoldFlush flush)
    {
        using var transaction = database.BeginWrite("flush folded state");
        var stored = Cursor(database, FoldedCursor);
        if (flush.FoldedSeq < stored)
        {
            throw new LedgerException($"Cannot flush folded state up to journal row {flush.FoldedSeq}: {database.File} already stands for {stored}. " +
                "Rows before it are gone from the journal, so folding never goes back; restart this process.");
        }
        Write(database.Prepared(MeterDaySql), flush.MeterDays);
        Write(database.Prepared(MeterYearSql), flush.MeterYears);
        Write(database.Prepared(VillageDaySql), flush.VillageDays);
        Write(database.Prepared(CounterSql), flush.Counters);
        foreach (var day in flush.SettledDays)
        {
            database.Prepared("INSERT INTO settled_day (meter_no, register, day, seq) VALUES (?, ?, ?, ?)")
                .Bind(1, (long)day.MeterNo).Bind(2, (long)day.Register).Bind(3, (long)day.Day).Bind(4, day.Seq).Run();
        }
        SetCursor(database, FoldedCursor, flush.FoldedSeq);
        SetCursor(database, VillagesCursor, flush.VillagesPrint);
        transaction.Commit();
    }

    public static IReadOnlyList<SettledDay> SettledDays(Database database, int max)
    {
        var days = new List<SettledDay>();
        var statement = database.Prepared("SELECT id, meter_no, register, day, seq FROM settled_day ORDER BY id LIMIT ?").Bind(1, (long)max);
        while (statement.Step())
            days.Add(new SettledDay(statement.Int64(0), statement.Int32(1), (Domain.Readings.Register)statement.Int32(2), statement.Int32(3), statement.Int64(4)));
        statement.Reset();
        return days;
    }

    private static void Write(Statement statement, IEnumerable<MeterDayRow> rows) =>
        Write(statement, rows.Select(row => (row.Day, row.MeterNo, (int)row.Register, row.Blob)));

    private static void Write(Statement statement, IEnumerable<MeterYearRow> rows) =>
        Write(statement, rows.Select(row => (row.Autumn, row.MeterNo, (int)row.Register, row.Blob)));

    /// <summary>What is bound stays bound: time and register are the same for nearly all rows, and each binding costs as much as a checksum.</summary>
    private static void Write(Statement statement, IEnumerable<(int Time, int MeterNo, int Register, byte[] Blob)> rows)
    {
        (int Time, int Register)? bound = null;
        foreach (var (time, meterNo, register, blob) in rows)
        {
            if (bound != (time, register)) statement.Bind(1, (long)time).Bind(3, (long)register);
            bound = (time, register);
            statement.Bind(2, (long)meterNo).Bind(4, blob.AsSpan()).Bind(5, (long)Checksum.Of(time, meterNo, register, blob)).Run();
        }
    }

    private static void Write(Statement statement, IEnumerable<VillageDayRow> rows)
    {
        foreach (var row in rows)
        {
            statement.Bind(1, (long)row.Day).Bind(2, row.Division).Bind(3, (long)row.Energy).Bind(4, row.Consumption)
                .Bind(5, row.AccruedE8).Bind(6, (long)row.Households).Bind(7, (long)row.Reporting).Run();
        }
    }

    private static void Write(Statement statement, IEnumerable<CounterRow> rows)
    {
        foreach (var row in rows)
        {
            statement.Bind(1, (long)row.Day).Bind(2, row.Company).Bind(3, row.Received).Bind(4, row.Accepted)
                .Bind(5, row.Duplicate).Bind(6, row.Conflict).Bind(7, row.Quarantined).Run();
        }
    }
}
