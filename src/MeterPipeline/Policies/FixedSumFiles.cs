using MeterPipeline.Domain.FixedSums;
using YamlDotNet.RepresentationModel;

namespace MeterPipeline.Policies;

/// <summary>Reads the rules of fixed sums: the folder <c>fixed-sums</c> of a folder of policies, which may be missing.</summary>
public static class FixedSumFiles
{
    public const string Folder = "fixed-sums";

    private static readonly YamlFolder Kind = new("fixed-sum rule", "fixed-sum rules", "with --policies DIR");

    /// <param name="policies">The folder of the policies, above <see cref="Folder"/>.</param>
    /// <returns>By id, then version.</returns>
    /// <exception cref="PolicyException">A file is wrong: every problem of every file.</exception>
    public static IReadOnlyList<FixedSumPolicy> Load(string policies)
    {
        var folder = Path.Combine(policies, Folder);
        if (!Directory.Exists(folder)) return [];
        var problems = new List<PolicyProblem>();
        var found = new List<(string File, YamlNode Root, FixedSumPolicy Policy)>();
        foreach (var (file, root) in Kind.Read(folder, problems))
            if (FixedSumReader.Read(file, root, problems) is { } policy) found.Add((file, root, policy));
        for (var i = 0; i < found.Count; i++)
            for (var j = i + 1; j < found.Count; j++)
                CheckTogether(found[i].File, found[i].Policy, found[j].Policy, (key, message, remedy) => problems.Add(At(found[j].File, found[j].Root, key, message, remedy)));
        if (problems.Count > 0) throw new PolicyException(problems);
        return [.. found.Select(f => f.Policy).OrderBy(p => p.Id, StringComparer.Ordinal).ThenBy(p => p.Version)];
    }

    /// <summary>What is only wrong beside another file; reported at the later one.</summary>
    private static void CheckTogether(string file, FixedSumPolicy a, FixedSumPolicy b, Action<string, string, string> report)
    {
        if (a.Id == b.Id && a.Version == b.Version)
            report("version", $"{b.Id} version {b.Version} stands in {Path.GetFileName(file)} too", "Give it the next version, or remove one.");
        var apart = a.ToAutumn < b.FromAutumn || b.ToAutumn < a.FromAutumn;
        if (a.Id != b.Id && a.Area.Code == b.Area.Code && !apart)
            report("area", $"{b.Id} v{b.Version} and {a.Id} v{a.Version} ({Path.GetFileName(file)}) both claim area {b.Area.Code} in the same season", "End one with seasons: to before the other begins.");
    }

    private static PolicyProblem At(string file, YamlNode root, string key, string message, string remedy)
    {
        var start = ((YamlMappingNode)root).Children[new YamlScalarNode(key)].Start;
        return new PolicyProblem(file, start.Line, start.Column, message, remedy);
    }
}
