using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MeterPipeline.Tests.House;

/// <summary>Who may know whom. A new row or a new name in a row is a decision, recorded in src/README.md.</summary>
public sealed class RoomsTest
{
    private static readonly Dictionary<string, string[]> MayKnow = new()
    {
        ["src/MeterPipeline.Domain"] = [],
        ["src/MeterPipeline.Mqtt"] = [],
        ["src/MeterPipeline.Ledger"] = ["MeterPipeline.Domain"],
        ["src/MeterPipeline.Sinks"] = [],
        ["src/MeterPipeline.Ingest"] = ["MeterPipeline.Domain", "MeterPipeline.Ledger", "MeterPipeline.Mqtt", "MeterPipeline.Sinks"],
        ["src/MeterPipeline.Web"] = ["MeterPipeline.Domain", "MeterPipeline.Ledger"],
        ["src/MeterPipeline"] =
        [
            "LoadGenerator", "MeterFleet", "MeterPipeline.Adapters", "MeterPipeline.Domain", "MeterPipeline.Ingest", "MeterPipeline.Ledger", "MeterPipeline.Mqtt", "MeterPipeline.Sinks", "MeterPipeline.Web",
            "TextbookWorker",
        ],
        ["src/Adapters"] = ["MeterPipeline.Mqtt", "MeterPipeline.Sinks"],
        ["simulators/LoadGenerator"] = [],
        ["simulators/MeterFleet"] = [],
        ["simulators/TextbookWorker"] = [],
    };

    [Fact]
    public void References_equal_the_table()
    {
        var projects = new[] { "src", "simulators" }.SelectMany(top => Repository.Files(Repository.PathOf(top))).Where(f => f.EndsWith(".csproj", StringComparison.Ordinal));
        var found = projects.ToDictionary(p => Repository.Relative(Path.GetDirectoryName(p)!), References);
        Assert.Equal(MayKnow.Keys.Order(), found.Keys.Order());
        foreach (var (room, references) in found) Assert.True(MayKnow[room].SequenceEqual(references), $"{room} refers to {string.Join(", ", references)}");
    }

    [Fact]
    public void The_domain_has_no_package_and_no_framework()
    {
        var project = XDocument.Load(Repository.PathOf("src", "MeterPipeline.Domain", "MeterPipeline.Domain.csproj"));
        Assert.Empty(project.Descendants("PackageReference").Concat(project.Descendants("FrameworkReference")));
        // What every room gets must be an analyzer: nothing that runs.
        foreach (var package in XDocument.Load(Repository.PathOf("src", "Directory.Build.props")).Descendants("PackageReference"))
            Assert.True((string?)package.Attribute("PrivateAssets") == "all" && package.Attribute("Include")!.Value.EndsWith("Analyzers", StringComparison.Ordinal), package.ToString());
    }

    [Fact]
    public void The_domain_touches_nothing_outside()
    {
        var outside = new Regex(@"\b(File|Directory|FileStream|StreamReader|StreamWriter|HttpClient|Socket|Console|Environment|TimeProvider|Task|Thread)\b[.(<\[ ]");
        var touched = Repository.Files(Repository.PathOf("src", "MeterPipeline.Domain")).Where(f => f.EndsWith(".cs", StringComparison.Ordinal))
            .SelectMany(f => SourceText.WithoutText(File.ReadAllText(f)).Split('\n').Select((line, i) => (Place: $"{Repository.Relative(f)}:{i + 1}", Line: line)))
            .Where(l => outside.IsMatch(l.Line)).Select(l => $"{l.Place}: {l.Line.Trim()}");
        Assert.Empty(touched);
    }

    private static string[] References(string project) =>
        [.. XDocument.Load(project).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/'))).Order(StringComparer.Ordinal)];
}
