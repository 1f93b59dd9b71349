using System.Text;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Import;

namespace MeterPipeline.Tests.Ledger;

public sealed class RegistryCsvTests : IDisposable
{
    private const string HouseholdHeading = "household_id,name,division,route,conversion,accepted_on,hardship,note,excluded_from,excluded_to,exclusion\n";
    private const string MeterHeading = "meter_id,household_id,company,energy,register_digits,decimals,capacity,multiplier,installed_on,opening,removed_on,closing,serves,heated_households\n";

    private readonly SqliteFolder folder = new();
    private readonly ILedger ledger;

    public RegistryCsvTests()
    {
        ledger = folder.Open();
        Assert.True(Import(RegistryFile.Divisions, "code,name,parent\n140882101214,闫家洞村,140882101000\n140882101000,僧楼镇,\n").Clean);
        Assert.True(Import(RegistryFile.Companies, "company,name,energy\ngrid,供电公司,electricity\ngas,燃气公司,气\n").Clean);
        Assert.True(Import(RegistryFile.Households, "household_id,name,division,route\nH1,张三,140882101214,coal-to-electricity\nH2,李四,140882101214,煤改气\n").Clean);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void English_and_chinese_files_mean_the_same()
    {
        Import(RegistryFile.Households, HouseholdHeading + "H9,赵六,140882101214,coal-to-methanol,self,2024-10-31,wubao,独居,2025-01-01,2025-02-01,idle\n");
        Import(RegistryFile.Meters, MeterHeading + "M9,H9,grid,electricity,6,2,8,1.5,2024-11-01,12.34565,2025-03-01T08:00:00+08:00,99.5,heating,\n");
        var version = ledger.RegistryVersion();
        var households = Import(RegistryFile.Households,
            "\uFEFF备注,排除原因,排除结束,排除开始,困难类型,验收日期,改造方式,改造路径,行政区划代码,户主姓名,户编号\n" +
            "独居,闲置,2025-02-01,2025-01-01,五保户,2024-10-31,自行改造,煤改醇,140882101214,赵六,H9\n");
        var meters = Import(RegistryFile.Meters,
            "表号,户编号,公司,能源,整数位数,小数位数,容量,倍率,安装日期,起码,拆除日期,止码,用途,供暖户数\n" +
            "M9,H9,grid,电,6,2,8.0,1.50,2024-11-01T00:00:00+08:00,12.34565,2025-03-01T00:00:00Z,99.5,采暖,\n");
        Assert.Equal((1, 1), (households.Unchanged, meters.Unchanged));
        Assert.Equal(version, ledger.RegistryVersion());
        using var view = ledger.OpenView();
        Assert.Equal(123_456, view.Registry().Meters["M9"].Current.Opening); // half to even
    }

    [Fact]
    public void Short_division_codes_are_filled_up_and_a_level_that_nobody_imported_is_the_top()
    {
        Assert.True(Import(RegistryFile.Divisions, "code,name,parent\n1408,运城市,\n140802,盐湖区,1408\n140802101201,某村,140802101\n").Clean);
        using var view = ledger.OpenView();
        Assert.Equal("140800000000", view.Registry().Divisions["140802000000"].Parent);
        Assert.Equal("140802101000", view.Registry().Divisions["140802101201"].Parent);
    }

    [Fact]
    public void Importing_twice_changes_nothing()
    {
        const string file = MeterHeading + "M1,H1,grid,electricity,,,,,2024-11-01,0,2025-01-01,50,,\nM2,H1,grid,electricity,,,,,2025-01-01,7,,,,\nM1,H2,grid,electricity,,,,,2025-06-01,60,,,,\n";
        var first = Import(RegistryFile.Meters, file);
        var second = Import(RegistryFile.Meters, file);
        Assert.Equal((3, 0, 0, 0), (first.Added, first.Changed, first.Unchanged, first.Rejected));
        Assert.Equal((0, 0, 3, 0), (second.Added, second.Changed, second.Unchanged, second.Rejected));
        using var view = ledger.OpenView();
        Assert.Equal(["H1", "H2"], view.Registry().Meters["M1"].Installations.Select(i => i.HouseholdId));
    }

    [Fact]
    public void Exclusion_rows_of_a_household_add_up_wherever_they_stand()
    {
        var result = Import(RegistryFile.Households, HouseholdHeading +
            "H1,张三,140882101214,coal-to-electricity,,,,,2025-03-01,,public-employee\n" +
            "H2,李四,140882101214,coal-to-gas,,,,,,,\n" +
            "H1,张三,140882101214,coal-to-electricity,,,,,2025-01-01,2025-02-01,idle\n" +
            "H1,张三,140882101214,coal-to-electricity,,,,,2025-01-01,2025-02-01,idle\n" +
            "H1,张三丰,140882101214,coal-to-electricity,,,,,2025-05-01,,idle\n");
        Assert.Equal([(5L, "household_id"), (6L, "household_id")], result.Problems.Select(p => (p.Line, p.Column)));
        Assert.Equal(["2025-01-01", "2025-03-01"], Household("H1").Exclusions.Select(e => e.From.ToString()));
        Import(RegistryFile.Households, "household_id,name,division,route\nH1,张三,140882101214,coal-to-electricity\n");
        Assert.Equal(2, Household("H1").Exclusions.Count);
    }

    [Theory]
    [InlineData("H1,张三,140882101299,coal-to-electricity,,,,,,,", "division", "import divisions first")]
    [InlineData("H1,张三,1408821012,coal-to-electricity,,,,,,,", "division", "12 digits")]
    [InlineData("H1,张三,1.40882E+11,coal-to-electricity,,,,,,,", "division", "12 digits")]
    [InlineData("1.40882E+11,张三,140882101214,coal-to-electricity,,,,,,,", "household_id", "format the column as text")]
    [InlineData("H1,张三,140882101214,coal,,,,,,,", "route", "coal-to-electricity (煤改电)")]
    [InlineData("H1,张三,140882101214,,,,,,,,", "route", "is empty")]
    [InlineData("H1,张三,140882101214,coal-to-gas,maybe,,,,,,", "conversion", "programme")]
    [InlineData("H1,张三,140882101214,coal-to-gas,,2025-02-30,,,,,", "accepted_on", "2025-11-15")]
    [InlineData("H1,张三,140882101214,coal-to-gas,,,poor,,,,", "hardship", "dibao")]
    [InlineData("H1,张三,140882101214,coal-to-gas,,,,,,2025-01-01,idle", "excluded_from", "first day excluded")]
    [InlineData("H1,张三,140882101214,coal-to-gas,,,,,2025-01-01,2025-01-01,idle", "excluded_to", "first day eligible again")]
    [InlineData("H1,张三,140882101214,coal-to-gas,,,,,2025-01-01,,", "exclusion", "is empty")]
    [InlineData(",张三,140882101214,coal-to-gas,,,,,,,", "household_id", "is empty")]
    [InlineData("H 1,张三,140882101214,coal-to-gas,,,,,,,", "household_id", "blank")]
    [InlineData("H1,张\u0007三,140882101214,coal-to-gas,,,,,,,", "name", "U+0007")]
    [InlineData("H1,张\u202E三,140882101214,coal-to-gas,,,,,,,", "name", "U+202E")]
    [InlineData("H1,张三,140882101214,coal-to-gas,,,,一,,,,二", "", "quotes around it")]
    [InlineData("H1,\"张三,140882101214,coal-to-gas,,,,,,,", "", "quotes")]
    public void Bad_household_rows_are_explained_and_harm_no_other(string row, string column, string reason) =>
        AssertOneBad(RegistryFile.Households, HouseholdHeading, row, "H7,好人,140882101214,coal-to-gas,,,,,,,", column, reason);

    [Theory]
    [InlineData("M1,H8,grid,electricity,,,,,,,,,,", "household_id", "import households first")]
    [InlineData("M1,H1,nobody,electricity,,,,,,,,,,", "company", "import companies first")]
    [InlineData("M1,H1,grid,gas,,,,,,,,,,", "energy", "delivers electricity")]
    [InlineData("M/1,H1,grid,electricity,,,,,,,,,,", "meter_id", "topics")]
    [InlineData("M1,H1,grid,electricity,13,,,,,,,,,", "register_digits", "1 to 12")]
    [InlineData("M1,H1,grid,electricity,,5,,,,,,,,", "decimals", "0 to 4")]
    [InlineData("M1,H1,grid,electricity,,,0,,,,,,,", "capacity", "greatest draw")]
    [InlineData("M1,H1,grid,electricity,,,,0,,,,,,", "multiplier", "above 0")]
    [InlineData("M1,H1,grid,electricity,,,,1.00001,,,,,,", "multiplier", "four decimals")]
    [InlineData("M1,H1,grid,electricity,,,,,2025-01-01,-5,,,,", "opening", "out of range")]
    [InlineData("M1,H1,grid,electricity,,,,,2025-01-01,\"1,000\",,,,", "opening", "no grouping")]
    [InlineData("M1,H1,grid,electricity,,,,,,5,,,,", "installed_on", "opening is given")]
    [InlineData("M1,H1,grid,electricity,,,,,2025-01-01,5,,9,,", "removed_on", "closing is given")]
    [InlineData("M1,H1,grid,electricity,,,,,2025-01-01,5,2024-12-31,9,,", "removed_on", "before installed_on")]
    [InlineData("M1,H1,grid,electricity,,,,,2025-01-01,5,2025-12-31,4,,", "closing", "register_digits")]
    [InlineData("M1,H1,grid,electricity,4,,,,2025-01-01,10000,,,,", "opening", "register_digits 4")]
    [InlineData("M1,H1,grid,electricity,,,,,2025-01-01 08:00,5,,,,", "installed_on", "zone")]
    [InlineData("M1,H1,grid,electricity,,,,,,,,,cooking,", "serves", "whole-house")]
    [InlineData("M1,H1,grid,electricity,,,,,,,,,heating,5", "heated_households", "village-central-heating")]
    [InlineData("M7,H1,grid,electricity,,,,,2024-11-01,,,,,", "meter_id", "line 2 already")]
    [InlineData("M7,H1,grid,electricity,,,,,2025-11-01,,,,,", "installed_on", "still installed at household H2: give that row's removed_on first")]
    public void Bad_meter_rows_are_explained_and_harm_no_other(string row, string column, string reason) =>
        AssertOneBad(RegistryFile.Meters, MeterHeading, row, "M7,H2,grid,electricity,,,,,2024-11-01,,,,,", column, reason);

    [Theory]
    [InlineData("140882101215,新村,140882101215", "parent", "its own parent")]
    [InlineData("140882101215,,140882101000", "name", "is empty")]
    [InlineData("140882000000,重复,", "code", "line 2 already")]
    public void Bad_division_rows_are_explained(string row, string column, string reason) =>
        AssertOneBad(RegistryFile.Divisions, "code,name,parent\n", row, "140882000000,河津市,", column, reason);

    [Fact]
    public void Divisions_that_are_each_others_parents_are_refused()
    {
        var result = Import(RegistryFile.Divisions, "code,name,parent\n140001000000,甲,140002000000\n140002000000,乙,140001000000\n140003000000,丙,\n");
        Assert.Equal((1, 2), (result.Added, result.Rejected));
    }

    [Theory]
    [InlineData("1234567890,H8,,", "household_id", "import households first")]
    [InlineData("3301234567890,H2,2025-01-01,", "from", "stands for household H1")]
    [InlineData("1234567890,H1,2025-01-01,2025-01-01", "until", "no longer valid")]
    public void Bad_alias_rows_are_explained(string row, string column, string reason) =>
        AssertOneBad(RegistryFile.Aliases, "户号,户编号,开始,结束\n", row, "3301234567890,H1,2024-01-01,", column, reason);

    [Fact]
    public void Counts_of_heated_households_mean_the_same_in_both_languages()
    {
        Import(RegistryFile.Households, "household_id,name,division,route\nE1,村供热站,140882101214,central-heating\n");
        Assert.Equal(2, Import(RegistryFile.HeatedHouseholds, "household_id,from,households\nE1,2025-11-15,50\nE1,2026-02-01,48\n").Added);
        Assert.Equal(2, Import(RegistryFile.HeatedHouseholds, "实际供暖户数,起始日期,户号\n48,2026-02-01,E1\n50,2025-11-15,E1\n").Unchanged);
    }

    [Theory]
    [InlineData("E8,2025-11-15,50", "household_id", "import households first")]
    [InlineData("H1,2025-11-15,50", "household_id", "route central-heating")]
    [InlineData("E1,,50", "from", "first day of this count")]
    [InlineData("E1,2025-11-15,", "households", "actually heated")]
    [InlineData("E1,2025-11-15,-1", "households", "0 to")]
    [InlineData("E1,2025-10-01,51", "from", "line 2 already")]
    public void Bad_counts_of_heated_households_are_explained(string row, string column, string reason)
    {
        Import(RegistryFile.Households, "household_id,name,division,route\nE1,村供热站,140882101214,central-heating\n");
        AssertOneBad(RegistryFile.HeatedHouseholds, "户编号,起始日期,实际供暖户数\n", row, "E1,2025-10-01,50", column, reason);
    }

    [Fact]
    public void A_company_keeps_its_energy_while_it_has_meters()
    {
        Import(RegistryFile.Meters, MeterHeading + "M1,H1,grid,electricity,,,,,,,,,,\n");
        AssertOneBad(RegistryFile.Companies, "company,name,energy\n", "grid,供电公司,gas", "other,热力,电", "energy", "company of its own");
    }

    [Fact]
    public void A_gbk_file_is_refused_whole_with_the_place_and_the_remedy()
    {
        byte[] gbk = [.. "household_id,name,division,route\nH5,"u8, 0xD5, 0xC5, 0xC8, 0xFD, .. ",140882101214,coal-to-gas\n"u8];
        var result = RegistryCsv.Import(ledger, RegistryFile.Households, new MemoryStream(gbk), "li", 1);
        var problem = Assert.Single(result.Problems);
        Assert.Equal(2, problem.Line);
        Assert.Contains("offset 36", problem.Reason, StringComparison.Ordinal);
        Assert.Contains("CSV UTF-8", problem.Reason, StringComparison.Ordinal);
        Assert.Equal(0, result.Rows);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Characters_cut_by_a_block_are_whole(int shift)
    {
        var text = new string('a', 65_536 - shift) + "张三\n";
        Assert.Equal(1, Import(RegistryFile.Households, "household_id,name,division,route\n" + text).Rejected);
        var cut = Encoding.UTF8.GetBytes(text)[..^3];
        var result = RegistryCsv.Import(ledger, RegistryFile.Households, new MemoryStream(cut), "li", 1);
        Assert.Contains("not UTF-8", Assert.Single(result.Problems).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "file is empty")]
    [InlineData("household_id,name,route\nH1,张三,coal-to-gas\n", "division (行政区划代码)")]
    [InlineData("household_id,name,姓名,division,route\n", "twice")]
    public void A_bad_heading_refuses_the_file(string text, string reason)
    {
        var result = Import(RegistryFile.Households, text);
        Assert.Contains(reason, Assert.Single(result.Problems).Reason, StringComparison.Ordinal);
        Assert.Equal(0, result.Rows);
    }

    [Fact]
    public void Unknown_columns_are_ignored_with_a_note()
    {
        var result = Import(RegistryFile.Companies, "phone,company,name,energy\n123,new,新公司,gas\n");
        Assert.Equal(1, result.Added);
        Assert.Contains("phone", Assert.Single(result.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_faults_are_counted_and_the_first_shown()
    {
        var text = new StringBuilder("company,name,energy\n");
        for (var i = 0; i < 250; i++) text.Append("c").Append(i).Append(",x,steam\n");
        var result = Import(RegistryFile.Companies, text.ToString());
        Assert.Equal((250, 250, ImportLimits.ProblemsShown), (result.Rejected, result.ProblemCount, result.Problems.Count));
    }

    [Fact]
    public void Batches_leave_as_they_fill_and_progress_is_told()
    {
        var text = new StringBuilder("household_id,name,division,route\n");
        for (var i = 0; i < ImportLimits.BatchRows + 5; i++) text.Append("B").Append(i).Append(",x,140882101214,coal-to-gas\n");
        var version = ledger.RegistryVersion();
        var told = new List<ImportProgress>();
        var result = RegistryCsv.Import(
            ledger, RegistryFile.Households, new MemoryStream(Encoding.UTF8.GetBytes(text.ToString())), "li", 1, told.Add);
        Assert.Equal(ImportLimits.BatchRows + 5, result.Added);
        Assert.Equal(version + 2, ledger.RegistryVersion());
        Assert.Equal(result.Rows, told[^1].Rows);
        Assert.Equal(told[^1].TotalBytes, told[^1].Bytes);
        Assert.Equal(told.Select(p => p.Bytes).Order(), told.Select(p => p.Bytes));
    }

    private void AssertOneBad(RegistryFile file, string heading, string bad, string good, string column, string reason)
    {
        var result = Import(file, heading + good + "\n" + bad + "\n");
        Assert.Equal((1, 1), (result.Added, result.Rejected));
        var problem = result.Problems[0];
        Assert.Equal((3L, column), (problem.Line, problem.Column));
        Assert.Contains(reason, problem.Reason, StringComparison.Ordinal);
        Assert.Equal(1, result.ProblemCount);
    }

    private RegistryImportResult Import(RegistryFile file, string text) =>
        RegistryCsv.Import(ledger, file, new MemoryStream(Encoding.UTF8.GetBytes(text)), "li", 1);

    private Household Household(string id)
    {
        using var view = ledger.OpenView();
        return view.Registry().Households[id];
    }
}
