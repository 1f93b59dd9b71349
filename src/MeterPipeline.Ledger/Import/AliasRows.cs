using MeterPipeline.Domain;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Ledger.Import;

/// <summary>Account numbers 户号: text of the utility, one household at a time, changing over the years (10 digits became 13).</summary>
internal sealed class AliasRows(RegistrySnapshot registry, ILedgerView view) : RowReader
{
    private readonly Dictionary<(string Account, LocalDay? From), long> lines = [];
    private readonly Dictionary<string, List<AccountAlias>> accounts = new(StringComparer.Ordinal);

    public override void Read(RegistryRow row, RegistryChange change)
    {
        var read = new AccountAlias(row.Id("account"), row.Id("household_id"), row.Day("from"), row.Day("until"));
        if (read.Until <= read.From) row.Problem("until", $"{read.Until} is not after from {read.From}: it is the first day no longer valid");
        if (read.HouseholdId.Length > 0 && !registry.Households.ContainsKey(read.HouseholdId))
            row.Problem("household_id", $"household {Columns.Shown(read.HouseholdId)} is not registered: import households first, or correct it");
        if (row.Bad) return;
        if (!lines.TryAdd((read.Account, read.From), row.Line))
        {
            row.Problem("account", $"{read.Account} with this from stands in line {lines[(read.Account, read.From)]} already: keep one of the two");
            return;
        }
        if (!accounts.TryGetValue(read.Account, out var known)) accounts[read.Account] = known = [.. view.AccountAliases(read.Account)];
        var others = known.Where(alias => alias.From != read.From).ToList();
        if (others.Find(alias => Overlap(alias, read)) is { } other)
        {
            row.Problem("from", $"the account stands for household {other.HouseholdId} from {Day(other.From)} until {Day(other.Until)}: give that row's until first");
            return;
        }
        accounts[read.Account] = [.. others, read];
        change.Aliases.Add(read);
    }

    private static bool Overlap(AccountAlias a, AccountAlias b) => Starts(a) < Ends(b) && Starts(b) < Ends(a);

    private static int Starts(AccountAlias alias) => alias.From?.Number ?? int.MinValue;

    private static int Ends(AccountAlias alias) => alias.Until?.Number ?? int.MaxValue;

    private static string Day(LocalDay? day) => day?.ToString() ?? "ever";
}
