using System.CommandLine;
using System.Net;
using MeterFleet;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Sqlite;
using MeterPipeline.Run;
using MeterPipeline.Web.Exports;

namespace MeterPipeline.Cli;

/// <summary>
/// <c>demo</c>: a fleet of simulated meters publishes a whole heating season over real MQTT to a real pipeline in about a minute, while the page
/// moves; then the export is written. Where influxd is installed, a private one takes the readings too.
/// </summary>
public static class DemoCommand
{
    private static readonly Option<int> Households = new("--households") { Description = "How many.", DefaultValueFactory = _ => 300 };
    private static readonly Option<int> Seed = new("--seed") { Description = "Same seed, same fleet, same export.", DefaultValueFactory = _ => 1 };
    private static readonly Option<double> Seconds = new("--seconds") { Description = "Time for the season; 0 is as fast as it goes.", DefaultValueFactory = _ => 60 };
    private static readonly Option<bool> Faults = new("--faults") { Description = "Duplicates, late and reordered readings, outages, swaps, rollovers, glitches, clock skew." };
    private static readonly Option<bool> Exit = new("--exit") { Description = "End when the export is written, instead of waiting for Ctrl+C." };

    public static Command Create()
    {
        var demo = new Command("demo", "Replay a heating season of simulated households through the whole pipeline; needs no server and no configuration.")
        {
            Households, Seed, Seconds, Faults, Exit,
        };
        demo.SetAction(RunAsync);
        return demo;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var fleet = Fleet.Create(new FleetOptions
        {
            Households = parsed.GetValue(Households),
            Seed = parsed.GetValue(Seed),
            Faults = parsed.GetValue(Faults) ? FaultRates.All : FaultRates.None,
        });
        var folder = DemoFolder(parsed);
        var policies = Opened.Policies(parsed);
        using var ledger = SqliteLedger.Open(Path.Combine(folder, "data"), create: true);
        var registry = Directory.CreateDirectory(Path.Combine(folder, "registry")).FullName;
        fleet.WriteRegistry(registry);
        RegistryFolder.Import(ledger, registry, "demo");
        await using var influx = await PrivateInflux.StartAsync(Path.Combine(folder, "influx"), cancel).ConfigureAwait(false);
        var settings = new PipelineSettings
        {
            // The season may lie ahead of this machine's clock.
            Intake = new IntakeOptions { FutureToleranceMinutes = 10 * 366 * 24 * 60 },
            Influx = new InfluxSettings { Url = influx?.Url ?? "", CreateDatabase = true },
        };
        var (mqtt, web) = (FreePort.Of(1883), FreePort.Of(8080));
        await using var host = await PipelineHost.StartAsync(RunCommand.Builder(), ledger, policies, settings, new Listeners(mqtt, null, web, WebTls: false)).ConfigureAwait(false);
        Console.WriteLine($"Page      http://{web}");
        Console.WriteLine($"MQTT      {mqtt}");
        Console.WriteLine($"InfluxDB  {influx?.Url ?? "not installed here; install influxdb to see the readings there too"}");
        Console.WriteLine($"Fleet     {fleet.Households.Count} households, {fleet.Meters.Count} meters, seed {parsed.GetValue(Seed)}{(parsed.GetValue(Faults) ? ", all faults" : "")}");
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancel, host.Stopping);
        try
        {
            await ReplayAsync(fleet, mqtt, parsed.GetValue(Seconds), stopped.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Done;
        }
        await ProjectedAsync(host, ledger, stopped.Token).ConfigureAwait(false);
        Export(ledger, policies, fleet, Path.Combine(folder, "accruals-2025-2026.csv"));
        if (parsed.GetValue(Exit)) return ExitCode.Done;
        Console.WriteLine($"Look at http://{web}; Ctrl+C ends.");
        await Task.Delay(Timeout.InfiniteTimeSpan, stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCode.Done;
    }

    /// <summary>The folder of <c>--data</c> where it was given and holds no ledger yet, else a new one for each demo.</summary>
    private static string DemoFolder(ParseResult parsed)
    {
        if (parsed.GetResult(CommandLine.Data) is not { Implicit: false })
            return Directory.CreateTempSubdirectory("meterpipeline-demo-").FullName;
        var folder = Path.GetFullPath(parsed.GetValue(CommandLine.Data)!);
        return Directory.Exists(Path.Combine(folder, "data"))
            ? throw new CommandException($"{folder} holds the ledger of an earlier demo. Name an empty folder with --data.")
            : folder;
    }

    private static async Task ReplayAsync(Fleet fleet, IPEndPoint mqtt, double seconds, CancellationToken cancel)
    {
        var days = (fleet.SeasonEndMs - fleet.SeasonStartMs) / 86_400_000.0;
        await using var publisher = new MqttPublisher(new MqttPublisherOptions { Host = mqtt.Address.ToString(), Port = mqtt.Port, ClientId = "demo-fleet", Window = 4_096 });
        await publisher.ConnectAsync(cancel).ConfigureAwait(false);
        ReplayProgress done;
        using (var progress = new Progress("Season", "days", (long)days))
            done = await Replay.RunAsync(fleet, publisher, seconds <= 0 ? double.PositiveInfinity : days / seconds, p => progress.Report((long)p.Days), cancel: cancel).ConfigureAwait(false);
        Console.WriteLine($"Published {done.Messages:N0} messages with {done.Readings:N0} readings in {done.Elapsed.TotalSeconds:N1} s, all acknowledged after they were on disk"
            + $" (p50 {publisher.Latency.P50Ms:N1} ms, p99 {publisher.Latency.P99Ms:N1} ms)");
    }

    /// <summary>Waits until InfluxDB has what the journal has.</summary>
    private static async Task ProjectedAsync(PipelineHost host, ILedger ledger, CancellationToken cancel)
    {
        if (host.Pipeline.Projectors.SingleOrDefault() is not { } projector) return;
        while (projector.Cursor < ledger.JournalHead() && projector.Waiting is null)
            await Task.Delay(50, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Console.WriteLine($"InfluxDB  {projector.Written.Value:N0} points");
    }

    private static void Export(ILedger ledger, PolicyBook policies, Fleet fleet, string file)
    {
        using var reading = LedgerReading.Open(ledger, policies);
        var season = fleet.Options.SeasonStart.Year;
        var statements = reading.StatementsOf("", season).ToList();
        using (var writer = new StreamWriter(file)) AccrualCsv.Write(writer, statements, _ => { });
        Console.WriteLine($"Accrued   {statements.Sum(s => s.Accrual?.Total ?? 0):N2} yuan for {statements.Count:N0} households, {statements.Count(s => s.Accrual?.CapReached == true):N0} at the cap, {statements.Count(s => s.Holds.Count > 0):N0} on hold");
        Console.WriteLine($"Export    {file}");
    }
}
