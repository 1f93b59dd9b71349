using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Ledger;

/// <summary>Why a store does not take a draft, for the same reasons whichever store it is.</summary>
internal static class DraftRefused
{
    public static SettlementRefusedException Nothing(RunDraft draft) => Of(RefusalReason.NothingToSettle, draft.Division, HeatingSeason.NameOf(draft.Autumn));

    public static SettlementRefusedException Overtaken() => Of(RefusalReason.DraftOvertaken);

    /// <summary>A household in two open runs would be given the same twice when both are confirmed.</summary>
    public static SettlementRefusedException InOpenRun(string householdId, int runId) => Of(RefusalReason.InOpenRun, householdId, runId);

    private static SettlementRefusedException Of(RefusalReason reason, params object[] facts) => new(new RunRefusal(null, null, reason, facts));
}
