using System.Text;
using System.Text.RegularExpressions;
using MeterPipeline.Tests.House;

namespace MeterPipeline.Tests.Ingest;

/// <summary>
/// Walks the case folder, <c>cases/README.md</c> explains the lines. What stays in quarantine must be rejected for the same reason when its
/// bytes are sent again alone, on a connection that has seen nothing else.
/// </summary>
public sealed class FormatCases
{
    private static readonly string Folder = Repository.PathOf("tests", "MeterPipeline.Tests", "Ingest", "cases");

    public static TheoryData<string> Cases() => [.. Directory.EnumerateFiles(Folder, "*.case").Order(StringComparer.Ordinal).Select(f => Path.GetFileName(f))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case_comes_out_as_written(string file)
    {
        using var probe = new IntakeProbe();
        using var alone = new IntakeProbe();
        var lines = File.ReadAllLines(Path.Combine(Folder, file));
        var (at, company, sent) = (0, (string?)null, 0);
        while (at < lines.Length)
        {
            var line = lines[at++];
            if (line.Length == 0 || line[0] == '#') continue;
            if (line.StartsWith("connection", StringComparison.Ordinal))
            {
                company = line.Length > 11 ? line[11..] : null;
                probe.Connect(company);
                continue;
            }
            Assert.True(line.StartsWith("send ", StringComparison.Ordinal), $"{file}:{at}: expected 'send TOPIC' or 'connection [COMPANY]'");
            var topic = line.Split(' ')[^1];
            var payload = Payload(topic, Following(lines, ref at, "  "));
            var expected = Following(lines, ref at, "-> ");
            Assert.True(expected.Count > 0, $"{file}:{at}: what becomes of it?");
            var found = probe.Send(topic, payload, line.StartsWith("send retained ", StringComparison.Ordinal));
            Assert.True(expected is ["nothing"] ? found.Count == 0 : expected.SequenceEqual(found), $"{file}:{at}: expected {string.Join("; ", expected)}; found {string.Join("; ", found)}");
            foreach (var kept in probe.Kept)
            {
                alone.Connect(company);
                var again = alone.Send(kept.Topic, kept.Payload);
                Assert.True(again.Contains("rejected " + kept.Reason), $"{file}:{at}: {kept.Reason} alone is {string.Join("; ", again)}: {Encoding.UTF8.GetString(kept.Payload)}");
            }
            sent++;
        }
        Assert.True(sent > 0, $"{file} sends nothing");
    }

    [Fact]
    public void Every_reason_stands_in_the_table_of_the_room()
    {
        var faults = File.ReadAllText(Repository.PathOf("src", "MeterPipeline.Ingest", "Intake", "Fault.cs"));
        var table = File.ReadAllText(Repository.PathOf("src", "MeterPipeline.Ingest", "README.md"));
        var reasons = Regex.Matches(faults, "new\\(\"([a-z-]+)\"").Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.True(reasons.Count > 20, $"{reasons.Count} reasons found");
        Assert.DoesNotContain(reasons, reason => !table.Contains($"`{reason}`", StringComparison.Ordinal));
    }

    private static List<string> Following(string[] lines, ref int at, string prefix)
    {
        var found = new List<string>();
        for (; at < lines.Length && lines[at].StartsWith(prefix, StringComparison.Ordinal); at++) found.Add(lines[at][prefix.Length..]);
        return found;
    }

    private static byte[] Payload(string topic, List<string> lines) =>
        lines is ["hex", ..] ? Convert.FromHexString(string.Concat(lines.Skip(1)).Replace(" ", "", StringComparison.Ordinal))
        : topic.StartsWith("spBv1.0/", StringComparison.Ordinal) ? SparkplugEncoder.Payload(lines)
        : Encoding.UTF8.GetBytes(string.Join('\n', lines));
}
