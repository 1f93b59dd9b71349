using MeterPipeline.Domain.Policies;
using YamlDotNet.RepresentationModel;

namespace MeterPipeline.Policies;

/// <summary>Reads a folder of policy files (<c>*.yaml</c>, <c>*.yml</c>; subfolders are not read).</summary>
public static class PolicyFiles
{
    private static readonly YamlFolder Kind = new("policy", "policies", "with --policies DIR");

    /// <exception cref="PolicyException">The folder is missing or empty, or a file is wrong: every problem of every file.</exception>
    public static PolicyBook Load(string folder)
    {
        var problems = new List<PolicyProblem>();
        var found = new List<FoundPolicy>();
        foreach (var (file, root) in Kind.Read(folder, problems))
        {
            var before = problems.Count;
            if (PolicyReader.Read(file, root, problems) is { } policy && problems.Count == before) found.Add(new FoundPolicy(file, (YamlMappingNode)root, policy));
        }
        CheckTogether(found, problems);
        if (problems.Count > 0) throw new PolicyException(problems);
        return new PolicyBook(found.Select(f => f.Policy));
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

    private sealed record FoundPolicy(string File, YamlMappingNode Root, SubsidyPolicy Policy)
    {
        public PolicyProblem At(string key, string message, string remedy)
        {
            var start = Root.Children[new YamlScalarNode(key)].Start;
            return new PolicyProblem(File, start.Line, start.Column, message, remedy);
        }
    }
}
