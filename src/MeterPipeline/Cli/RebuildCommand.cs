using System.CommandLine;
using MeterPipeline.Ingest;
using MeterPipeline.Ledger;
using MeterPipeline.Run;
using MeterPipeline.Sinks;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.Cli;

/// <summary><c>rebuild books|villages|influx|all</c>: what follows from the readings, made anew.</summary>
public static class RebuildCommand
{
    public static Command Create()
    {
        var influx = new Command("influx", "Write every stored reading and village day to InfluxDB anew.");
        influx.SetAction(InfluxAsync);
        var books = new Command("books", "Fold every meter again from its stored readings, and draw the village days again.");
        books.SetAction(parsed => Fold(parsed, books: true));
        var villages = new Command("villages", "Draw every village's days again under the policies in force.");
        villages.SetAction(parsed => Fold(parsed, books: false));
        var all = new Command("all", "Books, village days and, where one is configured, InfluxDB.");
        all.SetAction(async (parsed, cancel) =>
        {
            Fold(parsed, books: true);
            return Settings().ToOptions() is null ? ExitCode.Done : await InfluxAsync(parsed, cancel).ConfigureAwait(false);
        });
        return new Command("rebuild", "Make anew what follows from the stored readings.") { books, villages, influx, all };
    }

    private static InfluxSettings Settings() => PipelineSettings.Read(RunCommand.Builder().Configuration).Influx;

    /// <summary>Needs the fold: a running pipeline would fold beside it.</summary>
    private static int Fold(ParseResult parsed, bool books)
    {
        var policies = Opened.Policies(parsed);
        using var ledger = Opened.Ledger(parsed);
        using var folds = new Folds(ledger);
        if (books)
        {
            using var progress = new Progress("Rebuild books", "meter days");
            var (registers, days) = (0L, 0L);
            foreach (var partition in folds.Partitions)
            {
                var (before, read) = (days, 0L);
                registers += FoldRebuild.Books(ledger, partition, count => progress.Report(before + (read = count)));
                days += read;
            }
            Console.WriteLine($"{registers:N0} meter registers folded again");
        }
        using (var progress = new Progress("Rebuild villages", "village days"))
        {
            var days = 0L;
            foreach (var partition in folds.Partitions)
                days += FoldRebuild.Villages(ledger, partition, policies, TimeProvider.System, count => progress.Report(days + count));
            Console.WriteLine($"{days:N0} village days drawn again");
        }
        return ExitCode.Done;
    }

    /// <summary>The folds of all partitions: nobody else folds meanwhile.</summary>
    private sealed class Folds : IDisposable
    {
        private readonly List<IDisposable> held = [];

        /// <exception cref="LedgerException">Somebody folds.</exception>
        public Folds(ILedger ledger)
        {
            Partitions = Enumerable.Range(0, ledger.Partitions);
            try
            {
                foreach (var partition in Partitions) held.Add(ledger.AcquireFold(partition));
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public IEnumerable<int> Partitions { get; }

        public void Dispose() => held.ForEach(fold => fold.Dispose());
    }

    private static async Task<int> InfluxAsync(ParseResult parsed, CancellationToken cancel)
    {
        var options = Settings().ToOptions()
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
