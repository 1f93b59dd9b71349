using MeterPipeline.Domain;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger.Registry;

namespace MeterPipeline.Ledger.Import;

/// <summary>Money that moved: advances above all, and what the bank reports. Each row is judged when it is stored, after those before it.</summary>
internal sealed class DisbursementRows(RegistrySnapshot registry) : RowReader
{
    private readonly List<(long Line, Disbursement Row)> read = [];

    public override void Read(RegistryRow row, RegistryChange change)
    {
        var (season, household, kind) = (row.Text("season"), row.Id("household_id"), row.Word("kind", RegistryWords.Disbursement));
        var (yuan, on, reference) = (row.Number("yuan"), row.Day("on"), row.Text("reference", ImportLimits.IdChars));
        if (!HeatingSeason.TryParseName(season, out var autumn)) row.Problem("season", $"\"{Columns.Shown(season)}\" is not of the form 2025-2026");
        if (household.Length > 0 && !registry.Households.ContainsKey(household))
            row.Problem("household_id", $"household {Columns.Shown(household)} is not registered: import households first, or correct it");
        if (row.IsEmpty("yuan")) row.Problem("yuan", "is empty: give the amount");
        if (row.IsEmpty("on")) row.Problem("on", "is empty: give the day on which the money moved");
        if (reference.Length == 0) row.Problem("reference", "is empty: give the bank's or the voucher's number, so that a row counts once");
        if (row.Bad || yuan is not { } amount || on is not { } day) return;
        read.Add((row.Line, new Disbursement(0, autumn, null, household, kind, amount, day, reference, "", 0)));
    }

    public override RegistryChangeResult Store(ILedger ledger, RegistryChange change, string actor, long atMs, Action<RowProblem> rejected)
    {
        var refusals = ledger.Settlements.Disburse([.. read.Select(entry => entry.Row with { Actor = actor, AtMs = atMs })]);
        foreach (var ((line, _), refusal) in read.Zip(refusals))
            if (refusal is not null) rejected(new RowProblem(line, "", refusal.ToString()));
        read.Clear();
        return new RegistryChangeResult(refusals.Count(refusal => refusal is null), 0, 0, 0);
    }
}
