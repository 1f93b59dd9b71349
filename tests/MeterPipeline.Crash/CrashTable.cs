using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace MeterPipeline.Crash;

/// <summary>What a run came to, a row per fault.</summary>
public sealed class CrashTable
{
    private readonly CrashOptions _options;
    private readonly List<(string Name, EpisodeResult Result)> _episodes = [];

    internal CrashTable(CrashOptions options) => _options = options;

    public int Episodes => _episodes.Count;

    /// <summary>Crashes that struck.</summary>
    public int Crashes => _episodes.Sum(episode => episode.Result.Recoveries.Count);

    public bool Passed => _episodes.Count > 0 && _episodes.TrueForAll(episode => episode.Result.Passed);

    public int Lost => _episodes.Sum(episode => episode.Result.Audit.Lost);

    public int Double => _episodes.Sum(episode => episode.Result.Audit.Double);

    public int AmountsDifferent => _episodes.Sum(episode => episode.Result.Audit.Amounts + episode.Result.AmountsWrong);

    /// <summary>Sentences of everything else that must not be.</summary>
    public IReadOnlyList<string> Problems => [.. _episodes.SelectMany(episode => episode.Result.Problems.Concat(episode.Result.Audit.Problems))];

    /// <summary>Episodes that did not begin, because the minutes were over.</summary>
    public List<string> LeftOut { get; } = [];

    internal void Add(string name, EpisodeResult result) => _episodes.Add((name, result));

    /// <summary>In Markdown, with the machine.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # {_options.Ledger} under crashes, {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC

            Machine: {Processor()}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, .NET {Environment.Version}; load average at the end {LoadAverage()}.
            Seed {_options.Seed}, {_options.Nodes} node(s), {Episodes} episodes, {Crashes} crashes{(_options.Mutation == Mutation.None ? "" : $", MUTATION {_options.Mutation}")}: {(Passed ? "passed" : "FAILED")}.

            | fault | ledger | crashes | readings acknowledged | lost | double | amounts different | every publisher acknowledged after, s: median | worst | every partition folded after, s: median | worst |
            |---|---|---|---|---|---|---|---|---|---|---|

            """);
        foreach (var row in _episodes.GroupBy(episode => episode.Name)) AppendRow(text, row.Key, [.. row.Select(episode => episode.Result)]);
        AppendRow(text, "**all**", [.. _episodes.Select(episode => episode.Result)]);
        if (_options.Mixed)
        {
            text.Append("\nBy fault, every publisher acknowledged after, s (crashes, median, worst): ");
            text.AppendJoin("; ", _episodes.SelectMany(episode => episode.Result.Recoveries).GroupBy(r => r.Fault)
                .Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Key} {g.Count()}, {Median([.. g.Select(r => r.Seconds)]):0.00}, {g.Max(r => r.Seconds):0.00}"))).Append(".\n");
        }
        var missed = _episodes.Sum(episode => episode.Result.Missed);
        if (missed > 0) text.Append(CultureInfo.InvariantCulture, $"\nOf crashes meant for a certain write or fsync, {missed} did not come to it within 20 s; they are not counted.\n");
        foreach (var (name, result) in _episodes.Where(episode => !episode.Result.Passed))
            text.Append(CultureInfo.InvariantCulture, $"\nFAILED: {name}, seed {result.Seed}: {string.Join(" ", result.Problems.Concat(result.Audit.Problems))}\n");
        return text.ToString();
    }

    private void AppendRow(StringBuilder text, string name, List<EpisodeResult> results)
    {
        var seconds = results.SelectMany(result => result.Recoveries).Select(r => r.Seconds).ToList();
        text.Append(CultureInfo.InvariantCulture, $"| {name} | {_options.Ledger.ToString().ToLowerInvariant()} | {seconds.Count} | {results.Sum(r => (long)r.Audit.Acknowledged):N0} | ");
        text.Append(CultureInfo.InvariantCulture, $"{results.Sum(r => r.Audit.Lost)} | {results.Sum(r => r.Audit.Double)} | {results.Sum(r => r.Audit.Amounts + r.AmountsWrong)} | ");
        text.Append(CultureInfo.InvariantCulture, $"{Median(seconds):0.00} | {(seconds.Count == 0 ? 0 : seconds.Max()):0.00} | ");
        var taken = results.SelectMany(result => result.Recoveries).Select(r => r.TakenOver).OfType<double>().ToList();
        text.Append(taken.Count == 0 ? "| |\n" : string.Create(CultureInfo.InvariantCulture, $"{Median(taken):0.00} | {taken.Max():0.00} |\n"));
    }

    private static double Median(List<double> values) => values.Count == 0 ? 0 : values.Order().ElementAt(values.Count / 2);

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";

    private static string LoadAverage() => File.ReadAllText("/proc/loadavg").Split(' ')[0];
}
