using MeterPipeline.Domain.Settlements;
using Npgsql;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>Whom to pay.</summary>
internal static class PayeeStore
{
    private const string Sql = "SELECT household, name, id_number, bank, account_name, bank_account, phone FROM payee";

    public static Payee? Of(Session session, string householdId) => session.Rows(Sql + " WHERE household = $1", Read, householdId).SingleOrDefault().Payee;

    /// <summary>Of those who have one.</summary>
    public static Dictionary<string, Payee> Of(Session session, string[] householdIds)
    {
        object asked = householdIds;
        return session.Rows(Sql + " WHERE household = ANY($1)", Read, asked).ToDictionary(row => row.HouseholdId, row => row.Payee, StringComparer.Ordinal);
    }

    public static (int Added, int Changed, int Unchanged) Put(Session session, IReadOnlyList<(string HouseholdId, Payee Payee)> payees, string actor, long atMs)
    {
        session.Run(RegistryStore.LockSql);
        var stored = Of(session, payees.Select(row => row.HouseholdId).Distinct().ToArray());
        var (audit, written) = (new List<AuditRow>(), new HashSet<string>(StringComparer.Ordinal));
        var (added, changed, unchanged) = (0, 0, 0);
        foreach (var (household, payee) in payees)
        {
            var before = stored.GetValueOrDefault(household);
            if (before == payee)
            {
                unchanged++;
                continue;
            }
            var (was, now) = Sqlite.PayeeStore.AuditTexts(before, payee);
            audit.Add(new AuditRow(atMs, actor, "payee", household, was, now));
            stored[household] = payee;
            written.Add(household);
            if (before is null) added++;
            else changed++;
        }
        SettlementTables.Payee.Write(session, [.. written.Select(household => (household, stored[household]))]);
        Tables.Audit.Write(session, audit);
        return (added, changed, unchanged);
    }

    private static (string HouseholdId, Payee Payee) Read(NpgsqlDataReader row) => (
        row.GetString(0), new Payee(row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6)));
}
