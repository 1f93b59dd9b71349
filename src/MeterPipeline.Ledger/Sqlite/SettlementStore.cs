using System.Globalization;
using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Ledger.Sqlite;

/// <summary>Runs, their lines and steps, in ledger.db. The caller holds the lock of the connection.</summary>
internal static class SettlementStore
{
    /// <summary>Of a row with a <c>run</c>: it counts.</summary>
    public static readonly string Confirmed = string.Create(CultureInfo.InvariantCulture,
        $"EXISTS (SELECT 1 FROM settlement_step s WHERE s.run = h.run AND s.kind = {(int)RunStepKind.Confirmed})");

    /// <summary>
    /// Rows that one statement adds to the index. Where a trigger may refuse, SQLite copies every page that a statement touches: row by row, that is most
    /// of the work. More than fifty gain nothing.
    /// </summary>
    private const int IndexRows = 50;

    private static readonly string OneRow = IndexSql(1), ManyRows = IndexSql(IndexRows);

    public static SettlementMoment Moment(Database database) => new(
        database.Scalar("SELECT max(id) FROM settlement_run"), database.Scalar("SELECT max(id) FROM settlement_step"),
        database.Scalar("SELECT max(id) FROM disbursement"));

    public static SettlementRun Draft(Database database, RunDraft draft, SettlementMoment seen, DraftSpool spool, RunWriter drawn)
    {
        using var transaction = database.BeginWrite("draft a settlement");
        if (Moment(database) != seen) throw DraftRefused.Overtaken();
        var id = (int)seen.Run + 1;
        foreach (var (chunk, bytes, blob, index) in Ahead.Of(spool.Read(), 1))
        {
            database.Prepared("INSERT INTO settlement_chunk VALUES (?, ?, ?, ?, ?, ?)").Bind(1, (long)id).Bind(2, (long)chunk).Bind(3, (long)index.Length)
                .Bind(4, (long)bytes).Bind(5, (long)Checksum.Of(id, chunk, index.Length, blob)).Bind(6, blob).Run();
            var rows = index.AsSpan();
            for (; rows.Length >= IndexRows; rows = rows[IndexRows..]) Insert(database.Prepared(ManyRows), draft.Autumn, id, chunk, rows[..IndexRows]);
            for (; rows.Length > 0; rows = rows[1..]) Insert(database.Prepared(OneRow), draft.Autumn, id, chunk, rows[..1]);
        }
        var runs = Runs(database, null);
        if (!draft.Provisional) RequireFree(database, draft, id, runs);
        var run = drawn.Close(id, runs.Count == 0 ? "" : runs[^1].Run.ContentHash);
        database.Prepared("INSERT INTO settlement_run VALUES (?, ?, ?, ?)").Bind(1, (long)id).Bind(2, (long)draft.Autumn)
            .Bind(3, Encoding.UTF8.GetString(CanonicalForm.Of(run))).Bind(4, run.ContentHash).Run();
        InsertStep(database, new RunStep(id, RunStepKind.Drafted, draft.AtMs, draft.Actor, ""));
        transaction.Commit();
        return run;
    }

    /// <param name="runId">Null: all.</param>
    public static IReadOnlyList<RunProgress> Runs(Database database, int? runId)
    {
        var steps = new List<RunStep>();
        var row = database.Prepared("SELECT run, kind, at_ms, actor, note, household, from_day, until_day FROM settlement_step WHERE ?1 IS NULL OR run = ?1 ORDER BY id").Bind(1, (long?)runId);
        while (row.Step())
            steps.Add(new RunStep(row.Int32(0), (RunStepKind)row.Int32(1), row.Int64(2), row.Text(3), row.Text(4), row.NullableText(5), Day(row.NullableInt64(6)), Day(row.NullableInt64(7))));
        row.Reset();
        var stepsOf = steps.ToLookup(step => step.RunId);
        var runs = new List<RunProgress>();
        row = database.Prepared("SELECT id, run, hash FROM settlement_run WHERE ?1 IS NULL OR id = ?1 ORDER BY id").Bind(1, (long?)runId);
        while (row.Step()) runs.Add(new RunProgress(Read(database, row), [.. stepsOf[row.Int32(0)]]));
        row.Reset();
        return runs;
    }

    public static byte[] Text(Database database, int runId)
    {
        var row = database.Prepared("SELECT run FROM settlement_run WHERE id = ?").Bind(1, (long)runId);
        var text = row.Step() ? row.Blob(0) : [];
        row.Reset();
        return text;
    }

    public static bool AddStep(Database database, RunStep step, int after)
    {
        using var transaction = database.BeginWrite("add a step of a settlement");
        if (StepsOf(database, step.RunId) != after) return false;
        InsertStep(database, step);
        transaction.Commit();
        return true;
    }

    public static int StepsOf(Database database, int runId)
    {
        var row = database.Prepared("SELECT count(*) FROM settlement_step WHERE run = ?").Bind(1, (long)runId);
        row.Step();
        var steps = row.Int32(0);
        row.Reset();
        return steps;
    }

