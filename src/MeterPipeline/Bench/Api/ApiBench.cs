using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LoadGenerator;
using MeterPipeline.Bench.City;
using MeterPipeline.Cli;
using MeterPipeline.Ledger.Sqlite;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Run;

namespace MeterPipeline.Bench.Api;

/// <summary>
/// What viewers wait for over a city's whole season, with nobody publishing and then beside publishers at half of the speed that the same process
/// has just been measured at, each with and without tags (If-None-Match). People can sign in, and every request brings a key, as in production.
/// </summary>
/// <param name="folder">For everything that is written meanwhile; the caller deletes it.</param>
internal sealed class ApiBench(ApiPlan plan, Report report, string folder)
{
    private const double BudgetMs = 50;
    private const int WarmUpSeconds = 3;
    private const int FullSpeedSeconds = 8;
    private const int Seed = 20261121;
    private static readonly TimeSpan BoardMax = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly string key = "mp_" + AccessToken.New();
    private readonly string password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
    private readonly int meters = CityMeter.ElectricityOf(plan.Households);

    /// <param name="city">As <see cref="CityLedger.Of"/> left it; it is copied.</param>
    /// <returns>Whether overview and drill-down kept to the budget.</returns>
    internal bool Run(string city)
    {
        var stored = Accepted(city);
        using var pipeline = new BenchPipeline(folder, city, null, Admit);
        Introduce(stored);
        AwaitBoards(pipeline);
        Tell("warm-up", ApiPhase.Run(pipeline, key, plan with { Seconds = WarmUpSeconds }, withTags: false, Seed));
        List<(string Name, ApiPhase Phase)> phases =
        [
            ("no ingest", Tell("no ingest", ApiPhase.Run(pipeline, key, plan, withTags: false, Seed + 1_000))),
            ("no ingest, tags", Tell("no ingest, tags", ApiPhase.Run(pipeline, key, plan, withTags: true, Seed + 2_000))),
        ];
        var full = LoadRun.Run(Load(pipeline) with { Seconds = FullSpeedSeconds });
        var folded = pipeline.AwaitFold(stored + full.Total);
        Console.Error.WriteLine($"Full speed: {full.Rate:N0} readings/s, folded after {folded:F1} s.");
        var half = Beside(pipeline, full, phases);
        pipeline.AwaitFold(stored + full.Total + half.Total);
        Say(full, half, phases, pipeline);
        return phases.TrueForAll(phase => phase.Phase.Budgeted.Times.Quantile(0.99) / 1e3 <= BudgetMs);
    }

    /// <summary>Publishers at half speed, and viewers beside them.</summary>
    private LoadResult Beside(BenchPipeline pipeline, LoadResult full, List<(string Name, ApiPhase Phase)> phases)
    {
        // Another run of the generator begins behind whatever its connections have sent.
        var steps = 2 * (int)(full.Total / meters) + 4;
        var load = Load(pipeline) with
        {
            PerSecond = (int)(full.Rate / 2),
            Seconds = 2 * plan.Seconds + WarmUpSeconds,
            From = CityMeter.LiveFrom.AddMinutes(15 * steps),
            Above = CityMeter.LiveAbove + 0.01m * steps,
        };
        using var warm = new ManualResetEventSlim();
        var publishing = Task.Factory.StartNew(() => LoadRun.Run(load, warm.Set), TaskCreationOptions.LongRunning);
        while (!warm.Wait(Look))
            if (publishing.IsCompleted) return publishing.GetAwaiter().GetResult();
        phases.Add(("half speed", Tell("half speed", ApiPhase.Run(pipeline, key, plan, withTags: false, Seed + 3_000))));
        phases.Add(("half speed, tags", Tell("half speed, tags", ApiPhase.Run(pipeline, key, plan, withTags: true, Seed + 4_000))));
        return publishing.GetAwaiter().GetResult();
    }

    private LoadOptions Load(BenchPipeline pipeline) => new()
    {
        To = pipeline.Endpoint,
        User = BenchPipeline.User,
        Password = password,
        Connections = plan.Connections,
        Meters = meters,
        Window = ApiPlan.Window,
        WarmUpSeconds = WarmUpSeconds,
        From = CityMeter.LiveFrom,
        Above = CityMeter.LiveAbove,
    };

    /// <summary>A publisher, a person who could sign in, and the viewers' key.</summary>
    private void Admit(SqliteLedger ledger)
    {
        BenchPipeline.Admit(ledger, password);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var hash = PasswordHash.Create(Encoding.UTF8.GetBytes(password));
        ledger.PutUser(new User("bureau", Role.Bureau, null, [], hash, MustChange: false, Enabled: true, now, now), "bench", now);
        ledger.Access.PutKey(new ApiKey("viewers", Role.Bureau, null, [], AccessToken.Hash(key), now, null, null), "bench", now);
    }

    private static long Accepted(string city)
    {
        using var ledger = SqliteLedger.Open(city, create: false);
        using var view = ledger.OpenView();
        return view.Counters(int.MinValue, int.MaxValue).Sum(row => row.Accepted);
    }

