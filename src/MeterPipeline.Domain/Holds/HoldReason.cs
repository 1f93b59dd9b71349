using MeterPipeline.Domain.Books;

namespace MeterPipeline.Domain.Holds;

/// <summary>Who may lift a hold: the energy bureau 能源局, the bureau of finance 财政局, or the grid or gas company 供能企业.</summary>
public enum HoldKeeper : byte { Bureau, Finance, Company }

/// <summary>Why an amount waits.</summary>
/// <param name="Name">The stable word: <c>register-reset</c>.</param>
/// <param name="Marks">What the fold noted in the days that raise it, until readings or the registry explain it; none: something else raises it.</param>
/// <param name="ByHand">A person places it, and only a person ends it.</param>
public sealed record HoldReason(string Name, DayMarks Marks, HoldKeeper Keeper, bool ByHand = false)
{
    /// <summary>Every reason that this program knows.</summary>
    public static IReadOnlyList<HoldReason> All { get; } =
    [
        new("register-reset", DayMarks.Reset, HoldKeeper.Bureau),
        new("register-jump", DayMarks.Jump, HoldKeeper.Bureau),
        new("register-doubtful", DayMarks.Pending, HoldKeeper.Company),
        // What a rule needs to know and no reading tells.
        new("base-month-missing", DayMarks.None, HoldKeeper.Company),
        new("heated-count-missing", DayMarks.None, HoldKeeper.Bureau),
        new("quantity-not-metered", DayMarks.None, HoldKeeper.Bureau),
        new("site-inspection", DayMarks.None, HoldKeeper.Bureau, ByHand: true),
        new("disputed-reading", DayMarks.None, HoldKeeper.Company, ByHand: true),
        // 暂缓资金拨付, 阳政办发〔2025〕14号.
        new("payment-suspended", DayMarks.None, HoldKeeper.Finance, ByHand: true),
    ];

    /// <summary>Null: this program knows no such reason.</summary>
    public static HoldReason? Find(string name) => All.FirstOrDefault(reason => reason.Name == name);
}
