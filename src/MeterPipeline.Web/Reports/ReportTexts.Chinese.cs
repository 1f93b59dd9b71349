using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Web.Reports;

internal sealed partial record ReportTexts
{
    public static ReportTexts Chinese { get; } = new()
    {
        Reports = "报表",
        ListHint = "周调度在采暖季内每周一份，月报在月底，期末报告在采暖季结束后一个月内。首周、末周按采暖季起止日截取。",
        Newest = "最近完整",
        Period = "期间",
        Span = "起止日期",
        State = "状态",
        Everything = "全部区域",
        DrawnAt = "制表时间",
        DataUntil = "数据截至",
        DataUntilText = "{0} 读数，日志第 {1} 条",
        Partial = "本期 {1} 天中有读数 {0} 天",
        Against = "对比上期 {0}（{1} 至 {2}）",
        AgainstPerDay = "对比上期 {0}（{1} 至 {2}）：两期天数不同，按日均比较",
        AgainstNothing = "无上期可比",
        Print = "打印",
        Earlier = "上一期",
        Later = "下一期",
        UseAndMoney = "用能与补贴",
        Attention = "预算与重点事项",
        Daily = "逐日情况",
        DailyTable = "逐日数据表",
        Claims = "应补户数",
        Reporting = "上报户数",
        Coverage = "上报率",
        Electricity = "采暖用电 kWh",
        Gas = "采暖用气 m³",
        Accrued = "应计运行补贴 元",
        Yuan = "元",
        ThisPeriod = "本期",
        Difference = "较上期",
        DifferencePerDay = "日均较上期",
        Percent = "增减 %",
        SinceStart = "本季累计",
        Total = "合计",
        Companies = "企业数据对账",
        CompaniesHint = "按接收日计：接收 = 采用 + 重复 + 冲突 + 隔离 + 待入账",
        NoReceipts = "本期没有接收到数据。",
        Differences = "不平天数",
        Settlement = "清算进度",
        Deadline = "期末报告期限：采暖季结束后一个月内，即 {0} 前。",
        DaysLeft = "还有 {0} 天。",
        DaysOver = "已超过 {0} 天。",
        NoRuns = "本区划尚无清算批次。",
        RunsAbove = "上级区划的清算批次包含本区划，金额见上级报表：",
        Run = "批次",
        Held = "暂缓户数",
        AccruedByRun = "核定补贴 元",
        Due = "应发 元",
        Payable = "实发 元",
        SignedBy = "制表：　　　　　　　　审核：　　　　　　　　负责人：　　　　　　　　日期：",
        Sources = "数据来源与口径",
        Notes =
        [
            "用量、应计补贴：已入库的村级逐日合计（计入补贴的采暖用量；运行补贴未取整，不含困难补贴），日志至第 {0} 条。未上报日的用量在下次读数时补入，往期数字因此可能变动。",
            "应补户数、上报户数：本期最后一个有数据日（{1}）当日有补贴资格的户数，及其中当日有读数的户数。",
            "预算使用、从未使用、停用、远低于邻户、无数据、暂缓户、达到上限：逐户看板现状（{2}），不是期末时点数；预算使用含困难补贴。",
            "企业对账与隔离：按接收日的计数，只在全部区域的报表中列示。",
        ],
        Kinds = new Dictionary<ReportKind, string> { [ReportKind.Weekly] = "周调度", [ReportKind.Monthly] = "月报", [ReportKind.Season] = "期末报告" },
        States = new Dictionary<PeriodState, string>
        {
            [PeriodState.ToCome] = "未开始",
            [PeriodState.Running] = "进行中",
            [PeriodState.Short] = "数据未到齐",
            [PeriodState.Complete] = "完整",
        },
        Stages = new Dictionary<RunStage, string>
        {
            [RunStage.Drafted] = "已起草",
            [RunStage.Noticed] = "已公示",
            [RunStage.Confirmed] = "已确认",
            [RunStage.Paid] = "已发放",
            [RunStage.Withdrawn] = "已撤回",
        },
    };
}
