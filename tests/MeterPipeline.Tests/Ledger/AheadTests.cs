using MeterPipeline.Ledger;

namespace MeterPipeline.Tests.Ledger;

/// <summary>A sequence drawn on another thread is the same sequence, its errors included, and ends when nobody reads on.</summary>
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
