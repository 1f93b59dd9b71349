using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Replays;

/// <summary>What replays of quarantine say, in one language. <c>{0}</c> marks what is filled in.</summary>
internal sealed record ReplayTexts
{
    public required string Title { get; init; }
    public required string Choose { get; init; }
    public required string ChooseOne { get; init; }
    public required string PreviewChosen { get; init; }
    public required string PreviewAll { get; init; }
    public required string PreviewOne { get; init; }
    public required string Hint { get; init; }
    public required string Chosen { get; init; }
    public required string AllOpen { get; init; }
    public required string ProgressText { get; init; }
    public required string Refresh { get; init; }
    public required string Messages { get; init; }
    public required string WouldTake { get; init; }
    public required string WouldBring { get; init; }
    public required string WouldStay { get; init; }
    public required string Taken { get; init; }
    public required string Brought { get; init; }
    public required string Stays { get; init; }
    public required string ConfirmText { get; init; }
    public required string NothingOpen { get; init; }
    public required string NothingTaken { get; init; }
    public required string Note { get; init; }
    public required string NoteHint { get; init; }
    public required string Confirm { get; init; }
    public required string BadNote { get; init; }
    public required string NothingChosen { get; init; }
    public required string Busy { get; init; }
    public required string Counted { get; init; }
    public required string Reconciliation { get; init; }
    public required string BackToOpen { get; init; }
    public required string Again { get; init; }
    public required string StaysTitle { get; init; }
    public required string FirstTitle { get; init; }
    public required string FirstHint { get; init; }
    public required string Message { get; init; }
    public required string Readings { get; init; }
    public required string Outcome { get; init; }
    public required string Whole { get; init; }
    public required string Partly { get; init; }
    public required string Not { get; init; }
    public required string Count { get; init; }
    public required IReadOnlyDictionary<ReplayStage, string> Stages { get; init; }
    public required IReadOnlyDictionary<ReplayFault, string> Faults { get; init; }

    public static ReplayTexts For(Texts texts) => texts == Texts.English ? English : Chinese;

    private static ReplayTexts Chinese { get; } = new()
    {
        Title = "重放隔离消息",
        Choose = "选择本页全部待处理消息",
        ChooseOne = "选择消息 {0}",
        PreviewChosen = "预览重放所选",
        PreviewAll = "预览重放全部符合条件的待处理消息",
        PreviewOne = "预览重放此消息",
        Hint = "最近的在前；点接收时间看全部内容。排除原因后选择消息，先预览重放结果，再确认。",
        Chosen = "所选 {0} 条消息",
        AllOpen = "全部待处理消息",
        ProgressText = "已查看 {0} / {1} 条待处理消息",
        Refresh = "刷新进度",
        Messages = "消息",
        WouldTake = "可接收的消息",
        WouldBring = "将计入的读数",
        WouldStay = "仍将隔离",
        Taken = "已接收的消息",
        Brought = "已计入的读数",
        Stays = "仍隔离",
        ConfirmText = "预览未写入任何内容。确认后按各消息的接收时间重新解析：能接收的读数计入台账，其余继续隔离。",
        NothingOpen = "没有符合条件的待处理消息。",
        NothingTaken = "目前没有一条能够接收：原因尚未排除。仍可确认，以更新各消息的隔离原因。",
        Note = "处理说明",
        NoteHint = "必填，写明依据；将随操作人一并留痕",
        Confirm = "确认重放",
        BadNote = "未重放：请填写一行以内、不超过 500 字的说明。",
        NothingChosen = "未选择消息，或所选已全部处理。请在清单中勾选待处理消息。",
        Busy = "正在处理的重放已达上限，请稍后再试。",
        Counted = "读数将在数秒内计入用量与补贴；消息在其接收日的对账中由“隔离”改为实际结果。",
        Reconciliation = "查看对账",
        BackToOpen = "待处理的隔离消息",
        Again = "重新预览",
        StaysTitle = "仍隔离的原因",
        FirstTitle = "逐条结果",
        FirstHint = "最早的 {0} 条，共 {1} 条",
        Message = "消息",
        Readings = "读数",
        Outcome = "结果",
        Whole = "全部接收",
        Partly = "部分接收",
        Not = "不能接收",
        Count = "条数",
        Stages = new Dictionary<ReplayStage, string>
        {
            [ReplayStage.Previewing] = "正在预览，不写入任何内容",
            [ReplayStage.Previewed] = "预览完成，等待确认",
            [ReplayStage.Replaying] = "正在重放",
            [ReplayStage.Replayed] = "重放完成",
            [ReplayStage.Failed] = "重放中断",
        },
        Faults = new Dictionary<ReplayFault, string>
        {
            [ReplayFault.Stopped] = "程序期间已停止。已接收的保持不变，其余请重新预览。",
            [ReplayFault.Refused] = "台账未能写入，原因见服务器日志。已接收的保持不变，其余请重新预览。",
            [ReplayFault.Broken] = "处理中断，原因见服务器日志。已接收的保持不变。",
        },
    };

