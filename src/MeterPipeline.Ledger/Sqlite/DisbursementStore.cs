using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Ledger.Sqlite;

/// <summary>Money that moved, in ledger.db: rows are added and never touched again. The caller holds the lock of the connection.</summary>
internal static class DisbursementStore
{
    private const string InsertSql = "INSERT INTO disbursement (autumn, run, household, kind, fen, day, reference, actor, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private static readonly string EntitledSql = $"SELECT coalesce(sum(due), 0) FROM settlement_household h WHERE autumn = ?1 AND household = ?2 AND {SettlementStore.Confirmed}";

    public static HouseholdBalance Balance(Database database, int autumn, string householdId)
    {
        var row = database.Prepared(EntitledSql).Bind(1, (long)autumn).Bind(2, householdId);
        row.Step();
        var balance = HouseholdBalance.Zero with { Entitled = Fen.Yuan(row.Int64(0)) };
        row.Reset();
        row = database.Prepared("SELECT kind, sum(fen) FROM disbursement WHERE autumn = ? AND household = ? GROUP BY kind").Bind(1, (long)autumn).Bind(2, householdId);
        while (row.Step()) balance = balance.After((DisbursementKind)row.Int32(0), Fen.Yuan(row.Int64(1)));
        row.Reset();
        return balance;
    }

    public static IReadOnlyList<RunRefusal?> Add(Database database, IReadOnlyList<Disbursement> rows)
    {
        using var transaction = database.BeginWrite("add disbursements");
        var refusals = rows.Select(row => AddOne(database, row)).ToList();
        transaction.Commit();
        return refusals;
    }

    public static PaymentList? Pay(Database database, RunStep step, int after, LocalDay on, string reference, IReadOnlySet<string> waiting)
    {
        using var transaction = database.BeginWrite("pay a settlement");
        if (SettlementStore.StepsOf(database, step.RunId) != after) return null;
        var list = new PaymentList(0, 0);
        foreach (var (autumn, household, owed) in Owed(database, step.RunId))
        {
            var (kind, yuan) = (waiting.Contains(household) ? DisbursementKind.Deferred : DisbursementKind.Payment, Fen.Yuan(owed));
            Insert(database, new Disbursement(0, autumn, step.RunId, household, kind, yuan, on, reference, step.Actor, step.AtMs));
            list = kind == DisbursementKind.Payment ? list with { Households = list.Households + 1, Yuan = list.Yuan + yuan }
                : list with { Deferred = list.Deferred + 1, DeferredYuan = list.DeferredYuan + yuan };
        }
        if (list.Households == 0) return list;
        SettlementStore.InsertStep(database, step);
        transaction.Commit();
        return list;
    }

    public static IReadOnlyList<Disbursement> Page(Database database, int autumn, int? runId, long after)
    {
        var page = new List<Disbursement>();
        var row = database.Prepared("""
            SELECT id, autumn, run, household, kind, fen, day, reference, actor, at_ms FROM disbursement
            WHERE id > ?1 AND autumn = ?2 AND (?3 IS NULL OR run = ?3) ORDER BY id LIMIT ?4
            """).Bind(1, after).Bind(2, (long)autumn).Bind(3, (long?)runId).Bind(4, (long)SqliteLimits.PageRows);
        while (row.Step())
        {
            page.Add(new Disbursement(
                row.Int64(0), row.Int32(1), row.IsNull(2) ? null : row.Int32(2), row.Text(3), (DisbursementKind)row.Int32(4), Fen.Yuan(row.Int64(5)),
                new LocalDay(row.Int32(6)), row.Text(7), row.Text(8), row.Int64(9)));
        }
        row.Reset();
        return page;
    }

