using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Web.Access;

/// <summary>What somebody may do at the web port.</summary>
public enum Right
{
    /// <summary>Counters of what was received, per company and day; a company sees its own.</summary>
    SeeCoverage,

    /// <summary>Sums, households and their amounts, names masked.</summary>
    SeeHouseholds,

    /// <summary>Quarantined messages with their bytes, which may speak of any household.</summary>
    SeeQuarantine,

    /// <summary>/metrics from beyond loopback.</summary>
    ReadMetrics,

    /// <summary>The name and account numbers of one household, for a reason and a short time.</summary>
    Unmask,
    LiftHolds,
    ReplayQuarantine,
    ImportRegistry,
    DraftSettlements,

    /// <summary>Publish amounts for objections.</summary>
    GiveNotice,
    Object,
    AnswerObjections,
    ConfirmSettlements,
    PaySettlements,
    Export,
    ManageUsers,
    SeeAudit,
}

/// <summary>
/// Which role may do what: one table, no state. Whoever gives rights neither moves money nor sees names. Four eyes are two persons, not two roles:
/// finance drafts, confirms and pays, and <see cref="Domain.Settlements.RunProgress"/> refuses whoever drafted to confirm, and whoever confirmed to pay.
/// Where somebody may do it is said by their divisions, not here.
/// </summary>
public static class Rights
{
    private static readonly Right[] OfGuests = [Right.SeeCoverage, Right.SeeHouseholds, Right.SeeQuarantine];

    private static readonly Dictionary<Role, Right[]> OfRoles = new()
    {
        [Role.Company] = [Right.SeeCoverage],
        [Role.Administrator] =
        [
            Right.SeeCoverage, Right.SeeHouseholds, Right.SeeQuarantine, Right.ReadMetrics, Right.ReplayQuarantine, Right.ImportRegistry,
            Right.ManageUsers, Right.SeeAudit,
        ],
        [Role.Bureau] =
        [
            Right.SeeCoverage, Right.SeeHouseholds, Right.SeeQuarantine, Right.ReadMetrics, Right.Unmask, Right.LiftHolds, Right.ReplayQuarantine,
            Right.ImportRegistry, Right.DraftSettlements, Right.GiveNotice, Right.Object, Right.AnswerObjections, Right.Export,
        ],
        [Role.Finance] =
        [
            Right.SeeCoverage, Right.SeeHouseholds, Right.Unmask, Right.LiftHolds, Right.DraftSettlements, Right.AnswerObjections, Right.ConfirmSettlements, Right.PaySettlements,
            Right.Export,
        ],
        [Role.Township] = [Right.SeeHouseholds, Right.Object],
    };

    /// <param name="role">Null: a guest on loopback.</param>
    public static bool May(Role? role, Right right) => (role is { } known ? OfRoles[known] : OfGuests).Contains(right);
}
