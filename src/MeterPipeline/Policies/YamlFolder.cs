using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MeterPipeline.Policies;

/// <summary>Reads a folder of files (<c>*.yaml</c>, <c>*.yml</c>; subfolders are not read), one document each.</summary>
/// <param name="One">What one file holds: <c>policy</c>.</param>
/// <param name="Many">The same of many: <c>policies</c>.</param>
/// <param name="Named">How the folder is named: <c>with --policies DIR</c>.</param>
internal sealed record YamlFolder(string One, string Many, string Named)
{
    /// <summary>Longest file, bytes: the shipped ones have 1.5 KB; a wrong folder must not fill the memory.</summary>
    private const int MaxFileBytes = 1 << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The files that are YAML, in order of name; what is wrong with others is reported.</summary>
    public IEnumerable<(string File, YamlNode Root)> Read(string folder, List<PolicyProblem> problems)
    {
        foreach (var file in FilesOf(folder, problems))
            if (TextOf(file, problems) is { } text && Parse(file, text, problems) is { } root) yield return (file, root);
    }

    private IReadOnlyList<string> FilesOf(string folder, List<PolicyProblem> problems)
    {
        if (!Directory.Exists(folder))
        {
            problems.Add(new PolicyProblem(folder, 0, 0, $"The {One} folder does not exist", $"Name it {Named}."));
            return [];
        }
        var files = Directory.EnumerateFiles(folder).Where(f => Path.GetExtension(f) is ".yaml" or ".yml").Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0)
            problems.Add(new PolicyProblem(folder, 0, 0, $"The {One} folder holds no *.yaml file", $"Copy the shipped {Many} there, or name another folder {Named}."));
        return files;
    }

    private string? TextOf(string file, List<PolicyProblem> problems)
    {
        try
        {
            if (new FileInfo(file).Length <= MaxFileBytes) return File.ReadAllText(file, StrictUtf8);
            problems.Add(new PolicyProblem(file, 0, 0, $"The file is longer than {MaxFileBytes} bytes", $"Write one file for each {One}."));
        }
        catch (DecoderFallbackException)
        {
            problems.Add(new PolicyProblem(file, 0, 0, "The file is not UTF-8", "Save it as UTF-8; editors on Chinese Windows may write GB 18030."));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(new PolicyProblem(file, 0, 0, $"The file cannot be read: {error.Message.TrimEnd('.')}", "Check its permissions."));
        }
        return null;
    }

    private YamlNode? Parse(string file, string text, List<PolicyProblem> problems)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException error)
        {
            problems.Add(new PolicyProblem(file, error.Start.Line, error.Start.Column, $"Not YAML: {error.Message.TrimEnd('.')}", "Check indentation and quotes; each key may stand once."));
            return null;
        }
        if (yaml.Documents.Count == 0)
        {
            problems.Add(new PolicyProblem(file, 0, 0, "The file is empty", $"Write a {One}, or remove the file."));
            return null;
        }
        foreach (var extra in yaml.Documents.Skip(1))
            problems.Add(new PolicyProblem(file, extra.RootNode.Start.Line, extra.RootNode.Start.Column, "A second document in one file", $"Write one file for each {One}."));
        return yaml.Documents[0].RootNode;
    }
}
