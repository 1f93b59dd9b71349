using MeterPipeline.Ledger;

namespace MeterPipeline.Tests.Ledger;

/// <summary>A sequence drawn, worked on or taken by other threads is the same sequence, its errors included, and ends when nobody reads on.</summary>
public sealed class AheadTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(1_000)]
    public void It_gives_everything_in_order(int count) => Assert.Equal(Enumerable.Range(0, count), Ahead.Of(Enumerable.Range(0, count), 64));

    [Fact]
    public void An_error_is_met_after_every_batch_before_it()
    {
        var met = new List<int>();
        var error = Assert.Throws<InvalidDataException>(() =>
        {
            foreach (var item in Ahead.Of(Enumerable.Range(0, 200).Select(i => i < 130 ? i : throw new InvalidDataException("130")), 64)) met.Add(item);
        });
        Assert.Equal("130", error.Message);
        Assert.Equal(Enumerable.Range(0, 128), met);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000)]
    public void Work_side_by_side_keeps_the_order(int count) => Assert.Equal(Enumerable.Range(0, count).Select(i => 2 * i), Ahead.Map(Enumerable.Range(0, count), i => 2 * i));

    [Fact]
    public void Work_that_fails_ends_the_sequence_and_all_work_begun()
    {
        var running = 0;
        var met = new List<int>();
        var error = Assert.Throws<InvalidDataException>(() =>
        {
            foreach (var item in Ahead.Map(Enumerable.Range(0, 200), Work)) met.Add(item);
        });
        Assert.Equal(("130", 0), (error.Message, Volatile.Read(ref running)));
        Assert.Equal(Enumerable.Range(0, 130), met);
        Assert.Equal([0, 1, 2], Ahead.Map(Enumerable.Range(0, int.MaxValue), Work).Take(3));
        Assert.Equal(0, Volatile.Read(ref running));

        int Work(int i)
        {
            Interlocked.Increment(ref running);
            try
            {
                return i == 130 ? throw new InvalidDataException("130") : i;
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        }
    }

    [Fact]
    public void Work_side_by_side_has_a_thread_for_each_core_and_no_more() =>
        Assert.InRange(Ahead.Map(Enumerable.Range(0, 200), _ => Environment.CurrentManagedThreadId).Distinct().Count(), 1, Environment.ProcessorCount);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000)]
    public void Every_taker_is_given_everything_in_order(int count)
    {
        List<int> first = [], second = [];
        Ahead.Give(Enumerable.Range(0, count), new List<int>[] { first, second }.Select<List<int>, Action<int>>(taken => taken.Add));
        Assert.Equal(Enumerable.Range(0, count), first);
        Assert.Equal(Enumerable.Range(0, count), second);
    }

    [Fact]
    public void A_taker_that_fails_ends_the_giving()
    {
        var (given, taken) = (0, 0);
        IEnumerable<int> Endless()
        {
            while (true) yield return given++;
        }

        var error = Assert.Throws<InvalidDataException>(() => Ahead.Give(Endless(), [_ => taken++, item =>
        {
            if (item == 130) throw new InvalidDataException("130");
        }]));
        Assert.Equal("130", error.Message);
        Assert.InRange(given, 130, 150);
        Assert.InRange(taken, 125, given);
    }

    [Fact]
    public void What_came_before_an_error_of_the_source_is_taken()
    {
        var taken = new List<int>();
        var error = Assert.Throws<InvalidDataException>(() => Ahead.Give(Enumerable.Range(0, 200).Select(i => i < 130 ? i : throw new InvalidDataException("130")), [taken.Add]));
        Assert.Equal("130", error.Message);
        Assert.Equal(Enumerable.Range(0, 130), taken);
    }

    [Fact]
    public void Whoever_stops_reading_stops_the_drawing()
    {
        var (drawn, ended) = (0, false);
        IEnumerable<int> Endless()
        {
            try
            {
                while (true) yield return ++drawn;
            }
            finally
            {
                ended = true;
            }
        }

        Assert.Equal([1, 2, 3], Ahead.Of(Endless(), 2).Take(3));
        Assert.True(ended);
        Assert.InRange(drawn, 3, 20);
    }
}
