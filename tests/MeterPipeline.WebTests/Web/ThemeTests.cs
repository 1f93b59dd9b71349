using System.Globalization;
using System.Text.RegularExpressions;
using MeterPipeline.Tests.House;

namespace MeterPipeline.Tests.Web;

/// <summary>The colours of the pages, computed from the style sheets: WCAG 2 level AA in light, dark and on paper.</summary>
public sealed partial class ThemeTests
{
    private const double OfText = 4.5;

    /// <summary>Lines of charts, edges of controls, marks of state.</summary>
    private const double OfShapes = 3;

    private static readonly string[] _grounds = ["page", "card", "stripe"];
    private static readonly string[] _texts = ["ink", "soft", "accent", "ok", "flag"];
    private static readonly string[] _shapes = ["first", "second", "edge"];
    private static readonly string _css = string.Concat(Sheets().Select(File.ReadAllText));

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public void Text_and_shapes_can_be_told_from_what_is_behind_them(string scheme)
    {
        var colours = Scheme(scheme);
        var faint = new List<string>();
        foreach (var ground in _grounds)
        {
            foreach (var text in _texts) Check(text, ground, OfText);
            foreach (var shape in _shapes) Check(shape, ground, OfShapes);
        }
        // Rules that set both: badges, buttons, notes.
        foreach (Match rule in Rule().Matches(_css))
        {
            var (front, back) = (Colour().Match(rule.Value), Ground().Match(rule.Value));
            if (front.Success && back.Success) Check(front.Groups[1].Value, back.Groups[1].Value, OfText);
        }
        Assert.True(faint.Count == 0, $"Too faint in {scheme}: {string.Join("; ", faint.Distinct())}");

        void Check(string front, string back, double least)
        {
            var ratio = Contrast(Of(front), Of(back));
            if (ratio < least) faint.Add($"{front} on {back} {ratio:0.00} < {least}");
        }

        string Of(string name) => name[0] == '#' ? name : colours[name];
    }

    [Fact]
    public void The_head_of_the_page_can_be_read()
    {
        foreach (var scheme in new[] { "light", "dark" })
        {
            var head = Scheme(scheme)["head"];
            foreach (Match rule in HeadRule().Matches(_css))
                Assert.True(Contrast(rule.Groups[1].Value, head) >= OfText, $"{rule.Value} on the head, {scheme}");
        }
    }

    [Fact]
    public void Every_colour_that_is_used_has_a_value_in_both_schemes()
    {
        var (light, dark) = (Scheme("light"), Scheme("dark"));
        var used = Used().Matches(_css).Select(use => use.Groups[1].Value).Distinct().ToList();
        Assert.NotEmpty(used);
        Assert.DoesNotContain(used, name => !light.ContainsKey(name) || !dark.ContainsKey(name));
    }

    [Fact]
    public void What_only_the_registrys_sheet_styles_stands_on_its_pages_only()
    {
        var room = Repository.PathOf("src", "MeterPipeline.Web");
        var own = Path.Combine(room, "Registry") + Path.DirectorySeparatorChar;
        HashSet<string> Styled(IEnumerable<string> sheets) => [.. sheets.SelectMany(sheet => Styles().Matches(File.ReadAllText(sheet))).Select(match => match.Groups[1].Value)];
        var alone = Styled(Sheets().Where(sheet => sheet.StartsWith(own, StringComparison.Ordinal)));
        alone.ExceptWith(Styled(Sheets().Where(sheet => !sheet.StartsWith(own, StringComparison.Ordinal))));
        Assert.Contains("diff", alone);
        var elsewhere = Directory.EnumerateFiles(room, "*.cs", SearchOption.AllDirectories).Where(file => !file.StartsWith(own, StringComparison.Ordinal))
            .SelectMany(file => Classes().Matches(File.ReadAllText(file)).SelectMany(match => match.Groups[1].Value.Split(' ')).Select(name => (File: Path.GetFileName(file), Name: name)));
        Assert.DoesNotContain(elsewhere, use => alone.Contains(use.Name));
    }

    private static IEnumerable<string> Sheets() => Directory.EnumerateFiles(Repository.PathOf("src", "MeterPipeline.Web"), "*.css", SearchOption.AllDirectories)
        .Where(path => !path.Contains("node_modules", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    /// <summary>Values of the named colours; dark replaces those of light.</summary>
    private static Dictionary<string, string> Scheme(string scheme)
    {
        var pages = File.ReadAllText(Repository.PathOf("src", "MeterPipeline.Web", "Assets", "pages.css"));
        var roots = Root().Matches(pages);
        var colours = Values(roots[0].Value);
        if (scheme == "dark")
            foreach (var (name, value) in Values(roots[1].Value)) colours[name] = value;
        return colours;
    }

    private static Dictionary<string, string> Values(string root) =>
        Value().Matches(root).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value, StringComparer.Ordinal);

    private static double Contrast(string a, string b)
    {
        var (high, low) = (Luminance(a), Luminance(b));
        if (high < low) (high, low) = (low, high);
        return (high + 0.05) / (low + 0.05);
    }

    private static double Luminance(string hex)
    {
        var digits = hex.Length == 4 ? string.Concat(hex[1..].Select(c => new string(c, 2))) : hex[1..];
        double Channel(int at)
        {
            var share = int.Parse(digits.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return share <= 0.04045 ? share / 12.92 : Math.Pow((share + 0.055) / 1.055, 2.4);
        }
        return 0.2126 * Channel(0) + 0.7152 * Channel(2) + 0.0722 * Channel(4);
    }

    [GeneratedRegex(@"\.([a-z][a-z-]*)(?=[^{}]*\{)")]
    private static partial Regex Styles();

    [GeneratedRegex("""class=\\?"([a-z -]*)""")]
    private static partial Regex Classes();

    [GeneratedRegex(@":root \{[^}]*\}")]
    private static partial Regex Root();

    [GeneratedRegex(@"--([a-z-]+): (#[0-9a-f]{3,6})")]
    private static partial Regex Value();

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Rule();

    [GeneratedRegex(@"(?<![a-z-])color: (?:var\(--([a-z-]+)\))")]
    private static partial Regex Colour();

    [GeneratedRegex(@"(?<![a-z-])background(?:-color)?: (?:var\(--([a-z-]+)\))")]
    private static partial Regex Ground();

    [GeneratedRegex(@"(?:\.top[^{]*|\.side[^{]*)\{[^}]*?(?<![a-z-])color: (#[0-9a-f]{3,6})")]
    private static partial Regex HeadRule();

    [GeneratedRegex(@"var\(--([a-z-]+)\)")]
    private static partial Regex Used();
}
