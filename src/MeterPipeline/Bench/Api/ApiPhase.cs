using MeterPipeline.Run;

namespace MeterPipeline.Bench.Api;

/// <summary>What viewers saw of a pipeline for a while, and what it took.</summary>
/// <param name="Cores">Of the server's process, in the mean.</param>
/// <param name="GcPausedMs">Time in which everything stood still for collections.</param>
/// <param name="GcCollections">Of any generation.</param>
/// <param name="GcLongPauses">How many of them stopped everything for as long as each of <see cref="GcPauses.LimitsMs"/>, by generation.</param>
/// <param name="RssMiB">At the end.</param>
/// <param name="Recorded">Readings committed a second.</param>
internal sealed record ApiPhase(IReadOnlyDictionary<ApiQuestion, ApiTimes> Answers, double Cores, double GcPausedMs, double GcCollections, IReadOnlyList<long[]> GcLongPauses, long RssMiB, double Recorded)
{
    public ApiTimes All => Of(_ => true);

    public ApiTimes Budgeted => Of(question => question.IsBudgeted);

    /// <exception cref="Cli.CommandException">An answer is not the one that was asked for.</exception>
    public static ApiPhase Run(BenchPipeline pipeline, string key, ApiPlan plan, bool withTags, int seed)
    {
        var readers = Enumerable.Range(0, plan.Readers).Select(no => new ApiReader(pipeline.Web, key, plan.Households, plan.PerSecond, seed + no, withTags)).ToList();
        var (before, cpu) = (pipeline.Metrics(), pipeline.Process.CpuSeconds);
        Exception? failure = null;
        var threads = readers.ConvertAll(reader => new Thread(() =>
        {
            try
            {
                reader.Run(TimeSpan.FromSeconds(plan.Seconds));
            }
            catch (Exception error)
            {
                failure = error;
            }
        }));
        var started = TimeProvider.System.GetTimestamp();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        if (failure is not null) throw failure as Cli.CommandException ?? new Cli.CommandException($"The pipeline did not answer: {failure.Message} {pipeline.Process.Errors}".TrimEnd());
        var (after, spent) = (pipeline.Metrics(), pipeline.Process.CpuSeconds - cpu);
        double Grown(string metric) => after[metric] - before[metric];
        var answers = ApiQuestion.All.ToDictionary(question => question, question => Sum(readers.Select(reader => reader.Answers[question])));
        var pauses = Enumerable.Range(0, GcPauses.Generations).Select(generation => GcPauses.LimitsMs.Select(limit => (long)Grown(GcPauses.NameOf(generation, limit))).ToArray()).ToList();
        return new ApiPhase(
            answers, spent / seconds, Grown("meterpipeline_gc_pause_milliseconds_total"), Grown("meterpipeline_gc_collections_total"), pauses, pipeline.Process.RssMiB,
            Grown("meterpipeline_readings_recorded_total") / seconds);
    }

    private ApiTimes Of(Func<ApiQuestion, bool> which) => Sum(Answers.Where(answer => which(answer.Key)).Select(answer => answer.Value));

    private static ApiTimes Sum(IEnumerable<ApiTimes> parts)
    {
        var sum = new ApiTimes();
        foreach (var part in parts) sum.Add(part);
        return sum;
    }
}
