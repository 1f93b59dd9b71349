using MeterPipeline.Domain;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Validation;
using MeterPipeline.Ledger.Registry;

namespace MeterPipeline.Ledger.Sqlite;

/// <summary>
/// Two read snapshots, the journal's taken before the ledger's: what is pruned is always folded, so the older journal snapshot still
/// holds every row after the newer ledger snapshot's position. For one thread at a time.
/// </summary>
internal sealed class SqliteView : ILedgerView
{
    private const string VillageDaysSql = """
        WITH RECURSIVE days (day) AS (
            SELECT max(?1, (SELECT min(day) FROM village_day))
            UNION ALL SELECT day + 1 FROM days WHERE day < min(?2, (SELECT max(day) FROM village_day)))
        SELECT v.division, v.energy, v.day, v.consumption, v.accrued_e8, v.households, v.reporting
        FROM days CROSS JOIN village_day v ON v.day = days.day AND v.division >= ?3 AND v.division < ?3 || 'z'
        WHERE v.day BETWEEN ?1 AND ?2 ORDER BY v.division, v.energy, v.day
        """;

    /// <summary>One day, in the order in which its rows lie: the rows of a range are sorted, which takes three times as long as reading them.</summary>
    private const string VillageDaySql = """
        SELECT division, energy, day, consumption, accrued_e8, households, reporting FROM village_day
        WHERE day = ?1 AND day = ?2 AND division >= ?3 AND division < ?3 || 'z' ORDER BY division, energy
        """;

    private const string RefusedSql = """
        SELECT reason, (received_at_ms + ?4) / ?5, count(*) FROM quarantine
        WHERE meter = ?1 AND meter <> '' AND replayed_at_ms IS NULL AND received_at_ms >= ?2 AND received_at_ms < ?3 GROUP BY 2, 1 ORDER BY 2, 1
        """;

    private const string MeterDaySql = "SELECT meter_no, register, day, blob, crc FROM meter_day WHERE day = ? AND meter_no = ?";
    private const string MeterYearsSql = """
        SELECT y.meter_no, y.register, y.autumn, y.blob, y.crc FROM json_each(?1) asked CROSS JOIN meter_year y ON y.autumn = ?2 AND y.meter_no = asked.value
        """;

    private const string DaysSql = "SELECT min(day) FROM meter_day WHERE day >= ?";

    private readonly Connections connections;
    private readonly RegistryCache registryCache;
    private readonly Action<Connections> giveBack;
    private List<int>? autumns;
    private bool disposed;

    public SqliteView(Connections connections, RegistryCache registryCache, Action<Connections> giveBack)
    {
        this.connections = connections;
        this.registryCache = registryCache;
        this.giveBack = giveBack;
        try
        {
            // BEGIN alone fixes nothing: the first read of each does. Not disposed: both stay open until the view is.
            connections.Journal.BeginRead("read the journal");
            connections.Journal.Scalar(JournalStore.HeadSql);
            connections.Ledger.BeginRead("read the ledger");
            FoldedSeq = FoldStore.Cursor(connections.Ledger, FoldStore.FoldedCursor);
        }
        catch
        {
            connections.Dispose();
            throw;
        }
    }

    public long FoldedSeq { get; }

    public long FoldedOf(int partition) => FoldedSeq;

    public long VillagesPrint(int partition) => FoldStore.Cursor(connections.Ledger, FoldStore.VillagesCursor);