    public static void InsertStep(Database database, RunStep step) =>
        database.Prepared("INSERT INTO settlement_step (run, kind, at_ms, actor, note, household, from_day, until_day) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
            .Bind(1, (long)step.RunId).Bind(2, (long)step.Kind).Bind(3, step.AtMs).Bind(4, step.Actor).Bind(5, step.Note).Bind(6, step.HouseholdId)
            .Bind(7, (long?)step.From?.Number).Bind(8, (long?)step.Until?.Number).Run();

    public static LineChunk? Chunk(Database database, int runId, int number)
    {
        var row = database.Prepared("SELECT lines, bytes, crc, blob FROM settlement_chunk WHERE run = ? AND chunk = ?").Bind(1, (long)runId).Bind(2, (long)number);
        if (!row.Step())
        {
            row.Reset();
            return null;
        }
        var (lines, bytes, crc, blob) = (row.Int32(0), row.Int64(1), row.Int64(2), row.Blob(3));
        row.Reset();
        var place = $"Settlement run {runId}: chunk {number} in {database.File}";
        if (crc != Checksum.Of(runId, number, lines, blob) || bytes is < 0 or > int.MaxValue)
            throw new LedgerException($"{place} fails its checksum. The disk or another program changed it; restore both files from the same backup.");
        return new LineChunk(number, lines, blob, (int)bytes, place);
    }

    public static int? ChunkOf(Database database, int runId, string householdId)
    {
        var row = database.Prepared("SELECT chunk FROM settlement_household WHERE autumn = (SELECT autumn FROM settlement_run WHERE id = ?1) AND household = ?2 AND run = ?1")
            .Bind(1, (long)runId).Bind(2, householdId);
        var found = row.Step() ? row.Int32(0) : (int?)null;
        row.Reset();
        return found;
    }

    public static IReadOnlyList<LineIndex> Index(Database database, int runId, int chunk)
    {
        var index = new List<LineIndex>();
        var row = database.Prepared("SELECT household, accrued, amount, payable FROM settlement_household WHERE run = ? AND chunk = ? ORDER BY household")
            .Bind(1, (long)runId).Bind(2, (long)chunk);
        while (row.Step()) index.Add(new LineIndex(row.Text(0), Fen.Yuan(row.Int64(1)), CanonicalForm.ReadAmount(row.Text(2)), Fen.Yuan(row.Int64(3))));
        row.Reset();
        return index;
    }

    public static SettledAmount GivenTo(Database database, int autumn, string householdId)
    {
        var given = SettledAmount.Nothing;
        var row = database.Prepared($"SELECT amount FROM settlement_household h WHERE autumn = ? AND household = ? AND {Confirmed} ORDER BY run")
            .Bind(1, (long)autumn).Bind(2, householdId);
        while (row.Step()) given += CanonicalForm.ReadAmount(row.Text(0));
        row.Reset();
        return given;
    }

    private static string IndexSql(int rows)
    {
        var each = Enumerable.Range(0, rows).Select(row => 4 + 5 * row)
            .Select(at => string.Create(CultureInfo.InvariantCulture, $"(?1, ?{at}, ?2, ?3, ?{at + 1}, ?{at + 2}, ?{at + 3}, ?{at + 4})"));
        return $"INSERT INTO settlement_household VALUES {string.Join(", ", each)}";
    }

    /// <param name="statement">Of <see cref="IndexSql"/> for as many rows.</param>
    private static void Insert(Statement statement, int autumn, int run, int chunk, ReadOnlySpan<SpooledIndex> rows)
    {
        statement.Bind(1, (long)autumn).Bind(2, (long)run).Bind(3, (long)chunk);
        var at = 4;
        foreach (var row in rows)
        {
            statement.Bind(at, row.HouseholdId).Bind(at + 1, row.Accrued).Bind(at + 2, row.Due).Bind(at + 3, row.Payable).Bind(at + 4, row.Amount);
            at += 5;
        }
        statement.Run();
    }

    /// <summary>A household in two open runs would be given the same twice when both are confirmed.</summary>
    private static void RequireFree(Database database, RunDraft draft, int id, IReadOnlyList<RunProgress> runs)
    {
        foreach (var open in runs.Where(known => known.IsOpen && known.Run.Autumn == draft.Autumn))
        {
            var row = database.Prepared("""
                SELECT n.household FROM settlement_household n JOIN settlement_household o ON o.autumn = n.autumn AND o.household = n.household AND o.run = ?1
                WHERE n.run = ?2 LIMIT 1
                """).Bind(1, (long)open.Run.Id).Bind(2, (long)id);
            var household = row.Step() ? row.Text(0) : null;
            row.Reset();
            if (household is not null) throw DraftRefused.InOpenRun(household, open.Run.Id);
        }
    }

    private static SettlementRun Read(Database database, Statement row)
    {
        try
        {
            return CanonicalForm.ReadRun(Encoding.UTF8.GetBytes(row.Text(1)), row.Text(2));
        }
        catch (System.Text.Json.JsonException damage)
        {
            throw new LedgerException($"Settlement run {row.Int32(0)} in {database.File} cannot be read. Restore both files from the same backup.", damage);
        }
    }

    private static LocalDay? Day(long? number) => number is { } day ? new LocalDay((int)day) : null;
}
