using System.Text;
using System.Text.Json;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using Npgsql;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>Runs, their lines and steps.</summary>
internal static class SettlementStore
{
    /// <summary>
    /// First in every transaction that adds to settlements: one at a time, so that ids follow the order of commit and nothing that a decision rests on
    /// changes under it. Readers go on.
    /// </summary>
    public const string LockSql = "LOCK TABLE settlement_run IN EXCLUSIVE MODE";

    private const string MomentSql = "SELECT (SELECT max(id) FROM settlement_run), (SELECT max(id) FROM settlement_step), (SELECT max(id) FROM disbursement)";

    private const string OpenRunSql = """
        SELECT n.household, o.run FROM settlement_household n JOIN settlement_household o ON o.autumn = n.autumn AND o.household = n.household
        WHERE n.run = $1 AND o.run = ANY($2) ORDER BY o.run, n.household LIMIT 1
        """;

    private const string ChunkOfSql = """
        SELECT chunk FROM settlement_household WHERE autumn = (SELECT autumn FROM settlement_run WHERE id = $1) AND household = $2 AND run = $1
        """;

    private static readonly string GivenSql =
        $"SELECT household, amount FROM settlement_household h WHERE autumn = $1 AND household = ANY($2) AND {Sqlite.SettlementStore.Confirmed} ORDER BY run";

    public static SettlementMoment Moment(Session session) => session.Rows(
        MomentSql, row => new SettlementMoment(RegistryLoad.Long(row, 0) ?? 0, RegistryLoad.Long(row, 1) ?? 0, RegistryLoad.Long(row, 2) ?? 0))[0];

    /// <summary>Empty: there is no such run.</summary>
    public static string HashOf(Session session, long runId) => session.Text("SELECT hash FROM settlement_run WHERE id = $1", (int)runId);

    /// <exception cref="SettlementRefusedException">Somebody was faster, or a household is in an open run: nothing is stored.</exception>
    public static void Freeze(Session session, SettlementRun run, SettlementMoment seen, DraftSpool spool, string place)
    {
        session.Run(LockSql);
        if (Moment(session) != seen) throw DraftRefused.Overtaken();
        foreach (var chunk in spool.Read())
        {
            SettlementTables.Chunk.Write(session, [(run.Id, chunk)]);
            SettlementTables.Household.Write(session, [.. chunk.Index.Select(line => (run, chunk.Number, line))]);
        }
        if (!run.Provisional) RequireFree(session, run, place);
        SettlementTables.Run.Write(session, [run]);
        SettlementTables.Step.Write(session, [new RunStep(run.Id, RunStepKind.Drafted, run.AtMs, run.Actor, "")]);
    }

    /// <summary>Runs before steps: a run is there with its first step.</summary>
    /// <param name="runId">0: all.</param>
    public static IReadOnlyList<RunProgress> Runs(Session session, string place, int runId = 0)
    {
        var runs = session.Rows("SELECT id, run, hash FROM settlement_run WHERE $1 = 0 OR id = $1 ORDER BY id", row => Run(row, place), runId);
        var steps = session.Rows(
            "SELECT run, kind, at_ms, actor, note, household, from_day, until_day FROM settlement_step WHERE $1 = 0 OR run = $1 ORDER BY id", Step, runId)
            .ToLookup(step => step.RunId);
        return [.. runs.Select(run => new RunProgress(run, [.. steps[run.Id]]))];
    }

    public static byte[] Text(Session session, int runId) => Encoding.UTF8.GetBytes(session.Text("SELECT run FROM settlement_run WHERE id = $1", runId));

    public static bool AddStep(Session session, RunStep step, int after)
    {
        session.Run(LockSql);
        if (StepsOf(session, step.RunId) != after)
        {
            session.Discard();
            return false;
        }
        SettlementTables.Step.Write(session, [step]);
        return true;
    }

