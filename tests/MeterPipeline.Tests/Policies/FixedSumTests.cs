using System.Text;
using System.Text.Json;
using MeterPipeline.Cli;
using MeterPipeline.Domain.FixedSums;
using MeterPipeline.Policies;
using MeterPipeline.Tests.House;

namespace MeterPipeline.Tests.Policies;

/// <summary>Fixed sums: the arithmetic case by case, and what is said about wrong files. A new case is a line in cases/fixed-sums/*.txt.</summary>
public sealed class FixedSumTests
{
    private const string Id = "yangquan-2025";
    private static readonly string Deployed = Repository.PathOf("deploy", "policies");
    private static readonly string Cases = Repository.PathOf("tests", "MeterPipeline.Tests", "Policies", "cases", "fixed-sums");
    private static readonly string Shipped = File.ReadAllText(Path.Combine(Deployed, FixedSumFiles.Folder, Id + ".yaml"));
    private static readonly IReadOnlyList<FixedSumPolicy> All =
        [.. FixedSumFiles.Load(Deployed), .. FixedSumFiles.Load(Repository.PathOf("tests", "MeterPipeline.Tests", "Policies", "examples"))];

    public static TheoryData<string> CaseFiles() => [.. Directory.EnumerateFiles(Cases, "*.txt").Order(StringComparer.Ordinal).Select(f => Path.GetFileName(f)!)];

