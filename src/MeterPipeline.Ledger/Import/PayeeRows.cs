using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Ledger.Import;

/// <summary>Whom to pay. Personal data: a problem says what is wrong with a number, never the number.</summary>
internal sealed class PayeeRows(RegistrySnapshot registry) : RowReader
{
    /// <summary>From the shortest passbook to the longest settlement account.</summary>
    private const int AccountMin = 8;
    private const int AccountMax = 32;
    private const int PhoneMax = 20;

    private readonly Dictionary<string, long> lines = new(StringComparer.Ordinal);
    private readonly List<(string HouseholdId, Payee Payee)> read = [];

    public override void Read(RegistryRow row, RegistryChange change)
    {
        var household = row.Id("household_id");
        var payee = new Payee(
            row.Text("payee_name", ImportLimits.NameChars), row.Text("id_number").ToUpperInvariant(), row.Text("bank", ImportLimits.NameChars),
            row.Text("account_name", ImportLimits.NameChars), row.Text("bank_account").Replace(" ", "", StringComparison.Ordinal), row.Text("phone"));
        if (household.Length > 0 && !registry.Households.ContainsKey(household))
            row.Problem("household_id", $"household {Columns.Shown(household)} is not registered: import households first, or correct it");
        if (payee.Name.Length == 0) row.Problem("payee_name", "is empty: say who is paid");
        if (payee.IdNumber.Length > 0 && IdNumber.Fault(payee.IdNumber) is { } fault) row.Problem("id_number", fault);
        if (payee.BankAccount.Length > 0 && (payee.BankAccount.Length is < AccountMin or > AccountMax || !payee.BankAccount.All(c => char.IsAsciiDigit(c) || c == '-')))
            row.Problem("bank_account", $"is not {AccountMin} to {AccountMax} digits; format the column as text so that a spreadsheet keeps it");
        if (payee.Phone.Length > PhoneMax || !payee.Phone.All(c => char.IsAsciiDigit(c) || c is '-' or '+' or ' '))
            row.Problem("phone", $"is not a telephone number of at most {PhoneMax} digits");
        if (row.Bad) return;
        if (lines.TryAdd(household, row.Line)) read.Add((household, payee));
        else row.Problem("household_id", $"{Columns.Shown(household)} stands in line {lines[household]} already: keep one of the two");
    }

    public override RegistryChangeResult Store(ILedger ledger, RegistryChange change, string actor, long atMs, Action<RowProblem> rejected)
    {
        var (added, changed, unchanged) = ledger.Settlements.PutPayees(read, actor, atMs);
        read.Clear();
        return new RegistryChangeResult(added, changed, unchanged, 0);
    }
}
