using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Validation;

namespace MeterPipeline.Web.Pages;

/// <summary>What the pages say about rules, certificates and holds, in one language.</summary>
internal sealed record ValidationTexts
{
    public required string Certificate { get; init; }
    public required string Estimated { get; init; }
    public required string Rule { get; init; }
    public required string Severity { get; init; }
    public required string Setting { get; init; }
    public required string Passed { get; init; }
    public required string Failed { get; init; }
    public required string Skipped { get; init; }
    public required string Remarks { get; init; }
    public required string Counted { get; init; }
    public required string FailedRules { get; init; }
    public required string Holds { get; init; }
    public required string State { get; init; }
    public required string Keeper { get; init; }
    public required string Evidence { get; init; }
    public required string EvidenceHint { get; init; }
    public required string LastSaid { get; init; }

    /// <summary>Units of settings, and on and off.</summary>
    public required IReadOnlyDictionary<string, string> SettingWords { get; init; }
    public required IReadOnlyDictionary<Severity, string> Severities { get; init; }
    public required IReadOnlyDictionary<RuleId, string> Rules { get; init; }
    public required IReadOnlyDictionary<SkipReason, string> Skips { get; init; }
    public required IReadOnlyDictionary<HoldState, string> States { get; init; }
    public required IReadOnlyDictionary<HoldKeeper, string> Keepers { get; init; }

    public static ValidationTexts Chinese { get; } = new()
    {
        Certificate = "数据质量证书",
        Estimated = "估算占比",
        Rule = "校验规则",
        Severity = "级别",
        Setting = "参数",
        Passed = "通过",
        Failed = "未通过",
        Skipped = "未校验",
        Remarks = "说明",
        Counted = "按表·日计数",
        FailedRules = "未通过的规则",
        Holds = "暂缓与解除",
        State = "状态",
        Keeper = "解除单位",
        Evidence = "依据",
        EvidenceHint = "依据：存疑日期、天数、可能少计的数量与校验码；依据变化时暂缓自动恢复。在“暂缓清单”中解除。",
        LastSaid = "最近处理",
        SettingWords = new Dictionary<string, string> { ["days"] = "天", ["messages"] = "条", ["on"] = "启用", ["off"] = "停用" },
        Severities = new Dictionary<Severity, string>
        {
            [Domain.Validation.Severity.Info] = "提示",
            [Domain.Validation.Severity.Warning] = "警告",
            [Domain.Validation.Severity.Hold] = "暂缓",
        },
        Rules = new Dictionary<RuleId, string>
        {
            [RuleId.Gap] = "缺读数",
            [RuleId.Stale] = "长期无新读数",
            [RuleId.ProlongedEstimation] = "长期估算",
            [RuleId.Duplicate] = "重复上报",
            [RuleId.Conflict] = "读数冲突",
            [RuleId.Capacity] = "超出表计能力",
            [RuleId.Negative] = "示值倒退",
            [RuleId.Spike] = "示值突刺",
            [RuleId.ZeroRun] = "连续零用量",
            [RuleId.SumCheck] = "分时与总示值不符",
            [RuleId.InactiveMeter] = "表计不在用时有读数",
            [RuleId.WrongUnit] = "单位不符",
            [RuleId.ClockSkew] = "时钟偏差",
            [RuleId.RegisterReset] = "示值复位",
            [RuleId.RegisterJump] = "示值突增",
            [RuleId.RegisterDoubtful] = "最新示值存疑",
        },
        Skips = new Dictionary<SkipReason, string>
        {
            [SkipReason.Off] = "规则已停用",
            [SkipReason.NotInService] = "表计不在本户使用",
            [SkipReason.NotOverYet] = "当日尚未结束",
            [SkipReason.MayStillCome] = "仍可能补传",
            [SkipReason.NoReading] = "无读数",
            [SkipReason.StillDoubtful] = "存疑待定",
            [SkipReason.NoTariffRegisters] = "无尖峰平谷示值",
            [SkipReason.ReadFarFromMidnight] = "抄读时刻远离零点",
            [SkipReason.NothingReceived] = "企业当日未上报",
        },
        States = new Dictionary<HoldState, string>
        {
            [HoldState.Standing] = "暂缓",
            [HoldState.Returned] = "依据已变，恢复暂缓",
            [HoldState.Lifted] = "已解除",
        },
        Keepers = new Dictionary<HoldKeeper, string>
        {
            [HoldKeeper.Bureau] = "能源局",
            [HoldKeeper.Finance] = "财政局",
            [HoldKeeper.Company] = "供能企业",
        },
    };

    public static ValidationTexts English { get; } = new()
    {
        Certificate = "Quality certificate",
        Estimated = "Estimated share",
        Rule = "Validation rule",
        Severity = "Severity",
        Setting = "Setting",
        Passed = "Passed",
        Failed = "Failed",
        Skipped = "Skipped",
        Remarks = "Remarks",
        Counted = "counted in meter days",
        FailedRules = "Rules failed",
        Holds = "Holds and lifts",
        State = "State",
        Keeper = "May be lifted by",
        Evidence = "Evidence",
        EvidenceHint = "Evidence: days in doubt, their number, what may be missing, and a print; other evidence brings a hold back. Lift it in the list of holds.",
        LastSaid = "Last said",
        SettingWords = new Dictionary<string, string>(),
        Severities = Enum.GetValues<Severity>().ToDictionary(severity => severity, Words.Of),
        Rules = Domain.Validation.Rules.All.ToDictionary(rule => rule.Id, rule => Words.Of(rule.Id).Replace('-', ' ')),
        Skips = Enum.GetValues<SkipReason>().ToDictionary(skip => skip, skip => Words.Of(skip).Replace('-', ' ')),
        States = new Dictionary<HoldState, string>
        {
            [HoldState.Standing] = "standing",
            [HoldState.Returned] = "back: the evidence has changed",
            [HoldState.Lifted] = "lifted",
        },
        Keepers = new Dictionary<HoldKeeper, string>
        {
            [HoldKeeper.Bureau] = "energy bureau",
            [HoldKeeper.Finance] = "bureau of finance",
            [HoldKeeper.Company] = "grid or gas company",
        },
    };

    /// <summary>A setting such as <c>7 days</c> in this language.</summary>
    public string SettingOf(string text) => string.Join(' ', text.Split(' ').Select(word => Texts.Word(SettingWords, word)));
}
