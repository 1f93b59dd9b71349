using System.Diagnostics.Tracing;
using System.Globalization;
using MeterPipeline.Web;

namespace MeterPipeline.Run;

/// <summary>
/// Counts how long everything stood still for collections. A sum hides the one that everybody waited for; what the runtime tells of the last collection
/// misses the others.
/// </summary>
internal sealed class GcPauses : EventListener
{
    private const string Metric = "meterpipeline_gc_long_pauses_total";

    public const int Generations = 3;
    private const EventKeywords Collections = (EventKeywords)1;

    // The runtime's numbers of its events.
    private const int Starts = 1;
    private const int RunsAgain = 3;
    private const int Suspends = 9;

    private readonly long[,] longer = new long[Generations, LimitsMs.Count];

    // Owned by the thread that tells of events, one after the other.
    private DateTime since;
    private int? generation;

    /// <summary>What is counted separately.</summary>
    public static IReadOnlyList<int> LimitsMs { get; } = [10, 20, 50, 100, 200];

    /// <summary>Name and labels of the counter of a generation's pauses that were as long as a limit, as <c>/metrics</c> writes them.</summary>
    public static string NameOf(int generation, int limitMs) => $"{Metric}{{generation=\"{generation}\",least_ms=\"{limitMs}\"}}";

    public IEnumerable<MetricSample> Samples()
    {
        for (var each = 0; each < Generations; each++)
        {
            for (var limit = 0; limit < LimitsMs.Count; limit++)
            {
                KeyValuePair<string, string>[] labels = [new("generation", Text(each)), new("least_ms", Text(LimitsMs[limit]))];
                yield return new MetricSample(Metric, "Pauses for garbage collections that were so long or longer, by generation.", "counter", labels, Volatile.Read(ref longer[each, limit]));
            }
        }

        static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime") EnableEvents(eventSource, EventLevel.Informational, Collections);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventId == Suspends) (since, generation) = (eventData.TimeStamp, null);
        else if (eventData.EventId == Starts) generation = Convert.ToInt32(eventData.Payload![1], CultureInfo.InvariantCulture);
        else if (eventData.EventId == RunsAgain) Paused((eventData.TimeStamp - since).TotalMilliseconds);
    }

    private void Paused(double ms)
    {
        // A concurrent collection of everything stops all when it begins, and once more without a beginning.
        for (var limit = 0; limit < LimitsMs.Count && ms >= LimitsMs[limit]; limit++) Interlocked.Increment(ref longer[generation ?? Generations - 1, limit]);
    }
}
