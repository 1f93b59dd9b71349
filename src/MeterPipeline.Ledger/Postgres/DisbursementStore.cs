using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using Npgsql;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>Money that moved: rows are added and never touched again. What many rows rest on is asked for at once, not row by row.</summary>
internal static class DisbursementStore
{
    private const string PageSql = """
        SELECT id, autumn, run, household, kind, fen, day, reference, actor, at_ms FROM disbursement
        WHERE id > $1 AND autumn = $2 AND ($3 = 0 OR run = $3) ORDER BY id LIMIT $4
        """;

    private const string ReferencesSql = """
        SELECT d.household, d.reference FROM disbursement d
        JOIN unnest($1::text[], $2::text[]) AS k (household, reference) ON d.household = k.household AND d.reference = k.reference
        """;

    /// <summary>Of households, a row of what confirmed runs gave and a row per kind of money that moved: of one moment, because it is one statement.</summary>
    private static readonly string StandingSql = $"""
        SELECT h.autumn, h.household, NULL::integer, sum(h.due)::bigint, max(h.run) FROM settlement_household h
        JOIN unnest($1::integer[], $2::text[]) AS k (autumn, household) ON h.autumn = k.autumn AND h.household = k.household
        WHERE {Sqlite.SettlementStore.Confirmed} GROUP BY 1, 2
        UNION ALL SELECT d.autumn, d.household, d.kind, sum(d.fen)::bigint, NULL FROM disbursement d
        JOIN unnest($1::integer[], $2::text[]) AS k (autumn, household) ON d.autumn = k.autumn AND d.household = k.household GROUP BY 1, 2, 3
        """;

    private static readonly string OwedSql = $"""
        SELECT autumn, household, owed::bigint FROM (
            SELECT n.autumn, n.household,
                (SELECT coalesce(sum(h.due), 0) FROM settlement_household h
                    WHERE h.autumn = n.autumn AND h.household = n.household AND {Sqlite.SettlementStore.Confirmed})
                - (SELECT coalesce(sum(CASE WHEN d.kind IN (0, 1) THEN d.fen WHEN d.kind IN (2, 3) THEN -d.fen ELSE 0 END), 0) FROM disbursement d
                    WHERE d.autumn = n.autumn AND d.household = n.household) AS owed
            FROM settlement_household n WHERE n.run = $1) AS o WHERE owed > 0 ORDER BY household
        """;

    private static readonly string MovedPageSql = $"""
        SELECT d.autumn, d.household, coalesce(sum(d.fen) FILTER (WHERE d.kind = 0), 0)::bigint, coalesce(sum(d.fen) FILTER (WHERE d.kind = 1), 0)::bigint,
            coalesce(sum(d.fen) FILTER (WHERE d.kind = 2), 0)::bigint, coalesce(sum(d.fen) FILTER (WHERE d.kind = 3), 0)::bigint,
            (SELECT coalesce(sum(greatest(h.due, 0)), 0)::bigint FROM settlement_household h
                WHERE h.autumn = d.autumn AND h.household = d.household AND {Sqlite.SettlementStore.Confirmed})
        FROM disbursement d WHERE (d.autumn, d.household) > ($1, $2) GROUP BY d.autumn, d.household ORDER BY d.autumn, d.household LIMIT $3
        """;

    public static HouseholdBalance Balance(Session session, int autumn, string householdId) => Standings(session, [(autumn, householdId)])[(autumn, householdId)].Balance;

    public static Dictionary<string, HouseholdBalance> Balances(Session session, int autumn, string[] householdIds) =>
        Standings(session, [.. householdIds.Select(household => (autumn, household))]).ToDictionary(row => row.Key.HouseholdId, row => row.Value.Balance, StringComparer.Ordinal);

    public static IReadOnlyList<RunRefusal?> Add(Session session, IReadOnlyList<Disbursement> rows)
    {
        session.Run(SettlementStore.LockSql);
        var standings = Standings(session, [.. rows.Select(row => (row.Autumn, row.HouseholdId)).Distinct()]);
        var known = References(session, rows);
        var (refusals, added) = (new List<RunRefusal?>(), new List<Disbursement>());
        foreach (var row in rows)
        {
            var key = (row.Autumn, row.HouseholdId);
            var (balance, newestRun) = standings[key];
            var refusal = known.Contains((row.HouseholdId, row.Reference)) ? Sqlite.DisbursementStore.Repeated(row) : balance.Refusal(row.Kind, row.Yuan);
            refusals.Add(refusal);
            if (refusal is not null) continue;
            known.Add((row.HouseholdId, row.Reference));
            standings[key] = (balance.After(row.Kind, row.Yuan), newestRun);
            added.Add(row.Kind == DisbursementKind.Advance || row.RunId is not null ? row : row with { RunId = newestRun });
        }
        SettlementTables.Disbursement.Write(session, added);
        return refusals;
    }