    private static ReplayTexts English { get; } = new()
    {
        Title = "Replay quarantined messages",
        Choose = "Choose all open messages on this page",
        ChooseOne = "Choose message {0}",
        PreviewChosen = "Preview the replay of those chosen",
        PreviewAll = "Preview the replay of all open ones that match",
        PreviewOne = "Preview the replay of this message",
        Hint = "Newest first; the time leads to the whole message. Mend the cause, choose messages, look at what would become of them, then confirm.",
        Chosen = "{0} {0:message|messages} chosen",
        AllOpen = "All open messages",
        ProgressText = "{0} of {1} open {1:message|messages} looked at",
        Refresh = "Refresh",
        Messages = "Messages",
        WouldTake = "Would be taken",
        WouldBring = "Readings they would bring",
        WouldStay = "Would stay quarantined",
        Taken = "Taken",
        Brought = "Readings they brought",
        Stays = "Still quarantined",
        ConfirmText = "The preview has written nothing. Confirming decodes each message again as of its receipt: readings that can be taken count, the rest stays quarantined.",
        NothingOpen = "No open message matches.",
        NothingTaken = "None of them can be taken yet: the cause is still there. You may confirm all the same, which brings their reasons up to date.",
        Note = "Note",
        NoteHint = "Required: on what grounds. Kept with your name",
        Confirm = "Confirm and replay",
        BadNote = "Nothing was replayed: give a note of one line and at most 500 characters.",
        NothingChosen = "No message was chosen, or none of them is open any more. Tick open messages in the list.",
        Busy = "Too many replays are at work. Try again in a moment.",
        Counted = "The readings count within seconds; on the day of its receipt each message changes from quarantined to what it turned out to be.",
        Reconciliation = "Reconciliation",
        BackToOpen = "Open messages",
        Again = "Preview again",
        StaysTitle = "Why messages stay quarantined",
        FirstTitle = "One by one",
        FirstHint = "the oldest {0} of {1}",
        Message = "Message",
        Readings = "Readings",
        Outcome = "Outcome",
        Whole = "taken whole",
        Partly = "taken in part",
        Not = "cannot be taken",
        Count = "Count",
        Stages = new Dictionary<ReplayStage, string>
        {
            [ReplayStage.Previewing] = "Looking; nothing is written",
            [ReplayStage.Previewed] = "Previewed; waits for your confirmation",
            [ReplayStage.Replaying] = "Replaying",
            [ReplayStage.Replayed] = "Replayed",
            [ReplayStage.Failed] = "Broken off",
        },
        Faults = new Dictionary<ReplayFault, string>
        {
            [ReplayFault.Stopped] = "The program ended meanwhile. What was taken stays taken; preview the rest again.",
            [ReplayFault.Refused] = "The ledger did not take it; the server's log says why. What was taken stays taken; preview the rest again.",
            [ReplayFault.Broken] = "It broke off; the server's log says why. What was taken stays taken.",
        },
    };
}
