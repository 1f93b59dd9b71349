using System.Text;
using MeterPipeline.Domain.Policies;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MeterPipeline.Policies;

/// <summary>Reads a folder of policy files and checks them, each for itself and all against each other.</summary>
public static class PolicyFiles
{
    private const int FileBytesMax = 1024 * 1024;

    /// <exception cref="PolicyException">Anything is wrong: every problem with file, line, column and remedy.</exception>
    public static PolicyBook Load(string folder)
    {
        var problems = new List<PolicyProblem>();
        var policies = new List<(SubsidyPolicy Policy, string File)>();
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal).ToArray() : [];
        if (files.Length == 0) problems.Add(new PolicyProblem(folder, 1, 1, "No *.yaml file here. Name the folder of policy files with --policies."));
        foreach (var file in files)
            if (Read(file, problems) is { } policy) policies.Add((policy, Path.GetFileName(file)));
        Compare(policies, problems);
        return problems.Count == 0 ? new PolicyBook(policies.Select(p => p.Policy)) : throw new PolicyException(problems);
    }

    private static SubsidyPolicy? Read(string path, List<PolicyProblem> problems)
    {
        var file = Path.GetFileName(path);
        try
        {
            if (new FileInfo(path).Length > FileBytesMax)
            {
                problems.Add(new PolicyProblem(file, 1, 1, "The file is larger than 1 MiB. A policy takes a few kilobytes."));
                return null;
            }
            var yaml = new YamlStream();
            yaml.Load(new StringReader(new UTF8Encoding(false, true).GetString(File.ReadAllBytes(path)).TrimStart('\uFEFF')));
            if (yaml.Documents is [{ RootNode: YamlMappingNode root }]) return PolicyReader.Read(new YamlMap(file, root, problems));
            problems.Add(new PolicyProblem(file, 1, 1, "Expected one policy: a mapping that begins with id."));
        }
        catch (DecoderFallbackException)
        {
            problems.Add(new PolicyProblem(file, 1, 1, "The file is not UTF-8. Save it as UTF-8."));
        }
        catch (YamlException error)
        {
            problems.Add(new PolicyProblem(file, error.Start.Line, error.Start.Column, $"Not YAML: {error.Message}"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(new PolicyProblem(file, 1, 1, $"Cannot be read: {error.Message}"));
        }
        return null;
    }

    private static void Compare(List<(SubsidyPolicy Policy, string File)> policies, List<PolicyProblem> problems)
    {
        foreach (var twice in policies.GroupBy(p => (p.Policy.Id, p.Policy.Version)).Where(g => g.Count() > 1))
            problems.Add(new PolicyProblem(twice.Last().File, 1, 1, $"{twice.Key.Id} v{twice.Key.Version} stands in {twice.First().File} too. Raise the version."));
        if (problems.Count > 0 || PolicyBook.Overlap([.. policies.Select(p => p.Policy)]) is not var (a, b, area)) return;
        var later = policies.First(p => ReferenceEquals(p.Policy, b)).File;
        var earlier = policies.First(p => ReferenceEquals(p.Policy, a)).File;
        problems.Add(new PolicyProblem(later, 1, 1, $"{b.Id} v{b.Version} and {a.Id} v{a.Version} ({earlier}) both claim area {area} in the same season. Give the older one seasons.to."));
    }
}
