using MeterPipeline.Web.Boards;

namespace MeterPipeline.Web.Pages;

/// <summary>What the work list of holds says to those who may decide, in one language.</summary>
internal sealed record HoldActionTexts(
    string Choose, string Note, string NoteHint, string Lift, string Place, string Result, string Back, string Fault, IReadOnlyDictionary<HoldOutcome, string> Outcomes)
{
    public static HoldActionTexts For(Texts texts) => texts == Texts.English ? English : Chinese;

    private static HoldActionTexts Chinese { get; } = new(
        "选择本页全部", "处理说明", "必填，写明依据；将随操作人一并留痕", "解除所选（仅就所示依据）", "对所选户另行暂缓", "处理结果", "返回清单",
        "未作任何处理：请至少选择一行，并填写一行以内、不超过 500 字的说明。",
        new Dictionary<HoldOutcome, string>
        {
            [HoldOutcome.Done] = "已处理",
            [HoldOutcome.Changed] = "未处理：依据已变化，请重新查看",
            [HoldOutcome.NotStanding] = "未处理：已不再暂缓",
            [HoldOutcome.AlreadyPlaced] = "未处理：已因同一原因暂缓",
            [HoldOutcome.NothingToWait] = "未处理：该户没有可暂缓的运行补贴",
        });

    private static HoldActionTexts English { get; } = new(
        "Choose all on this page", "Note", "Required: on what grounds. Kept with your name", "Lift those chosen, for the evidence shown", "Place a hold on those chosen", "What was done",
        "Back to the list", "Nothing was done: choose at least one row, and give a note of one line and at most 500 characters.",
        new Dictionary<HoldOutcome, string>
        {
            [HoldOutcome.Done] = "Done",
            [HoldOutcome.Changed] = "Not done: the evidence has changed, look again",
            [HoldOutcome.NotStanding] = "Not done: it stands no longer",
            [HoldOutcome.AlreadyPlaced] = "Not done: it waits for this already",
            [HoldOutcome.NothingToWait] = "Not done: it has no metered operating subsidy that could wait",
        });
}
