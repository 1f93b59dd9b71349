using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Exports.Bank;
using MeterPipeline.Web.Exports.Workbook;

namespace MeterPipeline.Web.Exports;

/// <summary>A frozen run, ready to be written as finance's workbook or for a bank.</summary>
public static class StoredRun
{
    /// <summary>The run as it was signed: its lines, steps and money that moved; nothing that came later but those.</summary>
    /// <param name="policies">Name the documents that the run rests on, where they still say what they said.</param>
    public static RunExport Of(ILedger ledger, PolicyBook policies, RunProgress progress, string supervisionPhone)
    {
        var (run, settlements) = (progress.Run, ledger.Settlements);
        using var view = ledger.OpenView();
        var registry = view.Registry();
        var notes = new ExportNotes(prefix => DivisionCode.NameOf(registry, prefix), supervisionPhone, Documents(run, policies));
        return new RunExport(run, settlements.Lines(run.Id), progress.Steps, [.. settlements.Disbursements(run.Autumn).Where(row => row.Kind is DisbursementKind.Returned or DisbursementKind.Recovered)], notes);
    }

    /// <summary>How a file of the run is named, without its folder.</summary>
    /// <param name="format"><c>xlsx</c>, <c>csv</c> or <c>bank</c>.</param>
    /// <param name="layout">Of a bank's file.</param>
    public static string NameOf(SettlementRun run, string format, BankLayout? layout) =>
        $"settlement-{run.Id}-{HeatingSeason.NameOf(run.Autumn)}-{(run.Division.Length == 0 ? "all" : run.Division)}{(layout is null ? "" : "-" + layout.Id)}.{format switch { "csv" => "zip", "bank" => "txt", _ => "xlsx" }}";

    /// <summary>Why a bank cannot be told to pay the run; null: it can.</summary>
    public static string? PayRefusal(RunProgress progress) => progress.Counts ? null
        : $"Run {progress.Run.Id} is not confirmed, so no bank may pay it: {(progress.Run.Provisional ? "it is provisional and never will be" : "let finance confirm it first")}.";

    /// <summary>
    /// The run as a bank is to pay it now: of each line what confirmed runs leave to pay, which is what <see cref="ISettlements.Pay"/> would enter. Whom
    /// the bank could not pay, or who had nobody to be paid, is paid as is known now; all others as was signed.
    /// </summary>
    public static RunExport ToPay(ISettlements settlements, RunExport export) => export with { Lines = Owed(settlements, export) };

    private static IEnumerable<SettlementLine> Owed(ISettlements settlements, RunExport export)
    {
        var returned = export.Disbursements.Where(row => row.Kind == DisbursementKind.Returned).Select(row => row.HouseholdId).ToHashSet(StringComparer.Ordinal);
        foreach (var line in export.Lines)
        {
            var (id, run) = (line.Household.Id, export.Run);
            var owed = settlements.Balance(run.Autumn, id).Owed;
            if (owed <= 0) continue;
            var payee = returned.Contains(id) || AdjustmentSheet.PayeeProblem(line) is not null ? settlements.PayeeOf(id) : line.Payee;
            // A household on hold is due nothing here, and may still be owed what another run gave.
            var due = line.Held ? line with { Holds = [] } : line;
            yield return due with { Payee = payee, Advanced = due.Due.Total - owed };
        }
    }

    /// <summary>None where a policy is gone or says something else: the run names them by id, version and fingerprint.</summary>
    private static IReadOnlyList<string> Documents(SettlementRun run, PolicyBook policies)
    {
        var found = run.Policies.Select(used => policies.Policies.FirstOrDefault(policy => policy.Id == used.Id && policy.Version == used.Version && CanonicalForm.Fingerprint(policy) == used.Fingerprint)).ToList();
        return found.Contains(null) ? [] : [.. found.Select(policy => policy!.Basis.Document).Distinct()];
    }
}
