using System.Data;
using System.Globalization;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Validation;
using MeterPipeline.Ledger.Registry;
using Npgsql;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>
/// One REPEATABLE READ transaction on one connection: journal and folded rows of one moment. Streams are cursors of it, so that any number may be
/// open while something else is asked. For one thread at a time.
/// </summary>
internal sealed class PostgresView : ILedgerView
{
    /// <summary>A village has rows of several partitions where households moved to it.</summary>
    private const string VillageDaysSql = """
        SELECT v.division, v.energy, v.day, sum(v.consumption)::bigint, sum(v.accrued_e8)::bigint, sum(v.households)::integer, sum(v.reporting)::integer
        FROM generate_series(greatest($1, coalesce((SELECT min(day) FROM village_day), 1)), least($2, coalesce((SELECT max(day) FROM village_day), 0))) AS d (day)
        CROSS JOIN LATERAL (SELECT * FROM village_day WHERE day = d.day AND division >= $3 AND division < $3 || 'z' OFFSET 0) AS v
        GROUP BY v.division, v.energy, v.day ORDER BY v.division, v.energy, v.day
        """;

    private const string RefusedSql = """
        SELECT reason, ((received_at_ms + $4) / $5)::integer AS day, count(*) FROM quarantine
        WHERE meter = $1 AND meter <> '' AND replayed_at_ms IS NULL AND received_at_ms >= $2 AND received_at_ms < $3 GROUP BY 1, 2 ORDER BY 2, 1
        """;

    private const string PartitionsSql = "SELECT folded, villages, seq FROM fold JOIN journal_head USING (part) ORDER BY part";
    private const string MeterDayColumns = "SELECT meter_no, register, day, blob, crc FROM meter_day";

    private const string MeterDaysOfManySql = """
        SELECT d.meter_no, d.register, d.day, d.blob, d.crc FROM unnest($2, $3) AS m (no, first)
        JOIN meter_day AS d ON d.day = ANY($1) AND d.day >= m.first AND d.meter_no = m.no ORDER BY d.day, d.meter_no, d.register
        """;

    /// <summary>A seek for each, whatever the planner believes of the table's size.</summary>
    private const string MeterDaysOneByOneSql = """
        SELECT d.meter_no, d.register, d.day, d.blob, d.crc FROM unnest($1, $2, $3) AS m (day, no, register)
        CROSS JOIN LATERAL (SELECT * FROM meter_day WHERE day = m.day AND meter_no = m.no AND register = m.register OFFSET 0) AS d
        ORDER BY d.day, d.meter_no, d.register
        """;

    private const string MeterYearColumns = "SELECT meter_no, register, autumn, blob, crc FROM meter_year";

    private readonly PostgresDatabase database;
    private readonly RegistryCache registryCache;
    private readonly NpgsqlConnection connection;
    private readonly Session session;
    private readonly (long Folded, long Villages, long Head)[] partitions;
    private int[]? days;
    private int[]? autumns;
    private int streams;
    private bool disposed;

