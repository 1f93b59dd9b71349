using System.Diagnostics;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Sqlite;

namespace MeterPipeline.Bench;

/// <summary>Looks at a pipeline under load every five seconds, from outside: its metrics, its files, its memory.</summary>
internal sealed class PipelineWatch : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly BenchPipeline pipeline;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly List<PipelineSample> samples = [];
    private readonly ManualResetEventSlim over = new();
    private readonly Thread thread;

    internal PipelineWatch(BenchPipeline pipeline)
    {
        this.pipeline = pipeline;
        thread = new Thread(Look) { IsBackground = true };
        thread.Start();
    }

    /// <summary>Ends the watch; everything seen.</summary>
    internal IReadOnlyList<PipelineSample> End()
    {
        over.Set();
        thread.Join();
        return samples;
    }

    public void Dispose()
    {
        End();
        over.Dispose();
    }

    private void Look()
    {
        using var ledger = SqliteLedger.Open(pipeline.Data, create: false);
        for (var next = Every; !over.Wait(next - clock.Elapsed is { Ticks: > 0 } left ? left : TimeSpan.Zero); next += Every)
        {
            try
            {
                samples.Add(Now(ledger));
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException or InvalidOperationException or Ledger.LedgerException)
            {
                // The process has ended: whoever loads it says so.
                return;
            }
            var last = samples[^1];
            Console.Error.WriteLine($"{last.Seconds:F0} s: {last.Recorded:N0} recorded, {last.Lag:N0} of them not folded, journal {last.JournalMiB} + {last.JournalWalMiB} MiB, "
                + $"ledger {last.LedgerMiB} + {last.LedgerWalMiB} MiB, RSS {last.RssMiB} MiB");
        }
    }

    private PipelineSample Now(SqliteLedger ledger)
    {
        var metrics = pipeline.Metrics();
        var recorded = (long)metrics["meterpipeline_readings_recorded_total"];
        long flushed;
        using (var view = ledger.OpenView()) flushed = view.FoldedSeq;
        return new PipelineSample(
            clock.Elapsed.TotalSeconds, recorded, Math.Max(0, recorded - (long)metrics["meterpipeline_readings_folded_total"]), Math.Max(0, ledger.JournalHead() - flushed),
            Size("journal.db"), Size("journal.db-wal"), Size("ledger.db"), Size("ledger.db-wal"), pipeline.Process.RssMiB);
    }

    private long Size(string file) => new FileInfo(Path.Combine(pipeline.Data, file)) is { Exists: true } found ? found.Length >> 20 : 0;
}
