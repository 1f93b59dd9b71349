using System.Text.RegularExpressions;

namespace MeterPipeline.Web.Pages;

/// <summary>
/// Why a message was quarantined and what to do, for whoever has to mend it: in Chinese by intake's own English sentences. A sentence that is not listed
/// is shown as it is, which a test of every fault would notice.
/// </summary>
internal static class FaultWords
{
    private static readonly (Regex English, string Chinese)[] Sentences = [.. All().Select(pair => (Pattern(pair.English), pair.Chinese))];

    public static string Of(Texts texts, string english)
    {
        if (texts == Texts.English) return english;
        foreach (var (pattern, chinese) in Sentences)
            if (pattern.Match(english) is { Success: true } match) return Figures.Fill(chinese, [.. match.Groups.Values.Skip(1).Select(group => group.Value)]);
        return english;
    }

    /// <summary>Numbered holes are kept, a star at the end stands for the rest.</summary>
    private static Regex Pattern(string english) => new(
        "^" + Regex.Replace(Regex.Escape(english), @"\\\{\d}", "(.*)").Replace("\\*", ".*", StringComparison.Ordinal) + "$",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline);

    private static IEnumerable<(string English, string Chinese)> All() => OfMessages().Concat(OfItems());

    private static IEnumerable<(string English, string Chinese)> OfMessages() =>
    [
        ("Publish to metering/v1/{company}*", "主题无法识别：请发布到 metering/v1/企业/表号/reading、metering/v1/企业/batch、Sparkplug B 主题或已配置的主题。"),
        ("Items on a topic for many meters*", "多表主题中的数据项须写明表号：JSON 用 meter，SenML 用名称，或按配置所指的位置。"),
        ("The payload is not JSON.*", "内容不是 JSON：请以 UTF-8 发送对象、对象数组或含 readings 数组的对象。"),
        ("Expected an object with ts*", "内容结构不符：应为含 ts 与 value 的对象、其数组，或含 readings 数组的对象。"),
        ("One message holds more than*", "一条消息超过 65536 项：请分多条发送。"),
        ("The SenML pack has a record*", "SenML 中有记录不是对象、基本字段类型不符，或没有含值的记录（RFC 8428）。"),
        ("The SenML pack has a version*", "SenML 版本高于 10，或有以 _ 结尾的标签，须能理解才可接收（RFC 8428 第 4.4 节）。"),
        ("The payload is not a Sparkplug*", "内容不是 Sparkplug B 的 protobuf 数据。"),
        ("The fields around a profile's*", "数据项之外的字段超过 4096 字节：请发送较小的消息。"),
        ("The message was too large*", "消息过大，未能完整保存：须由上报方分成较小的批次重新发送。"),
        ("Company '{0}' is not registered.*", "供能企业“{0}”未登记：请先导入供能企业。"),
        ("The connection belongs to company '{0}'; it may not publish for '{1}'.", "该连接属于企业“{0}”，不得代“{1}”上报。"),
        ("Meter '{0}' is not registered.*", "表“{0}”未登记：请先导入表计；消息保留在隔离区。"),
        ("The meter is not registered to company '{0}'.", "该表未登记在企业“{0}”名下。"),
        ("The topic names meter '{0}', the item '{1}'.", "主题中的表号为“{0}”，数据项中为“{1}”，两者不一致。"),
    ];

    private static IEnumerable<(string English, string Chinese)> OfItems() =>
    [
        ("ts is missing or not readable.*", "ts 缺失或无法读取：请用带时区的 RFC 3339 时间（如 2025-11-16T00:00:00+08:00）或毫秒时间戳。"),
        ("bt or t is not a number*", "bt 或 t 不是有效的秒数。"),
        ("Neither metric nor payload*", "指标与消息均没有毫秒时间戳。"),
        ("value is missing or not a number.*", "value 缺失或不是数字：请以十进制数字或文本发送累计示值。"),
        ("The metric's value is not finite*", "指标的值不是有限数字，或类型未知：请发送带数据类型的数字。"),
        ("value is negative.*", "value 为负：累计示值从零向上计数。"),
        ("value has more than twelve*", "value 整数部分超过十二位：请检查单位与倍率。"),
        ("register must be total*", "register 须为 total、T1、T2、T3 或 T4，或配置中对应的词。"),
        ("rev must be a whole number*", "rev 须为 0 至 1000000 的整数。"),
        ("Names of meters and units*", "表号与单位须为不含转义的文本，最多 64 字节（SenML 名称 128 字节）。"),
        ("The metric is marked transient*", "指标标记为 transient，不得保存：请去掉标记后上报示值。"),
        ("A metric has an alias*", "指标使用了此连接上未定义的别名，或期间有消息缺失：请要求边缘节点重新上线（rebirth）。"),
        ("The births on this connection*", "此连接定义的别名超过上限（MeterPipeline:Intake:SparkplugAliasesMax）：请调高，或将边缘节点分到多个连接。"),
        ("ts {0} lies ahead of {1}. Set the meter's clock.", "ts {0} 晚于 {1}：请校准表计时钟。"),
        ("ts lies before {0}: the meter's clock*", "ts 早于 {0}：表计时钟丢失，请校准后重新上报。"),
        ("unit is '{0}', the meter counts {1}.", "单位为“{0}”，而该表以 {1} 计量。"),
        ("Profile {0}: no time in the profile's format at {1}.", "配置 {0}：在 {1} 处没有符合格式的时间。"),
        ("Profile {0}: no number at {1}.", "配置 {0}：在 {1} 处没有数字。"),
        ("Profile {0}: no list of items at {1}.", "配置 {0}：在 {1} 处没有数据项列表。"),
    ];
}
