using System.Text.RegularExpressions;
using MeterPipeline.Ledger.Import;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Registry;

/// <summary>
/// Why a row was refused, for whoever has to mend it: in Chinese by the importer's own English sentences. A sentence that is not listed is shown as
/// it is, which a test of every fault would notice.
/// </summary>
internal static class RefusalWords
{
    private static readonly (Regex English, string Chinese)[] Sentences = [.. All().Select(pair => (Pattern(pair.English), pair.Chinese))];

    public static string Column(Texts texts, RegistryFile file, string column) =>
        texts != Texts.English && Columns.Headings(file).FirstOrDefault(heading => heading.Name == column) is { Chinese: { } chinese } ? chinese : column;

    /// <summary>What is wrong, and what to do about it: the part behind the last colon.</summary>
    public static (string Reason, string Remedy) Parts(Texts texts, string english)
    {
        var text = texts == Texts.English ? english : Chinese(english);
        var mark = ReferenceEquals(text, english) ? ": " : "：";
        var colon = text.LastIndexOf(mark, StringComparison.Ordinal);
        return colon < 0 ? (text, "") : (text[..colon], text[(colon + mark.Length)..]);
    }

    /// <summary>A harmless remark of the importer.</summary>
    public static string Note(Texts texts, string english) => texts == Texts.English ? english : Chinese(english);

    private static string Chinese(string english)
    {
        foreach (var (pattern, chinese) in Sentences)
        {
            if (pattern.Match(english) is not { Success: true } match) continue;
            return Figures.Fill(chinese, [.. match.Groups.Values.Skip(1).Select(group => group.Value == "ever" ? "不限" : group.Value)]);
        }
        return english;
    }

