using System.Diagnostics;
using MeterPipeline.Crash.Faults;

namespace MeterPipeline.Crash;

/// <summary>Episodes of the chosen faults until the crashes are spent, one after the other.</summary>
public static class CrashRun
{
    private const string AllInTurn = "all in turn";

    /// <param name="say">Told the progress, a line at a time.</param>
    /// <exception cref="FormatException">There is no such fault.</exception>
    public static async Task<CrashTable> RunAsync(CrashOptions options, Action<string> say)
    {
        var faults = AllFaults.For(options.Ledger, options.Nodes, options.Faults);
        await using var template = await Template.CreateAsync(options.Ledger);
        var table = new CrashTable(options);
        var clock = Stopwatch.StartNew();
        foreach (var (name, crashes) in Plan(options, faults))
        {
            if (clock.Elapsed.TotalMinutes >= options.Minutes)
            {
                table.LeftOut.Add(name);
                continue;
            }
            // The first episode has the seed itself: so an episode alone is run again by its own seed.
            var seed = unchecked(options.Seed + table.Episodes);
            say($"{clock.Elapsed:mm\\:ss} episode {table.Episodes + 1}, {name}, seed {seed}, {crashes.Count} crashes");
            var result = await Episode.RunAsync(options, template, crashes, seed, say);
            table.Add(name, result);
            say(result.Passed
                ? $"  passed: {result.Audit.Acknowledged:N0} readings"
                : $"  FAILED: lost {result.Audit.Lost}, double {result.Audit.Double}, amounts {result.Audit.Amounts + result.AmountsWrong}, {result.Folder} is kept\n  {string.Join("\n  ", result.Problems.Concat(result.Audit.Problems))}");
        }
        return table;
    }

    private static IEnumerable<(string Name, IReadOnlyList<Fault> Crashes)> Plan(CrashOptions options, IReadOnlyList<Fault> faults)
    {
        if (options.Mixed)
        {
            var mixing = faults.Where(fault => fault.Mixes).ToList();
            for (var left = options.Crashes; left > 0 && mixing.Count > 0; left -= mixing.Count) yield return (AllInTurn, [.. mixing.Take(left)]);
            yield break;
        }
        // Fault by fault in rounds, so that a run that is cut short has met all of them. What does not divide goes to the first ones.
        var shares = faults.Select((fault, i) => (Fault: fault, Crashes: options.Crashes / faults.Count + (i < options.Crashes % faults.Count ? 1 : 0))).ToList();
        for (; shares.Exists(share => share.Crashes > 0); shares = [.. shares.Select(share => (share.Fault, share.Crashes - share.Fault.PerEpisode))])
            foreach (var (fault, crashes) in shares.Where(share => share.Crashes > 0)) yield return (fault.Name, [.. Enumerable.Repeat(fault, Math.Min(crashes, fault.PerEpisode))]);
    }
}