    public static Connections Connect(string journalFile, string ledgerFile)
    {
        var journal = Database.Open(journalFile, DatabaseAccess.Read, SqliteLimits.ViewCacheKiB);
        try
        {
            return new Connections(journal, Database.Open(ledgerFile, DatabaseAccess.Read, SqliteLimits.ViewCacheKiB));
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    public IEnumerable<JournalRow> JournalTail()
    {
        using var statement = connections.Journal.Prepare("SELECT seq, blob FROM journal WHERE seq > ? ORDER BY seq");
        statement.Bind(1, FoldedSeq);
        while (statement.Step()) yield return new JournalRow(statement.Int64(0), statement.Blob(1));
    }

    public RegistrySnapshot Registry()
    {
        var version = FoldStore.Cursor(connections.Ledger, RegistryStore.VersionCursor);
        if (registryCache.At(version) is { } known) return known;
        var loaded = RegistryLoad.Load(connections.Ledger, version);
        registryCache.Keep(loaded);
        return loaded;
    }

    public IReadOnlyList<AccountAlias> Aliases(params IReadOnlyCollection<string> householdIds)
    {
        var aliases = new List<AccountAlias>(householdIds.Count);
        var statement = connections.Ledger.Prepared("SELECT account, household, from_day, until_day FROM alias WHERE household = ? ORDER BY account, from_day");
        foreach (var household in householdIds) Read(statement.Bind(1, household), RegistryLoad.Alias, aliases);
        return aliases;
    }

    public IReadOnlyList<AccountAlias> AccountAliases(string account) => Rows(
        connections.Ledger.Prepared("SELECT account, household, from_day, until_day FROM alias WHERE account = ? ORDER BY from_day").Bind(1, account),
        RegistryLoad.Alias);

    public IReadOnlyList<AccountAlias> AccountsEnding(string ending, int max) => Rows(
        connections.Ledger.Prepared("""
            SELECT account, household, from_day, until_day FROM alias WHERE substr(account, -length(?1)) = ?1 ORDER BY account, from_day LIMIT ?2
            """).Bind(1, ending).Bind(2, (long)max),
        RegistryLoad.Alias);

    public IReadOnlyList<MeterDayRow> MeterDays(int meterNo, Register register, int firstDay, int lastDay)
    {
        var rows = new List<MeterDayRow>();
        var statement = connections.Ledger.Prepared(MeterDaySql + " AND register = ?");
        foreach (var day in Distinct(DaysSql, firstDay, lastDay)) Read(statement.Bind(1, (long)day).Bind(2, (long)meterNo).Bind(3, (long)register), MeterDay, rows);
        return rows;
    }

    public IReadOnlyList<MeterDayRow> MeterDays(IReadOnlyList<(int MeterNo, int FirstDay)> meters)
    {
        var rows = new List<MeterDayRow>();
        if (meters.Count == 0) return rows;
        var statement = connections.Ledger.Prepared(MeterDaySql + " ORDER BY register");
        foreach (var day in Distinct(DaysSql, meters.Min(meter => meter.FirstDay), int.MaxValue))
            foreach (var (meterNo, firstDay) in meters)
                if (day >= firstDay) Read(statement.Bind(1, (long)day).Bind(2, (long)meterNo), MeterDay, rows);
        return rows;
    }

    public IReadOnlyList<MeterDayRow> MeterDays(IReadOnlyCollection<(int MeterNo, Register Register, int Day)> days)
    {
        var rows = new List<MeterDayRow>(days.Count);
        var statement = connections.Ledger.Prepared(MeterDaySql + " AND register = ?");
        foreach (var (day, meterNo, register) in days.Select(one => (one.Day, one.MeterNo, one.Register)).Order())
            Read(statement.Bind(1, (long)day).Bind(2, (long)meterNo).Bind(3, (long)register), MeterDay, rows);
        return rows;
    }

    public IReadOnlyList<MeterYearRow> MeterYears(params ReadOnlySpan<int> meterNos)
    {
        var rows = new List<MeterYearRow>(meterNos.Length);
        var (statement, meters) = (connections.Ledger.Prepared(MeterYearsSql), KeyList.Of(meterNos));
        foreach (var autumn in autumns ??= Distinct("SELECT min(autumn) FROM meter_year WHERE autumn >= ?", int.MinValue, int.MaxValue))
            Read(statement.Bind(1, meters).Bind(2, (long)autumn), MeterYear, rows);
        return rows;
    }

    public IEnumerable<MeterYearRow> AllMeterYears(int autumn)
    {
        using var statement = connections.Ledger.Prepare(
            "SELECT meter_no, register, autumn, blob, crc FROM meter_year WHERE autumn = ? ORDER BY meter_no, register");
        statement.Bind(1, (long)autumn);
        while (statement.Step()) yield return MeterYear(statement);
    }

    public IEnumerable<MeterDayRow> MeterDaysOn(int day)
    {
        using var statement = connections.Ledger.Prepare("SELECT meter_no, register, day, blob, crc FROM meter_day WHERE day = ? ORDER BY meter_no, register");
        statement.Bind(1, (long)day);
        while (statement.Step()) yield return MeterDay(statement);
    }

    public IEnumerable<MeterDayRow> AllMeterDays(int? partition = null) => MergedDays.Of(Distinct(DaysSql, int.MinValue, int.MaxValue), MeterDaysOn);

    public IEnumerable<VillageDayRow> VillageDays(string divisionPrefix, int firstDay, int lastDay)
    {
        using var row = connections.Ledger.Prepare(firstDay == lastDay ? VillageDaySql : VillageDaysSql);
        row.Bind(1, (long)firstDay).Bind(2, (long)lastDay).Bind(3, divisionPrefix);
        while (row.Step()) yield return new VillageDayRow(row.Text(0), (Energy)row.Int32(1), row.Int32(2), row.Int64(3), row.Int64(4), row.Int32(5), row.Int32(6));
    }

    public IReadOnlyList<CounterRow> Counters(int firstDay, int lastDay, int? partition = null) => Rows(
        connections.Ledger.Prepared("""
            SELECT company, day, received, accepted, duplicate, conflict, quarantined FROM counter WHERE day BETWEEN ? AND ? ORDER BY day, company
            """).Bind(1, (long)firstDay).Bind(2, (long)lastDay),
        row => new CounterRow(row.Text(0), row.Int32(1), row.Int64(2), row.Int64(3), row.Int64(4), row.Int64(5), row.Int64(6)));

    public IReadOnlyList<QuarantineRow> Quarantine(long beforeId, int max) => Rows(
        connections.Journal.Prepared(QuarantineSql("substr(payload, 1, ?2)") + " WHERE id < ?1 ORDER BY id DESC LIMIT ?3")
            .Bind(1, beforeId).Bind(2, (long)QuarantineRow.ExcerptBytes).Bind(3, (long)max),
        Quarantined);

    public IEnumerable<QuarantineRow> OpenQuarantine(long afterId)
    {
        using var statement = connections.Journal.Prepare(QuarantineSql("payload") + " WHERE replayed_at_ms IS NULL AND id > ? ORDER BY id");
        statement.Bind(1, afterId);
        while (statement.Step()) yield return Quarantined(statement);
    }

    public QuarantineSize QuarantineSize() => JournalStore.Size(connections.Journal);

    public IReadOnlyList<RefusedMessages> RefusedOf(string meterId, int firstDay, int lastDay) => Rows(
        connections.Journal.Prepared(RefusedSql)
            .Bind(1, meterId).Bind(2, new LocalDay(firstDay).StartMs).Bind(3, new LocalDay(lastDay).EndMs).Bind(4, LocalDay.OffsetMs).Bind(5, LocalDay.LengthMs),
        row => new RefusedMessages(row.Text(0), new LocalDay(row.Int32(1)), row.Int64(2)));

    public IReadOnlyList<HoldEntry> HoldEntries(int autumn) => Rows(
        connections.Ledger.Prepared("SELECT id, household, autumn, reason, act, evidence, note, actor, at_ms FROM hold_entry WHERE autumn = ? ORDER BY id")
            .Bind(1, (long)autumn),
        row => new HoldEntry(
            row.Int64(0), row.Text(1), row.Int32(2), row.Text(3), (HoldAct)row.Int32(4), row.Text(5), row.Text(6), row.Text(7), row.Int64(8)));

    public IReadOnlyList<AuditRow> Audit(string kind, string id) => Rows(
        connections.Ledger.Prepared("SELECT at_ms, actor, kind, entity, before, after FROM audit WHERE kind = ? AND entity = ? ORDER BY n")
            .Bind(1, kind).Bind(2, id),
        row => new AuditRow(row.Int64(0), row.Text(1), row.Text(2), row.Text(3), row.NullableText(4), row.NullableText(5)));

    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        connections.Journal.Abandon();
        connections.Ledger.Abandon();
        giveBack(connections);
    }

    private static string QuarantineSql(string payload) =>
        $"SELECT id, received_at_ms, source, company, reason, detail, topic, {payload}, replayed_at_ms, publisher, length(payload), meter FROM quarantine";

    private static QuarantineRow Quarantined(Statement row) => new(
        row.Int64(0),
        new QuarantinedMessage(row.Int64(1), row.Text(2), row.Text(3), row.Text(4), row.Text(5), row.Text(6), row.Blob(7), row.Text(11)) { Publisher = row.NullableText(9) },
        row.NullableInt64(8), row.Int32(10));

    private MeterDayRow MeterDay(Statement row)
    {
        var day = new MeterDayRow(row.Int32(0), (Register)row.Int32(1), row.Int32(2), row.Blob(3));
        if (row.NullableInt64(4) is not { } crc || crc == Checksum.Of(day.Day, day.MeterNo, (int)day.Register, day.Blob)) return day;
        throw Damaged($"the meter day {new Domain.LocalDay(day.Day)}", day.MeterNo, day.Register);
    }

    private MeterYearRow MeterYear(Statement row)
    {
        var year = new MeterYearRow(row.Int32(0), (Register)row.Int32(1), row.Int32(2), row.Blob(3));
        if (row.NullableInt64(4) is not { } crc || crc == Checksum.Of(year.Autumn, year.MeterNo, (int)year.Register, year.Blob)) return year;
        throw Damaged($"the folded year {Domain.HeatingSeason.NameOf(year.Autumn)}", year.MeterNo, year.Register);
    }

    /// <summary>Never a wrong amount from a damaged row: whoever reads it is told.</summary>
    private LedgerException Damaged(string what, int meterNo, Register register)
    {
        var meter = Registry().MeterByNo(meterNo)?.Id ?? $"number {meterNo}";
        return new LedgerException($"Meter {meter} {register}: {what} fails its checksum in {connections.Ledger.File}. " +
            "The disk or another program changed it; restore both files from the same backup.");
    }

    /// <summary>The values of a key's first column in a range, ascending: one seek each, however many rows a value has.</summary>
    /// <param name="sql">Asks for the least that is not below the parameter.</param>
    private List<int> Distinct(string sql, int first, int last)
    {
        var values = new List<int>();
        var statement = connections.Ledger.Prepared(sql);
        long from = first;
        while (true)
        {
            statement.Bind(1, from);
            var found = statement.Step() ? statement.NullableInt64(0) : null;
            statement.Reset();
            if (found is not { } value || value > last) return values;
            values.Add((int)value);
            from = value + 1;
        }
    }

    private static List<T> Rows<T>(Statement statement, Func<Statement, T> read)
    {
        var rows = new List<T>();
        Read(statement, read, rows);
        return rows;
    }

    private static void Read<T>(Statement statement, Func<Statement, T> read, List<T> into)
    {
        try
        {
            while (statement.Step()) into.Add(read(statement));
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>The connections of a view: kept for the next one, because opening them costs more than most reads.</summary>
    internal sealed record Connections(Database Journal, Database Ledger) : IDisposable
    {
        public void Dispose()
        {
            Journal.Dispose();
            Ledger.Dispose();
        }
    }
}
