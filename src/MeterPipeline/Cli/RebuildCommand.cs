using System.CommandLine;
using MeterPipeline.Ingest;
using MeterPipeline.Ledger;
using MeterPipeline.Run;
using MeterPipeline.Sinks;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.Cli;

/// <summary><c>rebuild influx</c>: everything in the ledger written to InfluxDB anew.</summary>
public static class RebuildCommand
{
    public static Command Create()
    {
        var influx = new Command("influx", "Write every stored reading and village day to InfluxDB anew.");
        influx.SetAction(RunAsync);
        return new Command("rebuild", "Make a projection anew from the ledger.") { influx };
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var options = PipelineSettings.Read(RunCommand.Builder().Configuration).Influx.ToOptions()
            ?? throw new CommandException("No InfluxDB is configured. Set MeterPipeline:Influx:Url, for instance MeterPipeline__Influx__Url=http://127.0.0.1:8086.");
        var policies = Opened.Policies(parsed);
        using var ledger = Opened.Ledger(parsed);
        if (!await Accruing.TryFoldAsync(ledger, policies).ConfigureAwait(false)) return await AskRunningAsync(ledger, cancel).ConfigureAwait(false);
        await using var writer = new InfluxWriter(options);
        var (written, refused) = (new Counter(), new Counter());
        using (var progress = new Progress("Rebuild InfluxDB", "points"))
        {
            for (var partition = 0; partition < ledger.Partitions; partition++)
            {
                using var fold = ledger.AcquireFold(partition);
                await using var projector = new Projector(
                    ledger, new RegistryWatch(ledger, TimeProvider.System), writer, null, TimeProvider.System, NullLogger<Projector>.Instance, partition)
                {
                    Written = written,
                    Refused = refused,
                };
                await projector.RebuildAsync(progress.Report, cancel).ConfigureAwait(false);
            }
        }
        Console.WriteLine($"{written.Value:N0} points written{(refused.Value > 0 ? $", {refused.Value:N0} refused by the server" : "")}");
        return refused.Value == 0 ? ExitCode.Done : ExitCode.Difference;
    }

    /// <summary>The running pipeline owns the cursor: it is asked to do it.</summary>
    private static async Task<int> AskRunningAsync(ILedger ledger, CancellationToken cancel)
    {
        var asked = ledger.Cursor(Projector.RebuildName) + 1;
        ledger.SetCursor(Projector.RebuildName, asked);
        Console.Error.WriteLine("The running pipeline rebuilds InfluxDB…");
        while (Enumerable.Range(0, ledger.Partitions).Any(partition => ledger.Cursor(Projector.RebuiltName(partition)) < asked)) await Task.Delay(200, cancel).ConfigureAwait(false);
        Console.WriteLine("Rebuilt by the running pipeline.");
        return ExitCode.Done;
    }
}
