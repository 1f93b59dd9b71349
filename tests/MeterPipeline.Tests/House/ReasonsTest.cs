using System.Text.RegularExpressions;

namespace MeterPipeline.Tests.House;

/// <summary>Every word that intake gives as a reason is explained on the quarantine page in both languages, and no other is.</summary>
public sealed partial class ReasonsTest
{
    [Theory]
    [InlineData("Texts.Chinese.cs")]
    [InlineData("Texts.English.cs")]
    public void The_page_knows_intakes_words(string texts)
    {
        var given = Repository.Files(Repository.PathOf("src", "MeterPipeline.Ingest", "Intake")).Where(f => f.EndsWith(".cs", StringComparison.Ordinal))
            .SelectMany(f => Fault().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value)).Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.True(given.Count >= 19, $"Only {given.Count} reasons were found in the sources of intake.");
        var page = File.ReadAllText(Repository.PathOf("src", "MeterPipeline.Web", "Pages", texts));
        var list = page[page.IndexOf("QuarantineReasons =", StringComparison.Ordinal)..];
        list = list[..list.IndexOf("};", StringComparison.Ordinal)];
        Assert.Equal(given, Explained().Matches(list).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    /// <summary><c>new Fault("word", …)</c>, with the type said or understood.</summary>
    [GeneratedRegex("""new(?: Fault)?\("([a-z]+(?:-[a-z0-9]+)+)",""")]
    private static partial Regex Fault();

    [GeneratedRegex("""\["([a-z0-9-]+)"\] = """)]
    private static partial Regex Explained();
}