    private static Regex Pattern(string english) =>
        new("^" + Regex.Replace(Regex.Escape(english), @"\\\{\d}", "(.*)") + "$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline);

    private static IEnumerable<(string English, string Chinese)> All() => OfFields().Concat(OfRows()).Concat(OfFiles());

    private static IEnumerable<(string English, string Chinese)> OfFields() =>
    [
        ("is empty: every row needs it", "为空：每行必填"),
        ("is empty: give the 12-digit code", "为空：请填 12 位区划代码"),
        ("is empty: give one of {0}", "为空：请填下列之一 {0}"),
        ("is empty: give the first day of this count", "为空：请填该户数的起始日期"),
        ("is empty: give the number of households actually heated", "为空：请填实际供暖户数"),
        ("is empty: every division needs one", "为空：每个区划须有名称"),
        ("has {0} characters, at most {1} are allowed: shorten it", "有 {0} 个字符，最多 {1} 个：请缩短"),
        ("holds the control character {0}: remove it", "含控制字符 {0}：请删除"),
        ("\"{0}\" was turned into a floating number by a spreadsheet: format the column as text and enter it again", "“{0}”被表格软件改成了科学计数：请将该列设为文本后重新填写"),
        ("\"{0}\" holds a blank or one of / + #, which topics cannot carry: use letters, digits, - _ .", "“{0}”含空格或 / + #：请只用字母、数字和 - _ ."),
        ("\"{0}\" is a topic segment: use ASCII letters, digits, - _ .", "“{0}”用于主题：请只用英文字母、数字和 - _ ."),
        ("\"{0}\" is not a division code: 12 digits = 6 county + 3 township + 3 village, zeros for higher levels", "“{0}”不是区划代码：应为 12 位，县 6 位 + 乡镇 3 位 + 村 3 位，上级以 0 补足"),
        ("\"{0}\" is not known: give one of {1}", "“{0}”无法识别：请填下列之一 {1}"),
        ("\"{0}\" is not a day between 1970 and 2199 in the form 2025-11-15; leave it empty where there is none", "“{0}”不是有效日期：请按 2025-11-15 的格式填写，没有则留空"),
        ("\"{0}\" is neither a day (2025-11-15) nor a time with its zone (2025-11-15T08:30:00+08:00) between 1970 and 2199",
            "“{0}”不是有效的日期或时间：请按 2025-11-15 或 2025-11-15T08:30:00+08:00 的格式填写"),
        ("\"{0}\" is not a number: digits and a point, no grouping, no unit", "“{0}”不是数字：只填数字和小数点，不加千分号和单位"),
        ("{0} is out of range: 0 to twelve integer digits", "{0} 超出范围：应不小于 0，整数最多 12 位"),
        ("{0} is not a whole number from {1} to {2}", "{0} 有误：应为 {1} 至 {2} 的整数"),
        ("{0} must be above 0, at most {1}, with at most four decimals", "{0} 有误：应大于 0，不超过 {1}，最多四位小数"),
        ("is 0: give the greatest draw in kW or m³/h, or leave it empty", "为 0：请填最大功率（kW）或流量（m³/h），或留空"),
    ];

    private static IEnumerable<(string English, string Chinese)> OfRows() =>
    [
        ("the division is its own parent: give the next level up, or leave it empty at the top", "上级是自己：请填上一级代码，最高级留空"),
        ("the parents of this division lead round to itself, or more than {0} levels up: correct them", "上级关系成环或超过 {0} 级：请更正"),
        ("{0} with this from stands in line {1} already: keep one of the two", "{0} 与此起始日期已在第 {1} 行：两行保留其一"),
        ("{0} with this installed_on stands in line {1} already: keep one", "{0} 与此安装日期已在第 {1} 行：保留其一"),
        ("{0} stands in line {1} already: keep one of the two", "{0} 已在第 {1} 行：两行保留其一"),
        ("{0} stands in line {1} with other values: only the exclusion columns may differ", "{0} 在第 {1} 行的内容不同：同一户的多行只可排除各列不同"),
        ("{0} repeats line {1}: remove the row, or give another exclusion", "{0} 与第 {1} 行重复：请删除，或填另一项排除"),
        ("{0} stands in line {1} without an exclusion: give that row this exclusion, or remove it", "{0} 在第 {1} 行没有排除：请把此排除填到该行，或删除该行"),
        ("{0} has meters of {1}: register the other energy as a company of its own", "{0} 已有 {1} 表：另一种能源请登记为另一企业"),
        ("division {0} is not registered: import divisions first, or correct the code", "区划 {0} 未登记：请先导入区划，或更正代码"),
        ("household {0} is not registered: import households first, or correct it", "户 {0} 未登记：请先导入户，或更正编号"),
        ("company {0} is not registered: import companies first, or correct it", "企业 {0} 未登记：请先导入企业，或更正代码"),
        ("enterprise {0} is not registered: import households first, or correct it", "供暖企业 {0} 未登记：请先导入户，或更正编号"),
        ("only a household of route central-heating, the enterprise itself, heats others", "不是集中供暖企业：只有集中供热的户（企业本身）才填供暖户数"),
        ("{0}, but company {1} delivers {2}: correct one of the two", "能源为 {0}，而企业 {1} 供应 {2}：请更正其一"),
        ("is empty though excluded_to or exclusion is given: give the first day excluded", "为空而排除结束或原因已填：请填排除的第一天"),
        ("{0} is not after excluded_from {1}: it is the first day eligible again", "{0} 不晚于排除开始 {1}：应为恢复补贴的第一天"),
        ("{0} is not after from {1}: it is the first day no longer valid", "{0} 不晚于生效日期 {1}：应为失效的第一天"),
        ("the account stands for household {0} from {1} until {2}: give that row's until first", "户号自 {1} 至 {2} 属于户 {0}：请先填该行的失效日期"),
        ("is empty though opening is given: the opening register is a reading at that day or time", "为空而起码已填：起码是安装时的示值，请填安装日期"),
        ("is empty though closing is given: the closing register is a reading at that day or time", "为空而止码已填：止码是拆除时的示值，请填拆除日期"),
        ("is before installed_on: correct one of the two", "早于安装日期：请更正其一"),
        ("does not fit register_digits {0}: correct one of the two", "超出 {0} 位整数：请更正其一"),
        ("is below opening: correct one of the two, or give register_digits if the register rolled over", "小于起码：请更正其一；若示值已翻转，请填整数位数"),
        ("only a meter that serves village-central-heating (村集中供暖) has heated households", "只有村集中供暖的表才有供暖户数：请留空，或更正用途"),
        ("it overlaps two earlier lives of this meter ({0}; {1}): correct them one at a time", "与该表此前两段安装重叠（{0}；{1}）：请逐段更正"),
        ("the meter is still installed at household {0}: give that row's removed_on first", "该表仍装在户 {0}：请先填该行的拆除日期"),
        ("the meter was at household {0} on the same days ({1}): correct that row, or begin this one on a later day", "该表同期装在户 {0}（{1}）：请更正该行，或推迟本行日期"),
    ];

    private static IEnumerable<(string English, string Chinese)> OfFiles() =>
    [
        ("Column \"{0}\" is not one of a {1} file and was ignored.", "列“{0}”不属于此类文件，未读取。"),
        ("the file is empty: line 1 of a {0} file names its columns", "文件为空：第一行应为列名"),
        ("the heading of a {0} file needs the column {1} ({2}): add it, names are comma-separated in line 1", "缺少列 {1}（{2}）：请在第一行补上，列名以逗号分隔"),
        ("the heading names this column twice (columns {0} and {1}): remove one", "列名重复（第 {0} 列和第 {1} 列）：请删除其一"),
        ("its quotes are wrong ({0}): put a field with commas or quotes in quotes, double the quotes inside, no line breaks", "引号有误（{0}）：含逗号或引号的字段须加引号，内部引号双写，不可换行"),
        ("has {0} fields, the heading {1}: a comma inside a field needs quotes around it", "有 {0} 列，而表头 {1} 列：字段内的逗号须用引号括起"),
        ("the rest of the file was not read, rows before were taken: {0}", "本行无法读取，其后各行均未读取（{0}）：请更正本行后重新上传"),
        ("this is a workbook (XLSX), not a CSV file: save it as \"CSV UTF-8\"", "这是 Excel 工作簿，不是 CSV 文件：请另存为“CSV UTF-8”"),
        ("the file is UTF-16: {0}", "文件为 UTF-16 编码：请另存为“CSV UTF-8”"),
        ("the file is not UTF-8: byte {0} at offset {1} (GBK/GB18030 from a spreadsheet?): {2}", "文件不是 UTF-8 编码（第 {1} 字节 {0}，可能为 GBK）：请另存为“CSV UTF-8”"),
    ];
}