    [Theory]
    [MemberData(nameof(CaseFiles))]
    public void Every_line_of_a_case_file_holds(string file)
    {
        var run = new FixedSumCase(All);
        var failures = new List<string>();
        var lines = File.ReadAllLines(Path.Combine(Cases, file));
        for (var i = 0; i < lines.Length; i++)
            if (lines[i].Trim() is not ("" or ['#', ..]) && run.Run(lines[i]) is { } problem) failures.Add($"{file}:{i + 1}: {problem}");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [Theory]
    [InlineData("weight: 0.5", "weight: 0.4", "- { season: 2021-2022", "The weights add up to 9/10 instead of 1")]
    [InlineData("weight: 0.5", "weight: half", "half", "'half' is not a number")]
    [InlineData("method: weighted", "method: simple", "0.2 }", "A simple average has no weights")]
    [InlineData("season: 2022-2023", "season: 2021-2022", "2021-2022, weight: 0.3", "Season 2021-2022 is named twice")]
    [InlineData("truncate: unit-and-route", "truncate: unit", "unit\n", "'unit' is not a value of 'truncate'")]
    [InlineData("coal-to-methanol: 25 }", "coal-to-methane: 25 }", "coal-to-methane", "Unknown key 'coal-to-methane'. Did you mean 'coal-to-methanol'?")]
    [InlineData("coal-to-methanol: 25 }", "coal-to-methanol: -25 }", "-25", "'coal-to-methanol' is negative: -25")]
    [InlineData("coal-to-biomass: 5, coal-to-methanol: 25", "coal-to-biomass: 5", "{ coal-to-electricity: 5, coal-to-gas: 25", "The components do not name the same routes")]
    [InlineData("bears: shortfall", "bears: fixed-sum", "fixed-sum }\n    clause: 四（五）2", "A second payer of the fixed sum")]
    [InlineData("level: city, bears: fixed-sum }\n      - { level: county, bears: shortfall", "level: county, bears: shortfall", "- { level: county, bears: shortfall", "Nobody bears the fixed sum")]
    [InlineData("code: \"140322\"", "code: \"140321\"", "\"140321\", name: 盂县", "Unit 140321 is named twice")]
    [InlineData("code: 1403-gaoxin", "code: gaoxin", "gaoxin, name", "'gaoxin' is no code of a reporting unit")]
    [InlineData("to: 2030-10-17", "to: 2025-10-17", "2025-10-17", "The last day in force is before the first")]
    [InlineData("to: 2029-2030", "to: 2024-2025", "2024-2025 }", "The last season is before the first")]
    [InlineData("    1403-gaoxin: {", "    1403-gaoxn: {", "1403-gaoxn", "Unknown key '1403-gaoxn'. Did you mean '1403-gaoxin'?")]
    [InlineData("maintenance: 93.60", "maintenance: 93.605", "93.605", "'maintenance' has more than 2 decimals: 93.605")]
    [InlineData(", 2023-2024: 159041", "", "{ 2021-2022: 160455", "Key '2023-2024' is missing")]
    [InlineData("routes: [coal-to-biomass, coal-to-methanol]", "routes: [coal-to-biomass]", "- { routes: [coal-to-electricity", "The groups leave out a route")]
    [InlineData("routes: [coal-to-biomass, coal-to-methanol]", "routes: [coal-to-gas, coal-to-methanol]", "[coal-to-gas, coal", "A route stands in two groups")]
    public void A_wrong_line_is_named_with_its_place(string line, string spoilt, string place, string message)
    {
        Assert.Contains(line, Shipped);
        var text = Shipped.Replace(line, spoilt);
        using var folder = new PolicyFolder();
        var file = Write(folder, "a.yaml", text);
        var problem = Assert.Single(Assert.Throws<PolicyException>(() => FixedSumFiles.Load(folder.Path)).Problems.DistinctBy(p => p.Message));
        Assert.Equal((file, message), (problem.File, problem.ToString().Contains(message) ? message : problem.ToString()));
        Assert.NotEmpty(problem.Remedy);
        Assert.StartsWith(place, string.Join('\n', text.Split('\n')[(int)(problem.Line - 1)..])[(int)(problem.Column - 1)..]);
    }

    [Fact]
    public void Two_rules_for_one_area_and_season_are_refused_at_the_later_file()
    {
        using var folder = new PolicyFolder();
        Write(folder, "a.yaml", Shipped);
        Write(folder, "b.yaml", Shipped.Replace("id: yangquan-2025", "id: other"));
        Assert.Contains("b.yaml:15:7: other v1 and yangquan-2025 v1 (a.yaml) both claim area 1403 in the same season", Assert.Throws<PolicyException>(() => FixedSumFiles.Load(folder.Path)).Message);
        Write(folder, "b.yaml", Shipped);
        Assert.Contains("b.yaml:10:10: yangquan-2025 version 1 stands in a.yaml too", Assert.Throws<PolicyException>(() => FixedSumFiles.Load(folder.Path)).Message);
        Write(folder, "b.yaml", Shipped.Replace("version: 1", "version: 2"));
        Assert.Equal([1, 2], FixedSumFiles.Load(folder.Path).Select(p => p.Version));
    }

    [Theory]
    [InlineData("season,unit,route", ":1:1: The heading has no column households (户数)")]
    [InlineData("season,unit,route,households\n2020-2021,140321,coal-to-gas,1", ":2:1: '2020-2021' is no season that the policy averages. Known: 2021-2022, 2022-2023, 2023-2024.")]
    [InlineData("season,unit,route,households\n2021-2022,140323,coal-to-gas,1", ":2:11: '140323' is no unit of the policy")]
    [InlineData("season,unit,route,households\n2021-2022,140321,central-heating,1", ":2:18: 'central-heating' is no route that has a standard")]
    [InlineData("season,unit,route,households\n2021-2022,140321,coal-to-gas,-1", ":2:30: '-1' is no number of households")]
    [InlineData("season,unit,route,households\n2021-2022,140321,coal-to-gas", ":2:1: The line has 3 fields")]
    [InlineData("season,unit,route,households\n2021-2022,140321,coal-to-gas,1,234", ":2:1: The line has more fields than the heading, 4, or a comma inside one")]
    [InlineData("season,unit,route,households,note\n2021-2022,140321,coal-to-gas,\"1,234\"", ":2:1: The line has more fields than the heading, 5, or a comma inside one")]
    [InlineData("season,unit,route,households,户数\n2021-2022,140321,coal-to-gas,1,2", ":1:1: The heading has the column households (户数) twice")]
    [InlineData("season,unit,route,households\n2021-2022,140321,coal-to-gas,1\n2021-2022,140321,coal-to-gas,2", ":3:1: 2021-2022, 140321 and coal-to-gas stand in an earlier line too")]
    [InlineData("season,unit,route,households\n2021-2022,140321,coal-to-gas,1", ": No line for 2022-2023, 140321 平定县, coal-to-gas. Add it, with 0 if no household was settled.")]
    [InlineData("season,unit,route,households\n2021-2022,140321,coal-to-gas,1", ": Unit 1403-gaoxin 高新区 has no line")]
    public void Wrong_counts_are_named_with_their_place(string csv, string message)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        var error = Assert.Throws<PolicyException>(() => SettledCountsCsv.Read("counts.csv", content, All[0]));
        Assert.Contains("counts.csv" + message, error.Message);
    }

