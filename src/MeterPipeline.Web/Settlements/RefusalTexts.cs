using System.Globalization;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Settlements;

/// <summary>Why something may not be done with a run, in the reader's language. English is the refusal's own text.</summary>
internal static class RefusalTexts
{
    public static string Say(Texts texts, RunRefusal refusal)
    {
        if (texts == Texts.English) return refusal.ToString();
        var why = string.Format(CultureInfo.InvariantCulture, Chinese(refusal.Reason), [.. refusal.Facts.Select(Shown)]);
        return refusal.Run is not { } run ? why : $"第 {run} 批{(refusal.Step is { } step ? $"不能{SettlementTexts.Chinese.StepNames[step]}" : "不能登记退票")}：{why}";
    }

    /// <summary>A format with as many facts as the reason has.</summary>
    private static string Chinese(RefusalReason reason) => reason switch
    {
        RefusalReason.WrongOffice => "须由{0}办理，{1} 属于{2}。",
        RefusalReason.OtherDivision => "涉及{0}，{1} 只能办理 {2}。",
        RefusalReason.Withdrawn => "本批已撤回，请重新起草。",
        RefusalReason.ConfirmedForGood => "本批已确认，不再变更；后到数据在下一批调整。",
        RefusalReason.ProvisionalOnly => "本批为暂估，仅供查看；采暖季结束后请起草正式批次。",
        RefusalReason.ConfirmedAlready => "本批已确认，其中的差错在下一批更正。",
        RefusalReason.NoNotice => "尚未公示，请先公示。",
        RefusalReason.NotConfirmed => "尚未确认，请先由另一人确认。",
        RefusalReason.DraftedBySelf => "本批由 {0} 起草，涉及资金须由另一人办理：请财政局其他人员确认。",
        RefusalReason.ConfirmedBySelf => "本批由 {0} 确认，涉及资金须由另一人办理：请财政局其他人员发放。",
        RefusalReason.DaysMissing => "请填写公示的首日和末日。",
        RefusalReason.DaysReversed => "末日 {0} 早于首日 {1}。",
        RefusalReason.PostedBeforeDraft => "本批于 {0} 起草，不可能在 {1} 公示，请更正首日。",
        RefusalReason.NoticeAhead => "公示自 {0} 开始，请从该日起登记异议。",
        RefusalReason.NothingObjected => "户 {0} 没有待答复的异议；待答复：{1}。",
        RefusalReason.NoticeLasts => "公示至 {0} 为止，请从 {1} 起确认。",
        RefusalReason.ObjectionsWait => "有 {0} 件异议待答复（{1}），请逐件答复，或撤回本批。",
        RefusalReason.NotPaid => "本批尚未发放。",
        RefusalReason.SeasonLasts => "{1} 的 {0} 采暖季至 {2} 为止，请从 {3} 起起草，或仅起草暂估批次。",
        RefusalReason.DraftOffice => "批次由{0}起草，{1} 属于{2}。",
        RefusalReason.DraftElsewhere => "{0} 只能办理 {1}，请在其中选择区划。",
        RefusalReason.NothingToSettle => "没有可结算的户（{0}，{1} 采暖季），请核对区划代码。",
        RefusalReason.DraftOvertaken => "起草期间有人办理了其他结算，未保存任何内容，请重新起草。",
        RefusalReason.InOpenRun => "户 {0} 已在第 {1} 批，该批尚未确认：请先确认或撤回第 {1} 批。",
        RefusalReason.NoAmount => "{0} 不是有效金额：应大于 0 元，最多两位小数。",
        RefusalReason.MoreThanOwed => "发放 {0} 元超过已确认批次的未发金额 {1} 元：请更正金额，或先确认批次。",
        RefusalReason.MoreThanHeld => "退回 {0} 元超过该户已收的 {1} 元：请更正金额，或先登记发放。",
        _ => "该户的凭证号 {0} 已登记：每笔须有自己的凭证号，请更正或不再登记。",
    };

    private static object Shown(object fact) => fact switch
    {
        RunStepKind.Objected => "乡镇、能源局或财政局",
        RunStepKind.Confirmed or RunStepKind.Paid => "财政局",
        RunStepKind => "能源局或财政局",
        Office.Bureau => "能源局",
        Office.Finance => "财政局",
        Office.Township => "乡镇",
        Office => "其他角色",
        "" => "全部区域",
        _ => fact,
    };
}
