using System.Text;
using MeterPipeline.Domain.Policies;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MeterPipeline.Policies;

/// <summary>Reads a folder of policy files (<c>*.yaml</c>, <c>*.yml</c>; subfolders are not read).</summary>
public static class PolicyFiles
{
    /// <summary>Longest file, bytes: the shipped ones have 1.5 KB; a wrong folder must not fill the memory.</summary>
    public const int MaxFileBytes = 1 << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <exception cref="PolicyException">The folder is missing or empty, or a file is wrong: every problem of every file.</exception>
    public static PolicyBook Load(string folder)
    {
        var problems = new List<PolicyProblem>();
        var found = new List<FoundPolicy>();
        foreach (var file in FilesOf(folder, problems))
            if (RootOf(file, problems) is { } root && Parse(file, root, problems) is { } policy) found.Add(policy);
        CheckTogether(found, problems);
        if (problems.Count > 0) throw new PolicyException(InOrder(problems));
        return new PolicyBook(found.Select(f => f.Policy));
    }

    private static IReadOnlyList<string> FilesOf(string folder, List<PolicyProblem> problems)
    {
        if (!Directory.Exists(folder))
        {
            problems.Add(new PolicyProblem(folder, 0, 0, "The policy folder does not exist", "Name it with --policies DIR."));
            return [];
        }
        var files = YamlIn(folder);
        if (files.Count == 0)
            problems.Add(new PolicyProblem(folder, 0, 0, "The policy folder holds no *.yaml file", "Copy the shipped policies there, or name another folder with --policies DIR."));
        return files;
    }

    /// <summary>The policy files of a folder, in order of name; its subfolders are not read.</summary>
    internal static List<string> YamlIn(string folder) =>
        [.. Directory.EnumerateFiles(folder).Where(f => Path.GetExtension(f) is ".yaml" or ".yml").Order(StringComparer.Ordinal)];

    private static string? TextOf(string file, List<PolicyProblem> problems)
    {
        try
        {
            if (new FileInfo(file).Length <= MaxFileBytes) return File.ReadAllText(file, StrictUtf8);
            problems.Add(new PolicyProblem(file, 0, 0, $"The file is longer than {MaxFileBytes} bytes", "Write one file for each policy."));
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

    /// <summary>The one document of a file; null where there is none, which has then been reported.</summary>
    internal static YamlNode? RootOf(string file, List<PolicyProblem> problems)
    {
        if (TextOf(file, problems) is not { } text) return null;
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
            problems.Add(new PolicyProblem(file, 0, 0, "The file is empty", "Write a policy, or remove the file."));
            return null;
        }
        foreach (var extra in yaml.Documents.Skip(1))
            problems.Add(new PolicyProblem(file, extra.RootNode.Start.Line, extra.RootNode.Start.Column, "A second document in one file", "Write one file for each policy."));
        return yaml.Documents[0].RootNode;
    }

    private static FoundPolicy? Parse(string file, YamlNode root, List<PolicyProblem> problems)
    {
        var before = problems.Count;
        var policy = PolicyReader.Read(file, root, problems);
        return policy is null || problems.Count > before ? null : new FoundPolicy(file, (YamlMappingNode)root, policy);
    }

    /// <summary>What is only wrong beside another file; reported at the later one.</summary>
    private static void CheckTogether(List<FoundPolicy> found, List<PolicyProblem> problems)
    {
        for (var i = 0; i < found.Count; i++)
            for (var j = i + 1; j < found.Count; j++)
            {
                var (a, b) = (found[i], found[j]);
                if (a.Policy.Id == b.Policy.Id && a.Policy.Version == b.Policy.Version)
                    problems.Add(b.At("version", $"{b.Policy.Id} version {b.Policy.Version} stands in {Path.GetFileName(a.File)} too", "Give it the next version, or remove one."));
                if (PolicyBook.Overlap([a.Policy, b.Policy]) is { } overlap)
                    problems.Add(b.At("areas", $"{b.Policy.Id} v{b.Policy.Version} and {a.Policy.Id} v{a.Policy.Version} ({Path.GetFileName(a.File)}) both claim area {overlap.Area} in the same season",
                        "End one with seasons: to before the other begins."));
            }
    }

    internal static List<PolicyProblem> InOrder(List<PolicyProblem> problems) =>
        [.. problems.OrderBy(p => p.File, StringComparer.Ordinal).ThenBy(p => p.Line).ThenBy(p => p.Column)];

    private sealed record FoundPolicy(string File, YamlMappingNode Root, SubsidyPolicy Policy)
    {
        public PolicyProblem At(string key, string message, string remedy)
        {
            var start = Root.Children[new YamlScalarNode(key)].Start;
            return new PolicyProblem(File, start.Line, start.Column, message, remedy);
        }
    }
}
