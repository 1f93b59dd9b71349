using System.Globalization;
using MeterPipeline.Bench;
using MeterPipeline.Bench.City;
using MeterPipeline.Policies;

namespace MeterPipeline.Benchmarks.Settle;

/// <summary>
/// A season of a city settled and written as finance's workbook, each step in a process of its own that opens the ledger as the verbs do, so that its
/// memory is its own; at several sizes, because flat means that only the registry grows. Beside them the same lines as one plain CSV file, and as one
/// sheet by the SDK's OpenXmlWriter.
/// </summary>
public static class SettleBenchmark
{
    private const double BudgetSeconds = 10;
    private const int BudgetHouseholds = 160_000;

    private static readonly (SettlePart Part, string What)[] Parts =
    [
        (SettlePart.Registry, "the registry alone"), (SettlePart.Draft, "settle: draw, freeze"), (SettlePart.Workbook, "export: workbook (XLSX), all sheets"),
        (SettlePart.Csv, "baseline: the lines as one CSV, StreamWriter"), (SettlePart.Sdk, "baseline: the lines as one sheet, OpenXmlWriter"),
    ];

    public static int Run(Options options)
    {
        var sizes = (options.Text("households") ?? "20000,80000,160000").Split(',').Select(size => int.Parse(size, CultureInfo.InvariantCulture)).ToList();
        var report = new Report(options.Verb, options.Text("out"));
        var folder = Directory.CreateTempSubdirectory("meterpipeline-bench-").FullName;
        var kept = true;
        try
        {
            report.Line("A city's season, a meter each; every process opens the ledger by itself, as the verbs do; settling reads the policies and loads the registry too. Live: the most that a collection left.");
            report.Line("");
            report.Line("| households | what | s, process start to end | of it the work itself | CPU s | file MB | live heap MiB | peak RSS MiB |");
            report.Line("|---|---|---|---|---|---|---|---|");
            foreach (var households in sizes) kept &= Measure(report, options, folder, households);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        report.End();
        return kept ? 0 : 1;
    }

    /// <returns>Whether settling and workbook kept to the budget, scaled to the size.</returns>
    private static bool Measure(Report report, Options options, string folder, int households)
    {
        var city = CityLedger.Of(options.Text("city") ?? folder, households, PolicyFiles.Load(SettleRun.PolicyFolder));
        var own = Directory.CreateDirectory(Path.Combine(folder, $"run-{households}")).FullName;
        foreach (var file in Directory.EnumerateFiles(city, "*.db")) File.Copy(file, Path.Combine(own, Path.GetFileName(file)));
        var seconds = 0.0;
        foreach (var (part, what) in Parts)
        {
            var started = TimeProvider.System.GetTimestamp();
            var figures = Once(part, own);
            var taken = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            if (part is SettlePart.Draft or SettlePart.Workbook) seconds += taken;
            report.Line($"| {households:N0} | {what} | {taken:F2} | {figures.WorkSeconds:F2} | {figures.CpuSeconds:F2} | {figures.FileBytes / 1e6:F1} | {figures.HeapMiB:F0} | {figures.PeakMiB} |");
        }
        var budget = BudgetSeconds * Math.Max(BudgetHouseholds, households) / BudgetHouseholds;
        report.Line($"| **{households:N0}** | **settle and export together, budget {budget:F0} s** | **{seconds:F2}** | | | | | |");
        Directory.Delete(own, recursive: true);
        return seconds <= budget;
    }

    private static SettleFigures Once(SettlePart part, string data)
    {
        using var child = Child.OfProgram("MeterPipeline.Benchmarks", [SettleRun.Verb, "--part", $"{part}", "--data", data], data);
        var line = child.ReadLine();
        if (line is null || !child.Ends(60_000)) throw new InvalidOperationException($"{part} over {data} broke off. {child.Errors}");
        return SettleFigures.Read(line);
    }
}
