using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Ledger;

/// <summary>Why a store does not take a draft, in the same words whichever store it is.</summary>
internal static class DraftRefused
{
    public static SettlementRefusedException Nothing(RunDraft draft) => new(
        $"Nothing to settle: no household in {(draft.Division.Length == 0 ? "the registry" : draft.Division)} has a statement in {HeatingSeason.NameOf(draft.Autumn)}. "
        + "Compare the code with the divisions imported.");

    public static SettlementRefusedException Overtaken() =>
        new("Somebody else did something in a settlement while this one was drafted; nothing was stored. Draft it again.");

    /// <summary>A household in two open runs would be given the same twice when both are confirmed.</summary>
    public static SettlementRefusedException InOpenRun(string householdId, int runId) => new(
        $"Cannot draft a settlement: household {householdId} is in run {runId}, which is not confirmed yet. Confirm or withdraw run {runId} first.");
}
