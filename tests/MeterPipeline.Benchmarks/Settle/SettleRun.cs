using System.Diagnostics;
using System.Text.Json;
using MeterPipeline.Bench.City;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Sqlite;
using MeterPipeline.Policies;
using MeterPipeline.Web.Exports;
using MeterPipeline.Web.Exports.Workbook;

namespace MeterPipeline.Benchmarks.Settle;

public enum SettlePart
{
    /// <summary>Nothing but opening the ledger and loading the registry.</summary>
    Registry,
    Draft,
    Workbook,
    Csv,
    Sdk,
}

/// <param name="WorkSeconds">Without starting and opening.</param>
/// <param name="CpuSeconds">Of the whole process.</param>
/// <param name="HeapMiB">The most live objects after any collection of the work.</param>
public sealed record SettleFigures(double WorkSeconds, double CpuSeconds, long FileBytes, double HeapMiB, long PeakMiB)
{
    public static SettleFigures Read(string line) => JsonSerializer.Deserialize<SettleFigures>(line)!;
}

/// <summary>One step over a ledger, alone in this process.</summary>
public static class SettleRun
{
    public const string Verb = "settle-part";
    private const double MiB = 1 << 20;

    public static string PolicyFolder => Path.Combine(AppContext.BaseDirectory, "policies");

    public static int Run(Options options)
    {
        var (data, part) = (options.Text("data")!, Enum.Parse<SettlePart>(options.Text("part")!));
        using var ledger = SqliteLedger.Open(data, create: false);
        using var heap = new HeapWatch();
        var started = Stopwatch.GetTimestamp();
        var file = Path.Combine(data, $"{part}.out");
        if (part == SettlePart.Registry) Load(ledger);
        else if (part == SettlePart.Draft) Draft(ledger);
        else Export(ledger, part, file);
        var work = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var live = heap.End();
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(JsonSerializer.Serialize(new SettleFigures(
            work, process.TotalProcessorTime.TotalSeconds, File.Exists(file) ? new FileInfo(file).Length : 0, live / MiB, process.PeakWorkingSet64 >> 20)));
        return 0;
    }

    private static void Load(SqliteLedger ledger)
    {
        using var view = ledger.OpenView();
        var registry = view.Registry();
        GC.Collect();
        GC.KeepAlive(registry);
    }

    private static PolicyBook Policies() => PolicyFiles.Load(PolicyFolder);

    private static void Draft(SqliteLedger ledger)
    {
        HeatingSeason.TryParseName(CityMeter.Season.Name, out var autumn);
        SettlementDrafting.Run(ledger, Policies(), autumn, "", new Signatory("bench", Office.Bureau), TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), provisional: false);
    }

    private static void Export(SqliteLedger ledger, SettlePart part, string file)
    {
        var progress = ledger.Settlements.Runs()[^1];
        using var into = new FileStream(file, FileMode.Create, FileAccess.ReadWrite);
        if (part == SettlePart.Workbook) RunWorkbook.Write(StoredRun.Of(ledger, Policies, progress, ""), into, Path.GetDirectoryName(file)!, _ => { });
        else if (part == SettlePart.Csv) PlainLines.WriteCsv(ledger.Settlements.Lines(progress.Run.Id), into);
        else PlainLines.WriteSheet(ledger.Settlements.Lines(progress.Run.Id), into);
    }

    /// <summary>Asks every few milliseconds what the last collection left alive.</summary>
    private sealed class HeapWatch : IDisposable
    {
        private readonly ManualResetEventSlim over = new();
        private readonly Thread thread;
        private readonly int collections = GC.CollectionCount(0);
        private long most;

        public HeapWatch()
        {
            thread = new Thread(Look) { IsBackground = true };
            thread.Start();
        }

        /// <summary>Bytes.</summary>
        public long End()
        {
            over.Set();
            thread.Join();
            Ask();
            return most;
        }

        public void Dispose() => over.Dispose();

        private void Look()
        {
            while (!over.Wait(5)) Ask();
        }

        private void Ask()
        {
            if (GC.CollectionCount(0) == collections) return;
            var last = GC.GetGCMemoryInfo(GCKind.Any);
            most = Math.Max(most, last.HeapSizeBytes - last.FragmentedBytes);
        }
    }
}