    public static PaymentList? Pay(Session session, RunStep step, int after, LocalDay on, string reference, IReadOnlySet<string> waiting)
    {
        session.Run(SettlementStore.LockSql);
        if (SettlementStore.StepsOf(session, step.RunId) != after)
        {
            session.Discard();
            return null;
        }
        var owed = session.Rows(OwedSql, row => new Disbursement(
            0, row.GetInt32(0), step.RunId, row.GetString(1), waiting.Contains(row.GetString(1)) ? DisbursementKind.Deferred : DisbursementKind.Payment,
            Fen.Yuan(row.GetInt64(2)), on, reference, step.Actor, step.AtMs), step.RunId);
        var (deferred, paid) = (owed.FindAll(row => row.Kind == DisbursementKind.Deferred), owed.FindAll(row => row.Kind == DisbursementKind.Payment));
        var list = new PaymentList(paid.Count, paid.Sum(row => row.Yuan), deferred.Count, deferred.Sum(row => row.Yuan));
        if (list.Households == 0) return list;
        SettlementTables.Disbursement.Write(session, owed);
        SettlementTables.Step.Write(session, [step]);
        return list;
    }

    /// <param name="runId">0: all.</param>
    public static List<Disbursement> Page(Session session, int autumn, int runId, long after) => session.Rows(
        PageSql,
        row => new Disbursement(
            row.GetInt64(0), row.GetInt32(1), RegistryLoad.Int(row, 2), row.GetString(3), (DisbursementKind)row.GetInt32(4), Fen.Yuan(row.GetInt64(5)),
            new LocalDay(row.GetInt32(6)), row.GetString(7), row.GetString(8), row.GetInt64(9)),
        after, autumn, runId, PostgresLimits.PageRows);

    public static IReadOnlyList<(int Autumn, string HouseholdId, string Fault)> Unsound(Session session, int max)
    {
        var found = new List<(int, string, string)>();
        var (page, last) = (PostgresLimits.PageRows, (Autumn: int.MinValue, HouseholdId: ""));
        while (page == PostgresLimits.PageRows && found.Count < max)
        {
            var moved = session.Rows(MovedPageSql, Moved, last.Autumn, last.HouseholdId, PostgresLimits.PageRows);
            foreach (var (autumn, household, balance, gains) in moved)
            {
                if (found.Count < max && balance.Fault(gains) is { } fault) found.Add((autumn, household, fault));
                last = (autumn, household);
            }
            page = moved.Count;
        }
        return found;
    }

    /// <summary>Of every key its balance, and its newest confirmed run.</summary>
    private static Dictionary<(int Autumn, string HouseholdId), (HouseholdBalance Balance, int? NewestRun)> Standings(Session session, (int Autumn, string HouseholdId)[] keys)
    {
        var standings = keys.ToDictionary(key => key, _ => (Balance: HouseholdBalance.Zero, NewestRun: (int?)null));
        var rows = session.Rows(
            StandingSql,
            row => (Key: (row.GetInt32(0), row.GetString(1)), Kind: RegistryLoad.Int(row, 2), Yuan: Fen.Yuan(row.GetInt64(3)), Run: RegistryLoad.Int(row, 4)),
            keys.Select(key => key.Autumn).ToArray(), keys.Select(key => Session.Storable(key.HouseholdId)).ToArray());
        foreach (var (key, kind, yuan, run) in rows)
        {
            var (balance, newestRun) = standings.GetValueOrDefault(key, (HouseholdBalance.Zero, null));
            standings[key] = kind is { } moved ? (balance.After((DisbursementKind)moved, yuan), newestRun) : (balance with { Entitled = yuan }, run);
        }
        return standings;
    }

    private static HashSet<(string HouseholdId, string Reference)> References(Session session, IReadOnlyList<Disbursement> rows) =>
        [.. session.Rows(
            ReferencesSql, row => (row.GetString(0), row.GetString(1)),
            rows.Select(row => Session.Storable(row.HouseholdId)).ToArray(), rows.Select(row => Session.Storable(row.Reference)).ToArray())];

    private static (int Autumn, string HouseholdId, HouseholdBalance Balance, decimal Gains) Moved(NpgsqlDataReader row) => (
        row.GetInt32(0), row.GetString(1),
        new HouseholdBalance(0, Fen.Yuan(row.GetInt64(2)), Fen.Yuan(row.GetInt64(3)), Fen.Yuan(row.GetInt64(4)), Fen.Yuan(row.GetInt64(5))),
        Fen.Yuan(row.GetInt64(6)));
}
