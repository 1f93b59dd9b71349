using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using LoadGenerator;
using MeterPipeline.Bench;
using MeterPipeline.Bench.Api;
using MeterPipeline.Bench.City;

namespace MeterPipeline.Cli;

/// <summary><c>bench</c>: the figures of this program on this machine, so that nobody needs to believe those of another.</summary>
public static class BenchCommand
{
    private const int RunsMax = 100;

    /// <summary>What one process may open towards one address.</summary>
    private const int IdleMax = 15_000;

    private static readonly Option<int> Seconds = new("--seconds") { Description = "Measured time of a run.", DefaultValueFactory = _ => 8 };
    private static readonly Option<int> WarmUp = new("--warm-up") { Description = "Seconds before it.", DefaultValueFactory = _ => 3 };
    private static readonly Option<string> Connections = new("--connections") { Description = "Numbers of connections.", DefaultValueFactory = _ => "1,8,64", HelpName = "N,…" };
    private static readonly Option<string> Meters = new("--meters") { Description = "Numbers of meters.", DefaultValueFactory = _ => "10000,100000,1000000", HelpName = "N,…" };
    private static readonly Option<int> Runs = new("--runs") { Description = "Runs of each, on a fresh ledger; the median is told.", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> Window = new("--window") { Description = "Messages of a connection that wait for their PUBACK.", DefaultValueFactory = _ => 1_000 };
    private static readonly Option<bool> Tls = new("--tls") { Description = "MQTT over TLS, with a certificate made for it." };
    private static readonly Option<string?> Out = new("--out") { Description = "Write the report here too.", HelpName = "FILE" };

    private static readonly Option<bool> Table = new("--table") { Description = "The published table: connections, meters and TLS varied in turn, beside everything that can stand beside it." };
    private static readonly Option<bool> Textbook = new("--textbook") { Description = "Also a textbook worker behind mosquitto, and for the first load InfluxDB behind the pipeline." };
    private static readonly Option<bool> Alone = new("--alone") { Description = "Nothing beside the pipeline." };
    private static readonly Option<int> IdleConnections = new("--connections") { Description = "Connections that sign in and say nothing, 1 to 15,000.", DefaultValueFactory = _ => 10_000 };
    private static readonly Option<int> MetersOfMemory = new("--meters") { Description = "Number of meters.", DefaultValueFactory = _ => 1_000_000 };
    private static readonly Option<int> Readings = new("--readings") { Description = "Readings in the journal that no fold has stored.", DefaultValueFactory = _ => 10_000_000 };

    private static readonly Option<int> Households = new("--households") { Description = "Households of the city.", DefaultValueFactory = _ => 160_000 };
    private static readonly Option<string?> City = new("--city") { Description = "Folder in which cities are kept from run to run (default: built anew).", HelpName = "DIR" };
    private static readonly Option<int> PhaseSeconds = new("--seconds") { Description = "Of each of the four phases.", DefaultValueFactory = _ => 30 };
    private static readonly Option<int> Readers = new("--readers") { Description = "Viewers, each with a connection.", DefaultValueFactory = _ => 8 };
    private static readonly Option<int> Requests = new("--rate") { Description = "Requests a second of each viewer.", DefaultValueFactory = _ => 10 };
    private static readonly Option<int> Publishers = new("--connections") { Description = "Of publishers.", DefaultValueFactory = _ => 8 };

    public static Command Create() => new("bench", "Measure on this machine. Needs Linux.")
    {
        Measuring("ingest", "Load a private pipeline over MQTT, beside mosquitto where it is installed, and print a table.", Ingest,
            Seconds, WarmUp, Connections, Meters, Runs, Window, Tls, Table, Textbook, Alone),
        Measuring("idle", "The load of 8 connections with and without many that only stand.", Idle, IdleConnections, Seconds, WarmUp, Runs),
        Measuring("memory", "A day of quarter hours of many meters, and the memory that it takes.", Memory, MetersOfMemory),
        Measuring("api", "What viewers wait for over a city's season, alone and beside publishers at half of full speed.", Api, Households, City, PhaseSeconds, Readers, Requests, Publishers),
        Measuring("restart", "The time to be back after a kill -9 over a full journal.", Restart, Readings),
    };

    /// <param name="prepare">Reads the options, and gives what measures into a report, with a folder to work in; false: something did not keep to its bounds.</param>
    private static Command Measuring(string name, string description, Func<ParseResult, Func<Report, string, bool>> prepare, params IEnumerable<Option> options)
    {
        var command = new Command(name, description);
        foreach (var option in options.Append(Out)) command.Options.Add(option);
        command.SetAction(parsed =>
        {
            if (!OperatingSystem.IsLinux()) throw new CommandException($"bench {name} reads the servers' figures from /proc; run it on Linux.");
            // So that nothing that was started outlives a run that is told to end.
            using var ending = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Environment.Exit(ExitCode.Difference));
            var folder = Scratch(parsed);
            try
            {
                var measure = prepare(parsed);
                var report = new Report($"bench {name}", parsed.GetValue(Out));
                var kept = measure(report, folder);
                report.End();
                return kept ? ExitCode.Done : ExitCode.Difference;
            }
            catch (LoadException error)
            {
                throw new CommandException(error.Message);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
        return command;
    }

    private static Func<Report, string, bool> Ingest(ParseResult parsed)
    {
        var plan = Plan(parsed);
        return (report, folder) => new IngestBench(plan, report, folder).Run();
    }

    private static Func<Report, string, bool> Idle(ParseResult parsed)
    {
        var (idle, runs, load) = (Within(parsed, IdleConnections, 1, IdleMax), Within(parsed, Runs, 1, RunsMax), Load(parsed) with { Connections = 8, Window = 4_096, Meters = 10_000 });
        load.Validate();
        return (report, folder) => IdleBench.Run(load, idle, runs, report, folder);
    }

    private static Func<Report, string, bool> Memory(ParseResult parsed)
    {
        var meters = Within(parsed, MetersOfMemory, 8, 5_000_000);
        return (report, folder) => MemoryBench.Run(meters, report, folder);
    }

    private static Func<Report, string, bool> Restart(ParseResult parsed)
    {
        var readings = Within(parsed, Readings, 1, 100_000_000);
        return (report, folder) => new RestartBench().Run(readings, report, folder);
    }

    private static Func<Report, string, bool> Api(ParseResult parsed)
    {
        var plan = new ApiPlan(
            Within(parsed, Households, 1_000, CityRegistry.HouseholdsMax), Within(parsed, PhaseSeconds, 1, 600), Within(parsed, Readers, 1, 1_000), Within(parsed, Requests, 1, 1_000),
            Within(parsed, Publishers, 1, 64));
        var policies = Opened.Policies(parsed);
        return (report, folder) => new ApiBench(plan, report, folder).Run(CityLedger.Of(parsed.GetValue(City) ?? folder, plan.Households, policies));
    }

    private static IngestPlan Plan(ParseResult parsed)
    {
        var (load, runs) = (Load(parsed) with { Window = parsed.GetValue(Window), Tls = parsed.GetValue(Tls) }, Within(parsed, Runs, 1, RunsMax));
        var beside = parsed.GetValue(Alone) ? Baselines.None : parsed.GetValue(Textbook) ? Baselines.All : Baselines.Mosquitto;
        var plan = parsed.GetValue(Table)
            ? IngestPlan.Table(load, runs)
            : IngestPlan.Grid(load, Numbers("--connections", parsed.GetValue(Connections)!), Numbers("--meters", parsed.GetValue(Meters)!), runs, beside);
        foreach (var each in plan.Loads) each.Validate();
        return plan;
    }

    private static LoadOptions Load(ParseResult parsed) => new() { Seconds = parsed.GetValue(Seconds), WarmUpSeconds = parsed.GetValue(WarmUp) };

    private static int Within(ParseResult parsed, Option<int> option, int least, int most) => parsed.GetValue(option) is var value && value >= least && value <= most
        ? value
        : throw new CommandException($"{option.Name} is {parsed.GetValue(option)}; allowed are {least} to {most}.");

    /// <summary>A new folder: on the disk of <c>--data</c> where that was given, else where the machine keeps temporary files.</summary>
    private static string Scratch(ParseResult parsed)
    {
        if (parsed.GetResult(CommandLine.Data) is not { Implicit: false }) return Directory.CreateTempSubdirectory("meterpipeline-bench-").FullName;
        return Directory.CreateDirectory(Path.Combine(Path.GetFullPath(parsed.GetValue(CommandLine.Data)!), $"bench-{Environment.ProcessId}")).FullName;
    }

    private static List<int> Numbers(string name, string list) => [.. list.Split(',').Select(text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new CommandException($"{name} wants whole numbers with commas between them, not {list}."))];
}
