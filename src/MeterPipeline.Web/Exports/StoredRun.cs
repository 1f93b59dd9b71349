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
    /// <summary>
    /// The run as it was signed: its lines, what was frozen beside them, and its steps up to the confirmation. From then on its lists never change,
    /// whatever is read, registered, set, paid or returned.
    /// </summary>
    /// <param name="policies">Asked, like the registry and the phone, for runs only that were drafted before these were frozen with them.</param>
    public static RunExport Of(ILedger ledger, Func<PolicyBook> policies, RunProgress progress, string supervisionPhone)
    {
        var (run, settlements) = (progress.Run, ledger.Settlements);
        var before = settlements.Disbursements(run.Autumn).TakeWhile(row => WasKnown(run, row));
        return new RunExport(
            run, settlements.Lines(run.Id), Signed(progress.Steps), [.. before.Where(row => row.Kind is not (DisbursementKind.Advance or DisbursementKind.Payment))],
            NotesOf(ledger, policies, run, supervisionPhone));
    }

    /// <summary>How a file of the run is named, without its folder.</summary>
    /// <param name="format"><c>xlsx</c>, <c>csv</c> or <c>bank</c>.</param>
    /// <param name="layout">Of a bank's file.</param>
    public static string NameOf(SettlementRun run, string format, BankLayout? layout) =>
        $"settlement-{run.Id}-{HeatingSeason.NameOf(run.Autumn)}-{(run.Division.Length == 0 ? "all" : run.Division)}{(layout is null ? "" : "-" + layout.Id)}.{format switch { "csv" => "zip", "bank" => "txt", _ => "xlsx" }}";

    /// <summary>
    /// The run as a bank is to pay it now: of each line what confirmed runs leave to pay, which is what <see cref="ISettlements.Pay"/> would enter, and
    /// who waits. Whom the bank could not pay since the draft, or who had nobody to be paid, is paid as is known now; all others as was signed.
    /// </summary>
    public static RunExport ToPay(ILedger ledger, PolicyBook policies, RunExport export) =>
        export with { Lines = Owed(ledger.Settlements, export), Waiting = PaymentHolds.Of(ledger, policies, export.Run.Id, export.Run.Autumn) };

    private static IEnumerable<SettlementLine> Owed(ISettlements settlements, RunExport export)
    {
        var returned = settlements.Disbursements(export.Run.Autumn).Where(row => row.Kind == DisbursementKind.Returned && !WasKnown(export.Run, row))
            .Select(row => row.HouseholdId).ToHashSet(StringComparer.Ordinal);
        foreach (var line in export.Lines)
        {
            var (id, run) = (line.Household.Id, export.Run);
            var owed = settlements.Balance(run.Autumn, id).Owed;
            if (owed <= 0) continue;
            var payee = returned.Contains(id) || BankFile.PayeeFault(line) is not null ? settlements.PayeeOf(id) : line.Payee;
            // What is payable is what is owed, also where the line itself is due nothing, for a household on hold may still be owed what another run gave.
            yield return line with { Payee = payee, Advanced = line.Due.Total - owed };
        }
    }

    /// <summary>Whether the money had moved when the run was drafted.</summary>
    private static bool WasKnown(SettlementRun run, Disbursement row) => run.Imprint is { } imprint ? row.Id <= imprint.Disbursement : row.AtMs <= run.AtMs;

    /// <summary>Payments are the other ledger: they do not change what was signed.</summary>
    private static IReadOnlyList<RunStep> Signed(IReadOnlyList<RunStep> steps)
    {
        var confirmed = steps.TakeWhile(step => step.Kind != RunStepKind.Confirmed).Count();
        return [.. steps.Take(confirmed + 1)];
    }

    private static ExportNotes NotesOf(ILedger ledger, Func<PolicyBook> policies, SettlementRun run, string supervisionPhone)
    {
        if (run.Imprint is { } imprint) return new ExportNotes(imprint.NameOf, imprint.SupervisionPhone, [.. run.Policies.Select(policy => policy.Document).OfType<string>().Distinct()]);
        using var view = ledger.OpenView();
        var registry = view.Registry();
        return new ExportNotes(prefix => DivisionCode.NameOf(registry, prefix), supervisionPhone, Documents(run, policies()));
    }

    /// <summary>None where a policy is gone or says something else: the run names them by id, version and fingerprint.</summary>
    private static IReadOnlyList<string> Documents(SettlementRun run, PolicyBook policies)
    {
        var found = run.Policies.Select(used => policies.Policies.FirstOrDefault(policy => policy.Id == used.Id && policy.Version == used.Version && CanonicalForm.Fingerprint(policy) == used.Fingerprint)).ToList();
        return found.Contains(null) ? [] : [.. found.Select(policy => policy!.Basis.Document).Distinct()];
    }
}
