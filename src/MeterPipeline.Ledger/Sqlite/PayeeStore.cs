using System.Text.Json;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Ledger.Sqlite;

/// <summary>Whom to pay, in ledger.db. The caller holds the lock of the connection.</summary>
internal static class PayeeStore
{
    private const int DigitsShown = 4;
    private const string Columns = "name, id_number, bank, account_name, bank_account, phone";

    public static Payee? Of(Database database, string householdId)
    {
        var row = database.Prepared($"SELECT {Columns} FROM payee WHERE household = ?").Bind(1, householdId);
        var payee = row.Step() ? Read(row) : null;
        row.Reset();
        return payee;
    }

    /// <summary>Of those households that have one.</summary>
    public static Dictionary<string, Payee> Of(Database database, IReadOnlyCollection<string> householdIds)
    {
        var payees = new Dictionary<string, Payee>(householdIds.Count, StringComparer.Ordinal);
        var row = database.Prepared($"SELECT {Columns}, household FROM json_each(?) asked CROSS JOIN payee ON household = asked.value").Bind(1, KeyList.Of(householdIds));
        while (row.Step()) payees[row.Text(6)] = Read(row);
        row.Reset();
        return payees;
    }

    private static Payee Read(Statement row) => new(row.Text(0), row.Text(1), row.Text(2), row.Text(3), row.Text(4), row.Text(5));

    public static (int Added, int Changed, int Unchanged) Put(Database database, IReadOnlyList<(string HouseholdId, Payee Payee)> payees, string actor, long atMs)
    {
        using var transaction = database.BeginWrite("change payees");
        var (added, changed, unchanged) = (0, 0, 0);
        foreach (var (household, payee) in payees)
        {
            var before = Of(database, household);
            if (before == payee)
            {
                unchanged++;
                continue;
            }
            database.Prepared("REPLACE INTO payee VALUES (?, ?, ?, ?, ?, ?, ?)").Bind(1, household).Bind(2, payee.Name).Bind(3, payee.IdNumber)
                .Bind(4, payee.Bank).Bind(5, payee.AccountName).Bind(6, payee.BankAccount).Bind(7, payee.Phone).Run();
            var (was, now) = AuditTexts(before, payee);
            Auditing.Write(database, "payee", household, was, now, actor, atMs);
            if (before is null) added++;
            else changed++;
        }
        transaction.Commit();
        return (added, changed, unchanged);
    }

    /// <summary>What the audit keeps of a change, on every store: enough to tell two accounts apart, too little to pay by.</summary>
    /// <param name="before">Null: it is new.</param>
    public static (string? Before, string After) AuditTexts(Payee? before, Payee after) => (before is null ? null : Text(before, []), Text(after, Differences(before, after)));

    private static IReadOnlyList<string> Differences(Payee? before, Payee after) =>
        before is null ? [] : [.. Fields(before).Zip(Fields(after)).Where(pair => pair.First.Value != pair.Second.Value).Select(pair => pair.First.Name)];

    private static IEnumerable<(string Name, string Value)> Fields(Payee payee) =>
    [
        ("payee_name", payee.Name), ("id_number", payee.IdNumber), ("bank", payee.Bank), ("account_name", payee.AccountName), ("bank_account", payee.BankAccount), ("phone", payee.Phone),
    ];

    private static string Text(Payee payee, IReadOnlyList<string> changed) => JsonSerializer.Serialize(new
    {
        bank = payee.Bank,
        id_number = Masked(payee.IdNumber),
        bank_account = Masked(payee.BankAccount),
        phone = Masked(payee.Phone),
        changed,
    });

    private static string Masked(string number) => number.Length <= DigitsShown ? new string('*', number.Length) : "*" + number[^DigitsShown..];
}