    /// <summary>The first board of all households is drawn when somebody asks for it.</summary>
    private void AwaitBoards(BenchPipeline pipeline)
    {
        using var client = ApiReader.Client(pipeline.Web, key);
        var started = TimeProvider.System.GetTimestamp();
        while (!client.GetStringAsync(new Uri("/api/v1/use", UriKind.Relative)).GetAwaiter().GetResult().Contains("\"folded_seq\"", StringComparison.Ordinal))
        {
            if (TimeProvider.System.GetElapsedTime(started) > BoardMax) throw new CommandException("The boards of households were not drawn.");
            Thread.Sleep(Look);
        }
        report.Line($"The first board of all households stood {TimeProvider.System.GetElapsedTime(started).TotalSeconds:F1} s after it was asked for; the process was ready after {pipeline.ReadyAfter.TotalSeconds:F1} s.");
        report.Line("");
    }

    private void Introduce(long stored)
    {
        report.Line($"{plan.Households:N0} households in {(plan.Households + 99) / 100:N0} villages, {stored:N0} readings of the season 2025-2026 stored. {plan.Readers} viewers, each with a connection, a key and "
            + $"{plan.PerSecond} requests/s of a mixture, {plan.Seconds} s a phase; a time counts from the moment at which the request was due. Viewers and publishers share the cores with the server.");
        report.Line("");
    }

    private void Say(LoadResult full, LoadResult half, List<(string Name, ApiPhase Phase)> phases, BenchPipeline pipeline)
    {
        report.Line($"Publishers: {plan.Connections} connections, window {ApiPlan.Window:N0}, {meters:N0} meters, QoS 1, PUBACK after fsync. At full speed without viewers {full.Rate:N0} readings/s, PUBACK p99 {full.P99Us / 1e3:F1} ms; "
            + $"beside the viewers {half.Rate:N0} readings/s ({half.Rate / full.Rate:P0}), PUBACK p50 {half.P50Us / 1e3:F1}, p99 {half.P99Us / 1e3:F1}, at most {half.MaxUs / 1e3:F1} ms. Every reading in the books.");
        report.Line("");
        report.Line($"| ms: p50 / p99 / max | {string.Join(" | ", phases.Select(phase => phase.Name))} | requests a phase | KiB an answer | unchanged, tags |");
        report.Line($"|---|{string.Concat(Enumerable.Repeat("---|", phases.Count + 3))}");
        foreach (var question in ApiQuestion.All) Row(question.Name + (question.IsBudgeted ? " *" : ""), phase => phase.Answers[question]);
        Row($"**overview and drill-down (*), budget p99 {BudgetMs} ms**", phase => phase.Budgeted);
        Row("everything", phase => phase.All);
        report.Line("");
        report.Line($"| the server meanwhile | {string.Join(" | ", phases.Select(phase => phase.Name))} |");
        report.Line($"|---|{string.Concat(Enumerable.Repeat("---|", phases.Count))}");
        Meanwhile("cores busy", phase => phase.Cores, "F2");
        Meanwhile("readings recorded/s", phase => phase.Recorded, "N0");
        Meanwhile("collections", phase => phase.GcCollections, "N0");
        Meanwhile("paused for collections, ms/s", phase => phase.GcPausedMs / plan.Seconds, "F1");
        for (var generation = 0; generation < GcPauses.Generations; generation++)
            report.Line($"| pauses of {string.Join(" / ", GcPauses.LimitsMs)} ms and longer, generation {generation} | {string.Join(" | ", phases.Select(phase => string.Join(" / ", phase.Phase.GcLongPauses[generation])))} |");
        Meanwhile("the slowest answer was due, s into the phase", phase => phase.All.Slowest.Due.TotalSeconds, "F1");
        Meanwhile("RSS MiB", phase => phase.RssMiB, "N0");
        report.Line($"| peak RSS MiB | {pipeline.Process.PeakMiB:N0} |{string.Concat(Enumerable.Repeat(" |", phases.Count - 1))}");

        void Row(string name, Func<ApiPhase, ApiTimes> of)
        {
            var plain = of(phases[0].Phase);
            var tagged = of(phases[^1].Phase);
            report.Line($"| {name} | {string.Join(" | ", phases.Select(phase => Times(of(phase.Phase))))} | {plain.Requests:N0} | {plain.Bytes / 1024.0 / Math.Max(1, plain.Requests):F1} "
                + $"| {(double)tagged.Unchanged / Math.Max(1, tagged.Requests):P0} |");
        }

        void Meanwhile(string name, Func<ApiPhase, double> of, string form) =>
            report.Line($"| {name} | {string.Join(" | ", phases.Select(phase => of(phase.Phase).ToString(form, CultureInfo.InvariantCulture)))} |");
    }

    private static ApiPhase Tell(string name, ApiPhase phase)
    {
        Console.Error.WriteLine($"{TimeProvider.System.GetUtcNow():HH:mm:ss} {name}: overview and drill-down {Times(phase.Budgeted)} ms, everything {Times(phase.All)} ms (p50 / p99 / max), {phase.Cores:F2} cores");
        return phase;
    }

    private static string Times(ApiTimes times) => string.Create(CultureInfo.InvariantCulture, $"{times.Times.Quantile(0.5) / 1e3:F1} / {times.Times.Quantile(0.99) / 1e3:F1} / {times.Times.Max / 1e3:F1}");
}
