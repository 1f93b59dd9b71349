using MeterPipeline.Domain.Holds;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Registry;

/// <summary>What search page and household file say, in one language. <c>{0}</c> marks what is filled in.</summary>
internal sealed record RegistryTexts
{
    public required string Title { get; init; }
    public required string SearchLabel { get; init; }
    public required string SearchHint { get; init; }
    public required string Search { get; init; }
    public required string Found { get; init; }
    public required string FoundMore { get; init; }
    public required string NoneFound { get; init; }
    public required string FoundBy { get; init; }
    public required string Villages { get; init; }
    public required string Meters { get; init; }
    public required string Companies { get; init; }
    public required string Version { get; init; }
    public required string FileTitle { get; init; }
    public required string FileLink { get; init; }
    public required string SeasonPage { get; init; }
    public required string Basics { get; init; }
    public required string DivisionPath { get; init; }
    public required string Equipment { get; init; }
    public required string Register { get; init; }
    public required string RegisterValue { get; init; }
    public required string Unknown { get; init; }
    public required string Capacity { get; init; }
    public required string DefaultCapacity { get; init; }
    public required string State { get; init; }
    public required string InUse { get; init; }
    public required string TakenOut { get; init; }
    public required string NoMeters { get; init; }
    public required string Lives { get; init; }
    public required string Install { get; init; }
    public required string Remove { get; init; }
    public required string Exchange { get; init; }
    public required string Before { get; init; }
    public required string Opening { get; init; }
    public required string Closing { get; init; }
    public required string Accounts { get; init; }
    public required string Account { get; init; }
    public required string From { get; init; }
    public required string Until { get; init; }
    public required string Always { get; init; }
    public required string Open { get; init; }
    public required string None { get; init; }
    public required string Exclusion { get; init; }
    public required string Heated { get; init; }
    public required string HeatedCount { get; init; }
    public required string Holds { get; init; }
    public required string Act { get; init; }
    public required string Why { get; init; }
    public required string History { get; init; }
    public required string HistoryHint { get; init; }
    public required string New { get; init; }
    public required string Signature { get; init; }
    public required string Clerk { get; init; }
    public required string Stamp { get; init; }
    public required string Issued { get; init; }
    public required IReadOnlyDictionary<HoldAct, string> Acts { get; init; }
    public required IReadOnlyDictionary<string, string> Kinds { get; init; }

    public static RegistryTexts For(Texts texts) => texts == Texts.English ? English : Chinese;

    public static RegistryTexts Chinese { get; } = new()
    {
        Title = "户表登记",
        SearchLabel = "查找",
        SearchHint = "户编号、表号、户号末四位以上、村名或区划代码",
        Search = "查找",
        Found = "找到 {0} 户",
        FoundMore = "超过 {0} 户，仅列出前 {0} 户；请缩小范围",
        NoneFound = "没有找到。户号至少输入末四位，其他至少两个字。",
        FoundBy = "匹配",
        Villages = "村",
        Meters = "表",
        Companies = "供能企业",
        Version = "登记版本",
        FileTitle = "一户一档",
        FileLink = "打开一户一档",
        SeasonPage = "采暖季用量与补贴",
        Basics = "基本情况",
        DivisionPath = "所在区划",
        Equipment = "设备",
        Register = "示值位数",
        RegisterValue = "{0} 位整数 + {1} 位小数",
        Unknown = "未登记",
        Capacity = "容量",
        DefaultCapacity = "未登记（按默认）",
        State = "状态",
        InUse = "在用",
        TakenOut = "已拆除",
        NoMeters = "没有登记表计。",
        Lives = "表计安装与更换",
        Install = "安装",
        Remove = "拆除",
        Exchange = "换表",
        Before = "接入前",
        Opening = "起码",
        Closing = "止码",
        Accounts = "户号",
        Account = "户号（末四位）",
        From = "起",
        Until = "止（不含）",
        Always = "一直",
        Open = "至今",
        None = "无",
        Exclusion = "排除补贴",
        Heated = "企业实际供暖户数",
        HeatedCount = "户数",
        Holds = "暂缓与解除记录",
        Act = "处理",
        Why = "说明",
        History = "变更记录",
        HistoryHint = "最近 {0} 项，新的在前；姓名只记录已变更",
        New = "新登记",
        Signature = "户主签字",
        Clerk = "经办人",
        Stamp = "村委会（盖章）",
        Issued = "打印自登记版本 {0}，{1}",
        Acts = new Dictionary<HoldAct, string> { [HoldAct.Place] = "暂缓", [HoldAct.Lift] = "解除" },
        Kinds = new Dictionary<string, string>
        {
            ["household"] = "户",
            ["meter"] = "表",
            ["alias"] = "户号",
            ["heated-count"] = "供暖户数",
            ["division"] = "区划",
            ["company"] = "企业",
        },
    };

    public static RegistryTexts English { get; } = new()
    {
        Title = "Registry",
        SearchLabel = "Find",
        SearchHint = "Household id, meter id, four or more last digits of an account, village name or division code",
        Search = "Find",
        Found = "{0} {0:household|households}",
        FoundMore = "more than {0} households; the first {0} are listed, narrow the search",
        NoneFound = "Nothing was found. Give at least four last digits of an account, and two characters of anything else.",
        FoundBy = "Found by",
        Villages = "Villages",
        Meters = "Meters",
        Companies = "Companies",
        Version = "Registry version",
        FileTitle = "Household file",
        FileLink = "Open the household's file",
        SeasonPage = "Consumption and subsidy by season",
        Basics = "Household",
        DivisionPath = "Place",
        Equipment = "Equipment",
        Register = "Register",
        RegisterValue = "{0} digits + {1} decimals",
        Unknown = "not registered",
        Capacity = "Capacity",
        DefaultCapacity = "not registered (default)",
        State = "State",
        InUse = "in use",
        TakenOut = "removed",
        NoMeters = "No meter is registered.",
        Lives = "Meters installed, exchanged, removed",
        Install = "Installed",
        Remove = "Removed",
        Exchange = "Exchanged",
        Before = "before readings",
        Opening = "opening",
        Closing = "closing",
        Accounts = "Account numbers",
        Account = "Account (last four)",
        From = "From",
        Until = "Until (excluded)",
        Always = "ever",
        Open = "now",
        None = "none",
        Exclusion = "Exclusions",
        Heated = "Households actually heated",
        HeatedCount = "Households",
        Holds = "Holds placed and lifted",
        Act = "Act",
        Why = "Why",
        History = "History of changes",
        HistoryHint = "the newest {0}, newest first; of names only that they changed",
        New = "new",
        Signature = "Householder's signature",
        Clerk = "Clerk",
        Stamp = "Village committee (stamp)",
        Issued = "Printed from registry version {0}, {1}",
        Acts = new Dictionary<HoldAct, string> { [HoldAct.Place] = "placed", [HoldAct.Lift] = "lifted" },
        Kinds = new Dictionary<string, string> { ["heated-count"] = "heated households", ["alias"] = "account" },
    };
}
