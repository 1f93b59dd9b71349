using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>Words of finance's lists: Chinese only, for they are signed and posted.</summary>
internal static class RunTexts
{
    public const string Provisional = "暂估";
    public const string Total = "合计";

    public static string Route(HeatingRoute route) => Texts.Chinese.Routes[route];

    public static string Hardship(Hardship hardship) => hardship == Domain.Registry.Hardship.None ? "" : Texts.Chinese.Hardships[hardship];

    /// <summary>Why an amount waits; a reason of a newer program shows as its word.</summary>
    public static string Hold(string reason) => Texts.Chinese.HoldReasons.GetValueOrDefault(reason, reason);

    public static string Holds(SettlementLine line) => string.Join("；", line.Holds.Select(Hold));

    public static string Unit(string unit) => unit switch
    {
        "kWh" => "千瓦时",
        "m³" => "立方米",
        "t" => "吨",
        "can" => "罐",
        _ => unit,
    };

    /// <summary>Level of finance, as a heading.</summary>
    public static string Level(string level) => level switch
    {
        "central" => "中央",
        "province" => "省级",
        "city" => "市级",
        "county" => "县级",
        "district" => "区级",
        "township" => "乡镇",
        _ => level,
    };

    /// <summary>The registers of a time-of-use meter 尖峰平谷.</summary>
    public static string Register(Register register) => register switch
    {
        Domain.Readings.Register.T1 => "尖",
        Domain.Readings.Register.T2 => "峰",
        Domain.Readings.Register.T3 => "平",
        Domain.Readings.Register.T4 => "谷",
        _ => "总",
    };

    public static string Step(RunStepKind kind) => kind switch
    {
        RunStepKind.Drafted => "起草",
        RunStepKind.Noticed => "公示",
        RunStepKind.Objected => "异议",
        RunStepKind.Answered => "异议答复",
        RunStepKind.Confirmed => "确认",
        RunStepKind.Paid => "通知银行发放",
        _ => "撤回",
    };

    /// <summary>补贴标准 with its unit.</summary>
    public static string Rate(SettlementLine line) => line.Reckoning.Rate.Length == 0 ? "" : $"{line.Reckoning.Rate}元/{Unit(line.Use.Unit)}";

    /// <summary>The name of a village heating enterprise is public; that of a household is masked.</summary>
    public static string PublicName(SettledHousehold household) =>
        household.Route == HeatingRoute.CentralHeating ? household.Name : Figures.Masked(household.Name);

    public static string LastFour(string account) => account.Length <= 4 ? account : account[^4..];
}
