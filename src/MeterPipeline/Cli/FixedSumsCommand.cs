using System.CommandLine;
using System.Text;
using MeterPipeline.Domain.FixedSums;
using MeterPipeline.Policies;

namespace MeterPipeline.Cli;

/// <summary><c>fixed-sums</c>: a year's maintenance and insurance sums beside the published table, each difference named.</summary>
public static class FixedSumsCommand
{
    /// <summary>Longest file of counts, bytes: six units with four routes in three seasons have 3 KB.</summary>
    private const int MaxCountsBytes = 1 << 20;

    private static readonly Option<string> Policy = new("--policy") { Description = "Id of a rule of fixed sums; its newest version counts.", Required = true, HelpName = "ID" };
    private static readonly Option<string?> Counts = new("--counts")
    {
        Description = "Settled households: season, unit, route, households (default: check the published table alone).",
        HelpName = "FILE",
    };

    private static readonly Option<string> Format = new("--format") { Description = "text, csv or json.", DefaultValueFactory = _ => "text" };
    private static readonly Option<string?> Out = new("--out") { Description = "File to write (default: standard output).", HelpName = "FILE" };

    public static Command Create()
    {
        Format.AcceptOnlyFromAmong("text", "csv", "json");
        var command = new Command("fixed-sums", "Maintenance and insurance sums by unit and route, beside the published table.") { Policy, Counts, Format, Out };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var policy = Find(Opened.FixedSums(parsed), parsed.GetValue(Policy)!);
        var lines = parsed.GetValue(Counts) is { } file ? Granted(policy, file)
            : policy.Published is not null ? PublishedCheck.Of(policy)
            : throw new CommandException($"{policy.Id} has no published table to check. Add settled counts with --counts FILE.");
        var report = new FixedSumsReport(policy, [.. lines]);
        var text = parsed.GetValue(Format) switch { "csv" => report.Csv(), "json" => report.Json(), _ => report.Text() };
        if (parsed.GetValue(Out) is { } target) Write(target, text);
        else Console.Out.Write(text);
        return report.Unexplained == 0 ? ExitCode.Done : ExitCode.Difference;
    }

    private static FixedSumPolicy Find(IReadOnlyList<FixedSumPolicy> all, string id) =>
        all.LastOrDefault(p => p.Id == id) ?? throw new CommandException(all.Count == 0
            ? $"No rule of fixed sums '{id}': the folder {FixedSumFiles.Folder} of the policies is missing or empty."
            : $"No rule of fixed sums '{id}'. There are: {string.Join(", ", all.Select(p => p.Id).Distinct())}.");

    private static IEnumerable<FixedSumLine> Granted(FixedSumPolicy policy, string file)
    {
        try
        {
            using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (content.Length > MaxCountsBytes) throw new CommandException($"{file} is longer than {MaxCountsBytes} bytes. Name a file of settled counts.");
            return new FixedSumGrants(policy, SettledCountsCsv.Read(file, content, policy)).Lines();
        }
        catch (PolicyException error)
        {
            throw new CommandException(error.Message, ExitCode.Difference);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"Cannot read {file}: {error.Message}");
        }
    }

    /// <summary>Writes beside the target and renames: a reader never sees half a table.</summary>
    private static void Write(string file, string text)
    {
        try
        {
            File.WriteAllText(file + ".part", text, new UTF8Encoding(false));
            File.Move(file + ".part", file, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"Cannot write {file}: {error.Message}");
        }
    }
}
