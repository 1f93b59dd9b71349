using MeterPipeline.Ingest.Intake.Profiles;
using MeterPipeline.Policies;
using YamlDotNet.RepresentationModel;

namespace MeterPipeline.Profiles;

/// <summary>Reads a folder of profiles: how to read the messages of head-ends that keep their own format.</summary>
public static class ProfileFiles
{
    private static readonly YamlFolder Kind = new("profile", "profiles", "in MeterPipeline:Profiles");

    /// <exception cref="PolicyException">The folder is missing or empty, or a file is wrong: every problem of every file.</exception>
    public static IReadOnlyList<Profile> Load(string folder)
    {
        var problems = new List<PolicyProblem>();
        var found = new List<(string File, YamlNode Root, Profile Profile)>();
        foreach (var (file, root) in Kind.Read(folder, problems))
        {
            var before = problems.Count;
            if (ProfileReader.Read(file, root, problems) is not { } profile || problems.Count > before) continue;
            foreach (var other in found)
            {
                var place = (File: Path.GetFileName(other.File), root.Start.Line, root.Start.Column);
                if (other.Profile.Id == profile.Id)
                    problems.Add(new PolicyProblem(file, place.Line, place.Column, $"Profile '{profile.Id}' stands in {place.File} too", "Give it another id."));
                if (other.Profile.Topic.Overlaps(profile.Topic))
                    problems.Add(new PolicyProblem(file, place.Line, place.Column, $"Topic {profile.Topic.Text} and {other.Profile.Topic.Text} of {place.File} have topics in common", "Make one narrower: nothing decides between them."));
            }
            found.Add((file, root, profile));
        }
        return problems.Count == 0 ? [.. found.Select(f => f.Profile)] : throw new PolicyException(problems);
    }
}
