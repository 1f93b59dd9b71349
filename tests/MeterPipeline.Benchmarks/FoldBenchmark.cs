using System.Diagnostics;
using LoadGenerator;
using MeterPipeline.Bench;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger.Import;
using MeterPipeline.Ledger.Sqlite;

namespace MeterPipeline.Benchmarks;

/// <summary>
/// The fold alone, on one thread: readings streamed in order, the same meters folded again from their stored days, and beside them the plain
/// way: a sorted dictionary of readings per meter, which deduplicates and keeps order but folds nothing. Then a whole season of a sample of
/// meters folded again on every core, and what that comes to for all meters of a city: an extrapolation, and named as one.
/// </summary>
public static class FoldBenchmark
{
    private const int Days = 30;
    private const int SeasonDays = 121;
    private const int PerDay = 96;
    private static readonly long Start = new DateTimeOffset(2025, 11, 16, 0, 0, 0, TimeSpan.FromHours(8)).ToUnixTimeMilliseconds();

    public static int Run(Options options)
    {
        var meters = options.Number("meters", 1_000);
        var report = new Report(options.Verb, options.Text("out"));
        report.Line($"{meters:N0} meters, {Days} days of {PerDay} readings each = {meters * Days * PerDay:N0} readings, all meters in turn; one thread, median of {options.Number("runs", 3)}.");
        report.Line("");
        var folder = Directory.CreateTempSubdirectory("meterpipeline-bench-").FullName;
        try
        {
            var registry = Registry(folder, meters);
            var runs = Enumerable.Range(0, options.Number("runs", 3)).Select(_ => Once(registry)).ToList();
            report.Line("| what | median |");
            report.Line("|---|---|");
            report.Line($"| streaming fold (Books.Apply), ns/reading | {Median(runs, r => r.Stream):F0} |");
            report.Line($"| folding again from stored days, ns/reading | {Median(runs, r => r.Refold):F0} |");
            report.Line($"| plain SortedDictionary per meter, insert only, ns/reading | {Median(runs, r => r.Plain):F0} |");
            report.Line($"| plain SortedDictionary, daily differences by a walk, ns/reading | {Median(runs, r => r.PlainWalk):F0} |");
            report.Line($"| meter days, bytes/reading | {runs[0].DayBytes:F2} |");
            report.Line($"| folded years with the fold's state, bytes/reading | {runs[0].YearBytes:F2} |");
            report.Line($"| memory of the plain way, bytes/reading | {Median(runs, r => r.PlainBytes):F0} |");
            report.Line("");
            Season(report, registry, options);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        report.End();
        return 0;
    }

    /// <summary>Folds a season of 15-minute readings of some meters again from their meter days, on all cores, and extrapolates.</summary>
    private static void Season(Report report, RegistrySnapshot registry, Options options)
    {
        var (sample, all) = (Math.Min(options.Number("sample", 500), registry.Meters.Count), options.Number("households", 160_000));
        var meters = registry.Meters.Values.Select(meter => meter.No).Take(sample).ToArray();
        var books = new Books(registry, (_, _, _, _) => [], _ => []);
        Each(meters, SeasonDays, reading => books.Apply(reading));
        var stored = meters.ToDictionary(no => no, no => (List<(int, byte[])>)[.. books.Book(no, Register.Total).AllDays(int.MinValue, int.MaxValue).Select(d => (d.Key, d.Value))]);
        var seconds = Enumerable.Range(0, options.Number("runs", 3)).Select(_ => Time(() => Parallel.ForEach(meters, no =>
            MeterBook.FromDays(no, Register.Total, Lives(registry, no), (meter, _, _, _) => stored[meter]).ChangedYears().Count())) / 1e9).Order().ToList();
        var median = seconds[seconds.Count / 2];
        var readings = (double)sample * SeasonDays * PerDay;
        var bytes = stored.Values.Sum(days => days.Sum(day => (long)day.Item2.Length));
        report.Line($"A season: {SeasonDays} days of {PerDay} readings, {sample:N0} meters = {readings:N0} readings, folded again from meter days held in memory on {Environment.ProcessorCount} cores.");
        report.Line("");
        report.Line("| what | figure |");
        report.Line("|---|---|");
        report.Line($"| measured: the sample, seconds, median of {seconds.Count} | {median:F2} |");
        report.Line($"| measured: ns/reading, all cores together | {median * 1e9 / readings:F0} |");
        report.Line($"| extrapolated, sample × {all / (double)sample:F0}: {all:N0} households, minutes | {median * all / sample / 60:F1} |");
        report.Line($"| extrapolated: their meter days, GB | {bytes * (all / (double)sample) / 1e9:F1} |");
        report.Line("");
        report.Line("The extrapolation is linear in meters, which are folded one by one; it leaves out reading the meter days from disk.");
    }

    private sealed record Figures(double Stream, double Refold, double Plain, double PlainWalk, double DayBytes, double YearBytes, double PlainBytes);

    private static Figures Once(RegistrySnapshot registry)
    {
        var meters = registry.Meters.Values.Select(meter => meter.No).ToArray();
        var count = (double)meters.Length * Days * PerDay;
        var stored = new Dictionary<int, List<(int, byte[])>>();
        var books = new Books(registry, (_, _, _, _) => [], _ => []);
        var stream = Time(() => Each(meters, Days, reading => books.Apply(reading))) / count;
        var (dayBytes, yearBytes) = (0L, 0L);
        foreach (var book in books.Dirty)
        {
            var days = stored[book.MeterNo] = [];
            yearBytes += book.ChangedYears().Sum(autumn => (long)book.Year(autumn).Length);
            days.AddRange(book.AllDays(int.MinValue, int.MaxValue).Select(day => (day.Key, day.Value)));
            dayBytes += days.Sum(day => (long)day.Item2.Length);
        }
        var again = meters.Select(no => MeterBook.FromDays(no, Register.Total, Lives(registry, no), (meter, _, _, _) => stored[meter])).ToList();
        var refold = Time(() => again.ForEach(book => book.ChangedYears().Count())) / count;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var plain = new Dictionary<int, SortedDictionary<(long, int), long>>();
        var insert = Time(() => Each(meters, Days, reading => Insert(plain, reading))) / count;
        var memory = (GC.GetTotalMemory(forceFullCollection: true) - before) / count;
        var walk = Time(() => Walk(plain)) / count;
        return new Figures(stream, refold, insert, walk, dayBytes / count, yearBytes / count, memory);
    }

    private static void Each(int[] meters, int days, Action<Reading> take)
    {
        for (var step = 0; step < days * PerDay; step++)
            foreach (var no in meters) take(new Reading(no, Register.Total, Start + step * 900_000L, 10_000_000L + no + step * (100L + no % 37), 0));
    }

    private static void Insert(Dictionary<int, SortedDictionary<(long, int), long>> plain, Reading reading)
    {
        if (!plain.TryGetValue(reading.MeterNo, out var readings)) plain[reading.MeterNo] = readings = [];
        readings.TryAdd((reading.TimeMs, reading.Revision), reading.Value);
    }

    private static void Walk(Dictionary<int, SortedDictionary<(long, int), long>> plain)
    {
        foreach (var readings in plain.Values)
        {
            var (days, last) = (new Dictionary<long, long>(), 0L);
            foreach (var ((time, _), value) in readings)
            {
                var day = (time - Start) / 86_400_000;
                if (last > 0) days[day] = days.GetValueOrDefault(day) + value - last;
                last = value;
            }
        }
    }

    private static double Time(Action work)
    {
        var started = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(started).TotalNanoseconds;
    }

    private static double Median(List<Figures> runs, Func<Figures, double> figure) => runs.Select(figure).Order().ElementAt(runs.Count / 2);

    private static MeterLives Lives(RegistrySnapshot registry, int meterNo) => new(registry.MeterByNo(meterNo)!);

    private static RegistrySnapshot Registry(string folder, int meters)
    {
        using var ledger = SqliteLedger.Open(Path.Combine(folder, "data"), create: true);
        foreach (var (kind, path) in LoadRegistry.Write(folder, meters))
        {
            using var content = File.OpenRead(path);
            RegistryCsv.Import(ledger, Enum.Parse<RegistryFile>(kind, ignoreCase: true), content, "benchmark", 0, _ => { });
        }
        using var view = ledger.OpenView();
        return view.Registry();
    }
}