    public static IReadOnlyList<(int Autumn, string HouseholdId, string Fault)> Unsound(Database database, int max)
    {
        var found = new List<(int, string, string)>();
        var row = database.Prepared($"""
            SELECT d.autumn, d.household, sum(CASE d.kind WHEN 0 THEN d.fen ELSE 0 END), sum(CASE d.kind WHEN 1 THEN d.fen ELSE 0 END),
                sum(CASE d.kind WHEN 2 THEN d.fen ELSE 0 END), sum(CASE d.kind WHEN 3 THEN d.fen ELSE 0 END),
                (SELECT coalesce(sum(max(h.due, 0)), 0) FROM settlement_household h WHERE h.autumn = d.autumn AND h.household = d.household AND {SettlementStore.Confirmed})
            FROM disbursement d GROUP BY d.autumn, d.household
            """);
        while (found.Count < max && row.Step())
        {
            var balance = new HouseholdBalance(0, Fen.Yuan(row.Int64(2)), Fen.Yuan(row.Int64(3)), Fen.Yuan(row.Int64(4)), Fen.Yuan(row.Int64(5)));
            if (balance.Fault(Fen.Yuan(row.Int64(6))) is { } fault) found.Add((row.Int32(0), row.Text(1), fault));
        }
        row.Reset();
        return found;
    }

    /// <summary>Why a household's row with a reference that it has already is left out, on every store.</summary>
    public static RunRefusal Repeated(Disbursement row) => new(null, null, RefusalReason.ReferenceRepeated, [row.Reference]);

    private static RunRefusal? AddOne(Database database, Disbursement row)
    {
        if (Known(database, row)) return Repeated(row);
        if (Balance(database, row.Autumn, row.HouseholdId).Refusal(row.Kind, row.Yuan) is { } refusal) return refusal;
        Insert(database, row.Kind == DisbursementKind.Advance || row.RunId is not null ? row : row with { RunId = NewestRun(database, row) });
        return null;
    }

    private static bool Known(Database database, Disbursement disbursement)
    {
        var row = database.Prepared("SELECT 1 FROM disbursement WHERE household = ? AND reference = ?").Bind(1, disbursement.HouseholdId).Bind(2, disbursement.Reference);
        var known = row.Step();
        row.Reset();
        return known;
    }

    private static int? NewestRun(Database database, Disbursement disbursement)
    {
        var row = database.Prepared($"SELECT max(run) FROM settlement_household h WHERE autumn = ? AND household = ? AND {SettlementStore.Confirmed}")
            .Bind(1, (long)disbursement.Autumn).Bind(2, disbursement.HouseholdId);
        var run = row.Step() ? row.NullableInt64(0) : null;
        row.Reset();
        return (int?)run;
    }

    private static void Insert(Database database, Disbursement row) =>
        database.Prepared(InsertSql).Bind(1, (long)row.Autumn).Bind(2, (long?)row.RunId).Bind(3, row.HouseholdId).Bind(4, (long)row.Kind).Bind(5, Fen.Of(row.Yuan))
            .Bind(6, (long)row.On.Number).Bind(7, row.Reference).Bind(8, row.Actor).Bind(9, row.AtMs).Run();

    /// <summary>Read whole before anything is inserted: a row inserted must not be met on the way.</summary>
    private static List<(int Autumn, string Household, long Fen)> Owed(Database database, int runId)
    {
        var owed = new List<(int, string, long)>();
        var row = database.Prepared($"""
            SELECT autumn, household, owed FROM (
                SELECT n.autumn, n.household,
                    (SELECT coalesce(sum(h.due), 0) FROM settlement_household h WHERE h.autumn = n.autumn AND h.household = n.household AND {SettlementStore.Confirmed})
                    - (SELECT coalesce(sum(CASE WHEN d.kind IN (0, 1) THEN d.fen WHEN d.kind IN (2, 3) THEN -d.fen ELSE 0 END), 0) FROM disbursement d
                        WHERE d.autumn = n.autumn AND d.household = n.household) AS owed
                FROM settlement_household n WHERE n.run = ?) WHERE owed > 0 ORDER BY household
            """).Bind(1, (long)runId);
        while (row.Step()) owed.Add((row.Int32(0), row.Text(1), row.Int64(2)));
        row.Reset();
        return owed;
    }
}
