using MeterPipeline.Bench;

namespace MeterPipeline.Tests.Load;

/// <summary>What a long run of <c>bench ingest</c> concludes from its samples.</summary>
public sealed class PipelineSampleTests
{
    [Fact]
    public void What_grows_steadily_is_named_and_what_came_to_rest_is_not()
    {
        Assert.Empty(Growing(i => Of(lag: 3_000_000 + i % 3 * 400_000, journal: 300, wal: 280)));
        Assert.Empty(Growing(i => Of(lag: Math.Min(20, i) * 1_000_000, journal: Math.Min(20, i) * 50, wal: 0)));
        Assert.Contains("not folded", Assert.Single(Growing(i => Of(lag: i * 1_000_000, journal: 300, wal: 280))), StringComparison.Ordinal);
        Assert.Contains("the journal", Assert.Single(Growing(i => Of(lag: 0, journal: 200 + i * 40, wal: 0))), StringComparison.Ordinal);
        Assert.Contains("ledger's WAL: at most 380 MiB in the first two thirds, 580 MiB", Assert.Single(Growing(i => Of(lag: 0, journal: 0, wal: i * 20))), StringComparison.Ordinal);
    }

    [Fact]
    public void Little_may_grow_and_few_samples_say_nothing()
    {
        Assert.Empty(Growing(i => Of(lag: i * 10_000, journal: i, wal: i)));
        Assert.Empty(PipelineSample.Growing([.. Enumerable.Range(0, PipelineSample.Enough - 1).Select(i => Of(lag: i * 10_000_000, journal: 0, wal: 0))], meters: 10_000));
    }

    /// <summary>The first flush of a million meters ends after half a minute: until then the journal only grows.</summary>
    [Fact]
    public void A_journal_may_hold_what_unflushed_readings_of_so_many_meters_take()
    {
        Assert.Empty(Growing(i => Of(lag: 0, journal: i * 15, wal: 0), meters: 1_000_000));
        Assert.Contains("the journal", Assert.Single(Growing(i => Of(lag: 0, journal: i * 15, wal: 0), meters: 100_000)), StringComparison.Ordinal);
        Assert.Contains("the journal", Assert.Single(Growing(i => Of(lag: 0, journal: i * 80, wal: 0), meters: 1_000_000)), StringComparison.Ordinal);
    }

    private static List<string> Growing(Func<int, PipelineSample> at, int meters = 10_000) => [.. PipelineSample.Growing([.. Enumerable.Range(0, 30).Select(at)], meters)];

    private static PipelineSample Of(long lag, long journal, long wal) => new(0, 0, lag, 0, journal, 0, 0, wal, 0);
}