    public PostgresView(PostgresDatabase database, RegistryCache registryCache)
    {
        (this.database, this.registryCache) = (database, registryCache);
        // The first read fixes the snapshot; a connection that died in the pool is met here, and another taken.
        (connection, session, partitions) = database.Begin("read the ledger", opened =>
        {
            opened.Run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            return opened.Rows(PartitionsSql, row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2))).ToArray();
        });
        FoldedSeq = partitions.Sum(partition => partition.Folded);
    }

    public long FoldedSeq { get; }

    public long FoldedOf(int partition) => partitions[partition].Folded;

    public long VillagesPrint(int partition) => partitions[partition].Villages;

    public IEnumerable<JournalRow> JournalTail() =>
        Enumerable.Range(0, partitions.Length).Where(part => partitions[part].Head > partitions[part].Folded).SelectMany(Tail);

    public RegistrySnapshot Registry()
    {
        var version = Ask(() => FoldStore.Cursor(session, RegistryStore.VersionCursor));
        if (registryCache.At(version) is { } known) return known;
        var loaded = Ask(() => RegistryLoad.Load(session, version));
        registryCache.Keep(loaded);
        return loaded;
    }

    public IReadOnlyList<AccountAlias> Aliases(params IReadOnlyCollection<string> householdIds)
    {
        object asked = householdIds.Select(Session.Storable).ToArray();
        return Rows(RegistryLoad.AliasSql + " WHERE household = ANY($1) ORDER BY account, from_day", RegistryLoad.Alias, asked);
    }

    public IReadOnlyList<AccountAlias> AccountAliases(string account) =>
        Rows(RegistryLoad.AliasSql + " WHERE account = $1 ORDER BY from_day", RegistryLoad.Alias, account);

    public IReadOnlyList<AccountAlias> AccountsEnding(string ending, int max) => Rows(
        RegistryLoad.AliasSql + " WHERE right(account, length($1)) = $1 AND $1 <> '' ORDER BY account, from_day LIMIT $2", RegistryLoad.Alias, ending, max);

    public IReadOnlyList<MeterDayRow> MeterDays(int meterNo, Register register, int firstDay, int lastDay)
    {
        var asked = Days().Where(day => day >= firstDay && day <= lastDay).ToArray();
        return asked.Length == 0
            ? []
            : Rows(MeterDayColumns + " WHERE day = ANY($1) AND meter_no = $2 AND register = $3 ORDER BY day", MeterDay, asked, meterNo, (int)register);
    }

    public IReadOnlyList<MeterDayRow> MeterDays(IReadOnlyList<(int MeterNo, int FirstDay)> meters)
    {
        var earliest = meters.Select(meter => meter.FirstDay).DefaultIfEmpty(int.MaxValue).Min();
        var asked = Days().Where(day => day >= earliest).ToArray();
        return asked.Length == 0
            ? []
            : Rows(MeterDaysOfManySql, MeterDay, asked, meters.Select(meter => meter.MeterNo).ToArray(), meters.Select(meter => meter.FirstDay).ToArray());
    }

    public IReadOnlyList<MeterDayRow> MeterDays(IReadOnlyCollection<(int MeterNo, Register Register, int Day)> days)
    {
        (int Day, int No, int Register)[] asked = [.. days.Select(one => (one.Day, one.MeterNo, (int)one.Register)).Order()];
        return asked.Length == 0
            ? []
            : Rows(MeterDaysOneByOneSql, MeterDay, asked.Select(one => one.Day).ToArray(), asked.Select(one => one.No).ToArray(), asked.Select(one => one.Register).ToArray());
    }

    public IReadOnlyList<MeterYearRow> MeterYears(params ReadOnlySpan<int> meterNos)
    {
        autumns ??= Distinct("meter_year", "autumn");
        return autumns.Length == 0 || meterNos.IsEmpty
            ? []
            : Rows(MeterYearColumns + " WHERE autumn = ANY($1) AND meter_no = ANY($2) ORDER BY autumn, meter_no, register", MeterYear, autumns, meterNos.ToArray());
    }

    public IEnumerable<MeterYearRow> AllMeterYears(int autumn) =>
        Stream($"{MeterYearColumns} WHERE autumn = {Number(autumn)} ORDER BY meter_no, register", PostgresLimits.FetchRows, MeterYear);

    public IEnumerable<MeterDayRow> MeterDaysOn(int day) => MeterDaysOn(day, PostgresLimits.FetchRows, null);

    public IEnumerable<MeterDayRow> AllMeterDays(int? partition = null) => MergedDays.Of(Days(), day => MeterDaysOn(day, PostgresLimits.FetchMergedRows, partition));

    public IEnumerable<VillageDayRow> VillageDays(string divisionPrefix, int firstDay, int lastDay) => Rows(
        VillageDaysSql,
        row => new VillageDayRow(row.GetString(0), (Energy)row.GetInt32(1), row.GetInt32(2), row.GetInt64(3), row.GetInt64(4), row.GetInt32(5), row.GetInt32(6)),
        firstDay, lastDay, divisionPrefix);

    public IReadOnlyList<CounterRow> Counters(int firstDay, int lastDay, int? partition = null) => Rows(
        """
        SELECT company, day, sum(received)::bigint, sum(accepted)::bigint, sum(duplicate)::bigint, sum(conflict)::bigint, sum(quarantined)::bigint
        FROM counter WHERE day BETWEEN $1 AND $2 AND ($3 < 0 OR part = $3) GROUP BY day, company ORDER BY day, company
        """,
        row => new CounterRow(row.GetString(0), row.GetInt32(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6)),
        firstDay, lastDay, partition ?? -1);

    public IReadOnlyList<QuarantineRow> Quarantine(long beforeId, int max) => Rows(
        QuarantineSql("substr(payload, 1, $2)") + " WHERE id < $1 ORDER BY id DESC LIMIT $3", Quarantined, beforeId, QuarantineRow.ExcerptBytes, max);

    public IEnumerable<QuarantineRow> OpenQuarantine(long afterId) => Stream(
        $"{QuarantineSql("payload")} WHERE replayed_at_ms IS NULL AND id > {Number(afterId)} ORDER BY id", PostgresLimits.FetchBlobs, Quarantined);

    public QuarantineSize QuarantineSize() => Ask(() => JournalStore.Size(session));

    public IReadOnlyList<RefusedMessages> RefusedOf(string meterId, int firstDay, int lastDay) => Rows(
        RefusedSql, row => new RefusedMessages(row.GetString(0), new LocalDay(row.GetInt32(1)), row.GetInt64(2)),
        meterId, new LocalDay(firstDay).StartMs, new LocalDay(lastDay).EndMs, (long)LocalDay.OffsetMs, (long)LocalDay.LengthMs);

    public IReadOnlyList<HoldEntry> HoldEntries(int autumn) => Rows(
        "SELECT id, household, autumn, reason, act, evidence, note, actor, at_ms FROM hold_entry WHERE autumn = $1 ORDER BY id",
        row => new HoldEntry(
            row.GetInt64(0), row.GetString(1), row.GetInt32(2), row.GetString(3), (HoldAct)row.GetInt32(4), row.GetString(5), row.GetString(6),
            row.GetString(7), row.GetInt64(8)),
        autumn);

    public IReadOnlyList<AuditRow> Audit(string kind, string id) => Rows(
        "SELECT at_ms, actor, kind, entity, before, after FROM audit WHERE kind = $1 AND entity = $2 ORDER BY audit.id",
        row => new AuditRow(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), RegistryLoad.Text(row, 4), RegistryLoad.Text(row, 5)),
        kind, id);

    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        try
        {
            session.Run("ROLLBACK");
        }
        catch (NpgsqlException)
        {
            // The connection is gone and its transaction with it.
        }
        connection.Dispose();
    }

    private static string QuarantineSql(string payload) =>
        $"SELECT id, received_at_ms, source, company, reason, detail, topic, {payload}, replayed_at_ms, publisher, length(payload), meter FROM quarantine";

    private static QuarantineRow Quarantined(NpgsqlDataReader row) => new(
        row.GetInt64(0),
        new QuarantinedMessage(
            row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6), row.GetFieldValue<byte[]>(7), row.GetString(11))
        {
            Publisher = RegistryLoad.Text(row, 9),
        },
        RegistryLoad.Long(row, 8), row.GetInt32(10));

    private IEnumerable<JournalRow> Tail(int part) => Stream(
        $"SELECT seq, blob FROM journal WHERE part = {Number(part)} AND seq > {Number(partitions[part].Folded)} ORDER BY seq", PostgresLimits.FetchBlobs,
        row => new JournalRow(row.GetInt64(0), row.GetFieldValue<byte[]>(1)));

    private IEnumerable<MeterDayRow> MeterDaysOn(int day, int fetched, int? partition)
    {
        var only = partition is { } part ? $"AND meter_no IN (SELECT no FROM meter WHERE part = {Number(part)}) " : "";
        return Stream($"{MeterDayColumns} WHERE day = {Number(day)} {only}ORDER BY meter_no, register", fetched, MeterDay);
    }

    private MeterDayRow MeterDay(NpgsqlDataReader row)
    {
        var day = new MeterDayRow(row.GetInt32(0), (Register)row.GetInt32(1), row.GetInt32(2), row.GetFieldValue<byte[]>(3));
        return row.GetInt64(4) == Checksum.Of(day.Day, day.MeterNo, (int)day.Register, day.Blob)
            ? day
            : throw Damaged($"the meter day {new LocalDay(day.Day)}", day.MeterNo, day.Register);
    }

    private MeterYearRow MeterYear(NpgsqlDataReader row)
    {
        var year = new MeterYearRow(row.GetInt32(0), (Register)row.GetInt32(1), row.GetInt32(2), row.GetFieldValue<byte[]>(3));
        return row.GetInt64(4) == Checksum.Of(year.Autumn, year.MeterNo, (int)year.Register, year.Blob)
            ? year
            : throw Damaged($"the folded year {HeatingSeason.NameOf(year.Autumn)}", year.MeterNo, year.Register);
    }

    /// <summary>Never a wrong amount from a damaged row: whoever reads it is told. The connection is busy, so the meter is named by what is known.</summary>
    private LedgerException Damaged(string what, int meterNo, Register register)
    {
        var meter = registryCache.Newest?.MeterByNo(meterNo)?.Id ?? $"number {meterNo}";
        return new LedgerException($"Meter {meter} {register}: {what} fails its checksum in {database.Place}. " +
            "The disk or another program changed it; restore a backup.");
    }

    private int[] Days() => days ??= Distinct("meter_day", "day");

    /// <summary>The values of a key's first column, ascending: one seek each, however many rows a value has.</summary>
    private int[] Distinct(string table, string column) => [.. Rows(
        $"""
        WITH RECURSIVE v (x) AS (
            SELECT min({column}) FROM {table}
            UNION ALL SELECT (SELECT min({column}) FROM {table} WHERE {column} > v.x) FROM v WHERE v.x IS NOT NULL)
        SELECT x FROM v WHERE x IS NOT NULL ORDER BY x
        """,
        row => row.GetInt32(0))];

    private IEnumerable<T> Stream<T>(string sql, int fetched, Func<NpgsqlDataReader, T> read)
    {
        var cursor = string.Create(CultureInfo.InvariantCulture, $"stream_{++streams}");
        Ask(() => session.Run($"DECLARE {cursor} NO SCROLL CURSOR FOR {sql}"));
        try
        {
            var fetch = string.Create(CultureInfo.InvariantCulture, $"FETCH FORWARD {fetched} FROM {cursor}");
            List<T> rows;
            do
            {
                rows = Rows(fetch, read);
                foreach (var row in rows) yield return row;
            }
            while (rows.Count == fetched);
        }
        finally
        {
            if (!disposed && connection.State == ConnectionState.Open) Ask(() => session.Run($"CLOSE {cursor}"));
        }
    }

    private List<T> Rows<T>(string sql, Func<NpgsqlDataReader, T> read, params object[] values) => Ask(() => session.Rows(sql, read, values));

    private T Ask<T>(Func<T> question)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        try
        {
            return question();
        }
        catch (NpgsqlException error)
        {
            throw database.Describe("read the ledger", error);
        }
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