    public static long StepsOf(Session session, int runId) => session.Scalar("SELECT count(*) FROM settlement_step WHERE run = $1", runId);

    public static LineChunk? Chunk(Session session, int runId, int number, string place) => session.Rows(
        "SELECT lines, bytes, crc, blob FROM settlement_chunk WHERE run = $1 AND chunk = $2",
        row => Chunk(row, runId, number, $"Settlement run {runId}: chunk {number} in {place}"), runId, number).SingleOrDefault();

    public static int? ChunkOf(Session session, int runId, string householdId) =>
        session.Rows(ChunkOfSql, row => (int?)row.GetInt32(0), runId, householdId).SingleOrDefault();

    public static IReadOnlyList<LineIndex> Index(Session session, int runId, int chunk) => session.Rows(
        "SELECT household, accrued, amount, payable FROM settlement_household WHERE run = $1 AND chunk = $2 ORDER BY household",
        row => new LineIndex(row.GetString(0), Fen.Yuan(row.GetInt64(1)), CanonicalForm.ReadAmount(row.GetString(2)), Fen.Yuan(row.GetInt64(3))), runId, chunk);

    public static IReadOnlyDictionary<string, LineHistory> Histories(Session session, int autumn, IReadOnlyCollection<string> householdIds)
    {
        var asked = householdIds.Select(Session.Storable).Distinct(StringComparer.Ordinal).ToArray();
        var given = session.Rows(GivenSql, row => (Household: row.GetString(0), Amount: CanonicalForm.ReadAmount(row.GetString(1))), autumn, asked)
            .ToLookup(row => row.Household, row => row.Amount, StringComparer.Ordinal);
        var balances = DisbursementStore.Balances(session, autumn, asked);
        var payees = PayeeStore.Of(session, asked);
        return householdIds.ToDictionary(id => id, id => Of(Session.Storable(id)), StringComparer.Ordinal);

        LineHistory Of(string id) =>
            new("", given[id].Aggregate(SettledAmount.Nothing, (sum, more) => sum + more), balances[id].Ahead, payees.GetValueOrDefault(id));
    }

    private static void RequireFree(Session session, SettlementRun run, string place)
    {
        var open = Runs(session, place).Where(known => known.IsOpen && known.Run.Autumn == run.Autumn).Select(known => known.Run.Id).ToArray();
        foreach (var (household, inRun) in session.Rows(OpenRunSql, row => (row.GetString(0), row.GetInt32(1)), run.Id, open))
            throw DraftRefused.InOpenRun(household, inRun);
    }

    private static LineChunk Chunk(NpgsqlDataReader row, int runId, int number, string place)
    {
        var (lines, bytes, crc, blob) = (row.GetInt32(0), row.GetInt32(1), row.GetInt64(2), row.GetFieldValue<byte[]>(3));
        if (crc != Checksum.Of(runId, number, lines, blob) || bytes < 0)
            throw new LedgerException($"{place} fails its checksum. The disk or another program changed it; restore a backup.");
        return new LineChunk(number, lines, blob, bytes, place);
    }

    private static SettlementRun Run(NpgsqlDataReader row, string place)
    {
        try
        {
            return CanonicalForm.ReadRun(Encoding.UTF8.GetBytes(row.GetString(1)), row.GetString(2));
        }
        catch (JsonException damage)
        {
            throw new LedgerException($"Settlement run {row.GetInt32(0)} in {place} cannot be read. Restore a backup.", damage);
        }
    }

    private static RunStep Step(NpgsqlDataReader row) => new(
        row.GetInt32(0), (RunStepKind)row.GetInt32(1), row.GetInt64(2), row.GetString(3), row.GetString(4), RegistryLoad.Text(row, 5), Day(row, 6), Day(row, 7));

    private static LocalDay? Day(NpgsqlDataReader row, int column) => RegistryLoad.Int(row, column) is { } day ? new LocalDay(day) : null;
}
