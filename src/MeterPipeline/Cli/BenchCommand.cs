using System.CommandLine;
using System.Globalization;
using LoadGenerator;
using MeterPipeline.Bench;

namespace MeterPipeline.Cli;

/// <summary><c>bench</c>: the figures of this program on this machine, so that nobody needs to believe those of another.</summary>
public static class BenchCommand
{
    private const int RunsMax = 100;

    private static readonly Option<int> Seconds = new("--seconds") { Description = "Measured time of a run.", DefaultValueFactory = _ => 8 };
    private static readonly Option<int> WarmUp = new("--warm-up") { Description = "Seconds before it.", DefaultValueFactory = _ => 3 };
    private static readonly Option<string> Connections = new("--connections") { Description = "Numbers of connections.", DefaultValueFactory = _ => "1,8,64", HelpName = "N,…" };
    private static readonly Option<string> Meters = new("--meters") { Description = "Numbers of meters.", DefaultValueFactory = _ => "10000,100000,1000000", HelpName = "N,…" };
    private static readonly Option<int> Runs = new("--runs") { Description = "Runs of each, on a fresh ledger; the median is told.", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> Window = new("--window") { Description = "Messages of a connection that wait for their PUBACK.", DefaultValueFactory = _ => 1_000 };
    private static readonly Option<bool> Tls = new("--tls") { Description = "MQTT over TLS, with a certificate made for it." };
    private static readonly Option<string?> Out = new("--out") { Description = "Write the report here too.", HelpName = "FILE" };

    public static Command Create()
    {
        var ingest = new Command("ingest", "Load a private pipeline over MQTT, beside mosquitto where it is installed, and print a table. Needs Linux.")
        {
            Seconds, WarmUp, Connections, Meters, Runs, Window, Tls, Out,
        };
        ingest.SetAction(Ingest);
        return new Command("bench", "Measure on this machine.") { ingest };
    }

    private static int Ingest(ParseResult parsed)
    {
        if (!OperatingSystem.IsLinux()) throw new CommandException("bench ingest reads the servers' figures from /proc; run it on Linux.");
        var load = new LoadOptions
        {
            Seconds = parsed.GetValue(Seconds),
            WarmUpSeconds = parsed.GetValue(WarmUp),
            Window = parsed.GetValue(Window),
            Tls = parsed.GetValue(Tls),
        };
        if (parsed.GetValue(Runs) is < 1 or > RunsMax) throw new CommandException($"--runs is {parsed.GetValue(Runs)}; allowed are 1 to {RunsMax}.");
        var plan = new IngestPlan(load, Numbers("--connections", parsed.GetValue(Connections)!), Numbers("--meters", parsed.GetValue(Meters)!), parsed.GetValue(Runs));
        var folder = Scratch(parsed);
        try
        {
            foreach (var each in plan.Loads) each.Validate();
            var report = new Report("bench ingest", parsed.GetValue(Out));
            new IngestBench(plan, report, folder).Run();
            report.Save();
            return ExitCode.Done;
        }
        catch (LoadException error)
        {
            throw new CommandException(error.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A new folder: on the disk of <c>--data</c> where that was given, else where the machine keeps temporary files.</summary>
    private static string Scratch(ParseResult parsed)
    {
        if (parsed.GetResult(CommandLine.Data) is not { Implicit: false }) return Directory.CreateTempSubdirectory("meterpipeline-bench-").FullName;
        return Directory.CreateDirectory(Path.Combine(Path.GetFullPath(parsed.GetValue(CommandLine.Data)!), $"bench-{Environment.ProcessId}")).FullName;
    }

    private static List<int> Numbers(string name, string list) => [.. list.Split(',').Select(text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new CommandException($"{name} wants whole numbers with commas between them, not {list}."))];
}