    [Fact]
    public async Task The_verb_writes_every_difference_from_counts_with_chinese_headings()
    {
        using var folder = new PolicyFolder(("counts.csv", Counts()));
        var (counts, target) = (Path.Combine(folder.Path, "counts.csv"), Path.Combine(folder.Path, "sums.csv"));
        Assert.Equal(ExitCode.Difference, await Verb("--counts", counts, "--format", "csv", "--out", target));
        var lines = await File.ReadAllLinesAsync(target);
        Assert.Equal("unit,name,routes,figure,computed,published,difference,finding,why", lines[0]);
        Assert.Contains("140302,城区,coal-to-gas,households,4512,,,unpublished,truncated", lines);
        Assert.Contains(lines, l => l.StartsWith("140302,城区,,maintenance,23365.00,23200.00,-165.00,impossible,\"published is below the least", StringComparison.Ordinal));
        Assert.Contains("140302,城区,,insurance,113605.00,113600.00,-5.00,rounding,sum of the routes", lines);
    }

    [Fact]
    public async Task The_verb_checks_the_published_table_alone()
    {
        using var folder = new PolicyFolder();
        var target = Path.Combine(folder.Path, "check.json");
        Assert.Equal(ExitCode.Difference, await Verb("--format", "json", "--out", target));
        var check = JsonDocument.Parse(await File.ReadAllTextAsync(target)).RootElement;
        Assert.Equal(("阳政办发〔2025〕14号", 4), (check.GetProperty("document").GetString(), check.GetProperty("unexplained").GetInt32()));
        Assert.Equal(-11.2m, check.GetProperty("lines")[0].GetProperty("difference").GetDecimal());
        Assert.Equal(ExitCode.Usage, await CommandLine.RunAsync(["fixed-sums", "--policy", "none", "--policies", Deployed]));
    }

    /// <summary>The build copies the rules beside the program.</summary>
    [Fact]
    public void The_program_brings_its_rules_along() =>
        Assert.Equal(Id, Assert.Single(FixedSumFiles.Load(Path.Combine(AppContext.BaseDirectory, "policies"))).Id);

    private static Task<int> Verb(params string[] more) => CommandLine.RunAsync(["fixed-sums", "--policy", Id, "--policies", Deployed, .. more]);

    /// <summary>城区 as its insurance money implies, one household of gas elsewhere; codes in their long form.</summary>
    private static string Counts()
    {
        var csv = new StringBuilder("\uFEFF采暖季,单位,改造路径,户数\n");
        foreach (var season in (string[])["2021-2022", "2022-2023", "2023-2024"])
        {
            csv.Append(season).Append(",140302000000,煤改电,161\n").Append(season).Append(",140302,煤改气,4512\n");
            foreach (var unit in (string[])["140321", "140322", "140311", "140303", "1403-gaoxin"]) csv.Append(season).Append(',').Append(unit).Append(",煤改气,1\n");
        }
        return csv.ToString();
    }

    private static string Write(PolicyFolder folder, string name, string text)
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(folder.Path, FixedSumFiles.Folder)).FullName, name);
        File.WriteAllText(file, text);
        return file;
    }
}
