using MeterPipeline.Domain.Books;

namespace MeterPipeline.Domain.Holds;

/// <summary>Who may lift a hold: the energy bureau 能源局, the bureau of finance 财政局, or the grid or gas company 供能企业.</summary>
public enum HoldKeeper : byte { Bureau, Finance, Company }

/// <summary>How a hold ends.</summary>
public enum HoldEnd : byte
{
    /// <summary>Only a person ends it.</summary>
    Lifted,

    /// <summary>A person, or by itself as soon as readings or the registry explain what happened.</summary>
    LiftedOrExplained,
}

/// <summary>Why an amount waits.</summary>
/// <param name="Name">The stable word: <c>register-reset</c>.</param>
/// <param name="Marks">What the fold noted in the days that raise it; none: the rule's needs raise it, or a person places it.</param>
public sealed record HoldReason(string Name, DayMarks Marks, HoldKeeper Keeper, HoldEnd End)
{
    /// <summary>Every reason that this program knows.</summary>
    public static IReadOnlyList<HoldReason> All { get; } =
    [
        new("register-reset", DayMarks.Reset, HoldKeeper.Bureau, HoldEnd.LiftedOrExplained),
        new("register-jump", DayMarks.Jump, HoldKeeper.Bureau, HoldEnd.LiftedOrExplained),
        new("register-doubtful", DayMarks.Pending, HoldKeeper.Company, HoldEnd.LiftedOrExplained),
        new("base-month-missing", DayMarks.None, HoldKeeper.Company, HoldEnd.LiftedOrExplained),
        new("quantity-not-metered", DayMarks.None, HoldKeeper.Bureau, HoldEnd.LiftedOrExplained),
        new("site-inspection", DayMarks.None, HoldKeeper.Bureau, HoldEnd.Lifted),
        new("disputed-reading", DayMarks.None, HoldKeeper.Company, HoldEnd.Lifted),
        // 暂缓资金拨付, 阳政办发〔2025〕14号.
        new("payment-suspended", DayMarks.None, HoldKeeper.Finance, HoldEnd.Lifted),
    ];

    /// <summary>A person places it, and only a person ends it.</summary>
    public bool ByHand => End == HoldEnd.Lifted;

    /// <summary>Null: this program knows no such reason.</summary>
    public static HoldReason? Find(string name) => All.FirstOrDefault(reason => reason.Name == name);
}
