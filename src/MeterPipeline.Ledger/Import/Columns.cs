namespace MeterPipeline.Ledger.Import;

/// <summary>The headings of each registry file, English name first, then the Chinese ones understood.</summary>
public static class Columns
{
    private static readonly (string Name, bool Required, string[] Chinese)[] Divisions =
    [
        ("code", true, ["代码", "行政区划代码"]), ("name", true, ["名称", "行政区划名称"]), ("parent", false, ["上级", "上级代码"]),
    ];

    private static readonly (string Name, bool Required, string[] Chinese)[] Companies =
    [
        ("company", true, ["公司", "公司代码"]), ("name", true, ["名称", "公司名称"]), ("energy", true, ["能源", "能源类型"]),
    ];

    private static readonly (string Name, bool Required, string[] Chinese)[] Households =
    [
        ("household_id", true, ["户编号"]), ("name", true, ["户主姓名", "姓名"]), ("division", true, ["行政区划代码", "村代码"]),
        ("route", true, ["改造路径", "取暖路径"]), ("conversion", false, ["改造方式"]), ("accepted_on", false, ["验收日期", "验收合格日期"]),
        ("hardship", false, ["困难类型"]), ("note", false, ["备注"]), ("excluded_from", false, ["排除开始"]),
        ("excluded_to", false, ["排除结束"]), ("exclusion", false, ["排除原因"]),
    ];

    private static readonly (string Name, bool Required, string[] Chinese)[] Meters =
    [
        ("meter_id", true, ["表号"]), ("household_id", true, ["户编号"]), ("company", true, ["公司", "公司代码"]),
        ("energy", true, ["能源", "能源类型"]), ("register_digits", false, ["整数位数"]), ("decimals", false, ["小数位数"]),
        ("capacity", false, ["容量"]), ("multiplier", false, ["倍率"]), ("installed_on", false, ["安装日期"]), ("opening", false, ["起码"]),
        ("removed_on", false, ["拆除日期"]), ("closing", false, ["止码"]), ("serves", false, ["用途"]),
        ("heated_households", false, ["供暖户数", "实际供暖户数"]),
    ];

    private static readonly (string Name, bool Required, string[] Chinese)[] Aliases =
    [
        ("account", true, ["户号"]), ("household_id", true, ["户编号"]), ("from", false, ["生效日期", "开始"]), ("until", false, ["失效日期", "结束"]),
    ];

    private static readonly (string Name, bool Required, string[] Chinese)[] HeatedHouseholds =
    [
        ("household_id", true, ["户编号", "户号"]), ("from", true, ["起始日期", "生效日期"]), ("households", true, ["供暖户数", "实际供暖户数"]),
    ];

    private static readonly (string Name, bool Required, string[] Chinese)[] Payees =
    [
        ("household_id", true, ["户编号"]), ("payee_name", true, ["收款人", "收款人姓名", "户主姓名"]), ("id_number", false, ["身份证号", "身份证号码"]),
        ("bank", false, ["开户银行", "开户行"]), ("account_name", false, ["银行账户名称", "账户名称"]),
        ("bank_account", false, ["银行账号", "一卡通账号", "银行账号/一卡通账号"]), ("phone", false, ["联系电话", "电话"]),
    ];

    private static readonly (string Name, bool Required, string[] Chinese)[] Disbursements =
    [
        ("season", true, ["采暖季"]), ("household_id", true, ["户编号"]), ("kind", true, ["类型", "款项类型"]), ("yuan", true, ["金额", "金额(元)", "金额（元）"]),
        ("on", true, ["日期"]), ("reference", true, ["凭证号", "流水号"]),
    ];

    /// <summary>The columns of a file in the order of its description: English name, whether it must be there, and the first Chinese name.</summary>
    public static IReadOnlyList<(string Name, bool Required, string Chinese)> Headings(RegistryFile file) =>
        [.. Of(file).Select(column => (column.Name, column.Required, column.Chinese[0]))];

    /// <summary>Finds where each known column stands in a heading row.</summary>
    /// <returns>Column name to index; empty when <paramref name="problems"/> were found.</returns>
    internal static Dictionary<string, int> Locate(RegistryFile file, string[] headings, List<RowProblem> problems, List<string> notes)
    {
        var columns = Of(file);
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < headings.Length; i++)
        {
            var heading = headings[i].Trim().TrimStart('\uFEFF');
            var name = columns.FirstOrDefault(c => c.Name == Normal(heading) || c.Chinese.Contains(heading, StringComparer.Ordinal)).Name;
            if (name is null)
            {
                if (heading.Length > 0) notes.Add($"Column \"{Shown(heading)}\" is not one of a {Word(file)} file and was ignored.");
            }
            else if (!found.TryAdd(name, i))
            {
                problems.Add(new RowProblem(1, name, $"the heading names this column twice (columns {found[name] + 1} and {i + 1}): remove one"));
            }
        }
        foreach (var column in columns.Where(c => c.Required && !found.ContainsKey(c.Name)))
        {
            problems.Add(new RowProblem(1, column.Name,
                $"the heading of a {Word(file)} file needs the column {column.Name} ({column.Chinese[0]}): add it, names are comma-separated in line 1"));
        }
        return problems.Count == 0 ? found : [];
    }

    /// <summary>The file's name on the command line and in messages.</summary>
    public static string Word(RegistryFile file) => file == RegistryFile.HeatedHouseholds ? "heated-households" : file.ToString().ToLowerInvariant();

    /// <summary>What to show of a text from outside in a message.</summary>
    internal static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private static (string Name, bool Required, string[] Chinese)[] Of(RegistryFile file) => file switch
    {
        RegistryFile.Divisions => Divisions,
        RegistryFile.Companies => Companies,
        RegistryFile.Households => Households,
        RegistryFile.Meters => Meters,
        RegistryFile.Aliases => Aliases,
        RegistryFile.HeatedHouseholds => HeatedHouseholds,
        RegistryFile.Payees => Payees,
        RegistryFile.Disbursements => Disbursements,
        _ => throw new ArgumentOutOfRangeException(nameof(file), file, "No such registry file."),
    };

    private static string Normal(string heading) => heading.ToLowerInvariant().Replace(' ', '_').Replace('-', '_');
}
