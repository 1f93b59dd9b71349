using System.Text;
using System.Text.RegularExpressions;

namespace MeterPipeline.Tests.House;

/// <summary>Style as a test: what a reviewer would otherwise say again and again.</summary>
public sealed partial class TidyTest
{
    private const int MemberLinesMax = 70;
    private const int FileLinesMax = 500;
    private const int ProgramLinesMax = 60;

    /// <summary>File or <c>file: member header</c> that may break a limit, and why.</summary>
    private static readonly Dictionary<string, string> Exceptions = new(StringComparer.Ordinal)
    {
        ["src/MeterPipeline.Web/Pages/Texts.Chinese.cs: = new()"] = "one table of words, a line each",
        ["src/MeterPipeline.Web/Pages/Texts.English.cs: = new()"] = "one table of words, a line each",
        ["src/MeterPipeline.Web/Pages/BoardTexts.Chinese.cs: = new()"] = "one table of words, a line each",
        ["src/MeterPipeline.Web/Pages/BoardTexts.English.cs: = new()"] = "one table of words, a line each",
        ["src/MeterPipeline.Web/Reports/ReportTexts.Chinese.cs: = new()"] = "one table of words, a line each",
        ["src/MeterPipeline.Web/Reports/ReportTexts.English.cs: = new()"] = "one table of words, a line each",
        ["src/MeterPipeline.Web/Settlements/SettlementTexts.Chinese.cs: = new()"] = "one table of words, a line each",
        ["src/MeterPipeline.Web/Settlements/SettlementTexts.English.cs: = new()"] = "one table of words, a line each",
    };

    private static readonly HashSet<string> TopFolders = ["src", "tests", "simulators", "deploy"];

    private static readonly HashSet<string> BannedWords =
        ["Common", "Core", "Shared", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Manager", "Misc"];

    private static readonly HashSet<string> NotText = [".png", ".ico", ".jpg", ".woff2", ".pfx", ".db", ".gz", ".zip", ".xlsx", ".bin"];

    [Fact]
    public void Members_and_files_are_short()
    {
        var tooLong = new List<string>();
        foreach (var file in Repository.Sources())
        {
            var (name, source) = (Repository.Relative(file), File.ReadAllText(file));
            var lines = source.Count(c => c == '\n');
            var limit = name == "src/MeterPipeline/Program.cs" ? ProgramLinesMax : FileLinesMax;
            if (lines > limit && !Exceptions.ContainsKey(name)) tooLong.Add($"{name}: {lines} lines, {limit} allowed");
            foreach (var (header, line, length) in SourceText.Members(source))
                if (length > MemberLinesMax && !Exceptions.ContainsKey($"{name}: {header}")) tooLong.Add($"{name}:{line}: {header} has {length} lines, {MemberLinesMax} allowed");
        }
        Assert.True(tooLong.Count == 0, string.Join('\n', tooLong));
    }

    [Fact]
    public void Names_say_what_happens_inside()
    {
        var banned = new List<string>();
        foreach (var file in Repository.Sources())
        {
            var name = Repository.Relative(file);
            var segments = name.Split('/', '.');
            banned.AddRange(segments.Where(BannedWords.Contains).Select(word => $"{name}: '{word}'"));
            foreach (var type in SourceText.TypeNames(File.ReadAllText(file)))
            {
                var words = Words().Matches(type).Select(m => m.Value).ToList();
                if (words.Any(BannedWords.Contains) || (words.Count > 1 && words[^1] == "Base")) banned.Add($"{name}: type {type}");
            }
        }
        Assert.True(banned.Count == 0, string.Join('\n', banned));
    }

    [Fact]
    public void Top_level_folders_are_fixed()
    {
        var folders = Directory.EnumerateDirectories(Repository.Root).Select(f => Path.GetFileName(f)!).Where(f => f[0] != '.' && Repository.IsKept(f));
        Assert.Empty(folders.Except(TopFolders));
    }

    [Fact]
    public void No_file_names_a_machine_a_registry_or_something_left_undone()
    {
        var found = new List<string>();
        foreach (var file in Repository.Files(Repository.Root).Where(f => !NotText.Contains(Path.GetExtension(f))))
        {
            var number = 0;
            foreach (var line in File.ReadLines(file, Encoding.UTF8))
            {
                number++;
                if (MachinePath().IsMatch(line) || Undone().IsMatch(line) || NamesRegistry(line)) found.Add($"{Repository.Relative(file)}:{number}: {line.Trim()}");
            }
        }
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Fact]
    public void Every_exception_still_names_a_file() =>
        Assert.All(Exceptions.Keys, key => Assert.True(File.Exists(Repository.PathOf(key.Split(": ")[0])), $"{key} is gone: remove the exception"));

    [Theory]
    [InlineData("class A { void M() {\n} }", "void M()", 2)]
    [InlineData("class A { string S => $\"{(x ? \"}\" : '{')}\"; int M()\n{\n// }\n} }", "int M()", 4)]
    [InlineData("namespace N { record struct P(int X) { void R() { if (x) { }\n } } }", "void R()", 2)]
    [InlineData("class A { void V() {\n var s = @\"\\\"; var r = \"\"\"\n } \"\"\"; } }", "void V()", 3)]
    public void The_measure_itself(string source, string header, int lines) =>
        Assert.Contains(SourceText.Members(source), m => m.Header.EndsWith(header, StringComparison.Ordinal) && m.Lines == lines);

    /// <summary>Only the public registries may be named: whoever builds brings their own mirror by configuration.</summary>
    private static bool NamesRegistry(string line) => Address().Matches(line).Select(m => m.Groups[1].Value).Any(host =>
        Registry().IsMatch(host) && host is not ("api.nuget.org" or "www.nuget.org" or "nuget.org" or "registry.npmjs.org" or "www.npmjs.com"));

    // Built from pieces, so that this file does not find itself.
    [GeneratedRegex("(?<![\\w.])/(?:" + "wo" + "rk|ro" + "ot|ho" + "me/\\w+|Us" + "ers/\\w+|t" + "mp/wt)/|[A-Z]:\\\\Us" + "ers\\\\")]
    private static partial Regex MachinePath();

    [GeneratedRegex("\\b(?:TO" + "DO|FIX" + "ME|XX" + "X)\\b")]
    private static partial Regex Undone();

    [GeneratedRegex(@"https?://([^/\s""'<>:]+)")]
    private static partial Regex Address();

    [GeneratedRegex("nuget|npm|regist" + "ry|artifactory|nexus|pro" + "xy|mirror", RegexOptions.IgnoreCase)]
    private static partial Regex Registry();

    [GeneratedRegex("[A-Z][a-z0-9]*|[A-Z]+(?![a-z])")]
    private static partial Regex Words();
}
