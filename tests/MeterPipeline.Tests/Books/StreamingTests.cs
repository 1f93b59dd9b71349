using MeterPipeline.Domain;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using Xunit.Abstractions;

namespace MeterPipeline.Tests.Books;

/// <summary>What the streaming path costs in memory, counted, not timed.</summary>
public sealed class StreamingTests(ITestOutputHelper output)
{
    private const long QuarterMs = 900_000;
    private static readonly LocalDay First = LocalDay.On(2025, 11, 15);

    [Fact]
    public void A_reading_within_a_day_allocates_nothing()
    {
        var books = Books(First.StartMs);
        var at = First.StartMs;
        // A few days, so that buffers have their size and every path has run.
        for (; at < First.StartMs + 5 * LocalDay.LengthMs; at += QuarterMs) books.Apply(ReadingAt(at));
        var (within, turns) = (0L, 0L);
        for (var i = 0; i < 50 * 96; i++, at += QuarterMs)
        {
            var reading = ReadingAt(at);
            var before = GC.GetAllocatedBytesForCurrentThread();
            books.Apply(reading);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (i % 96 == 0) turns += allocated;
            else within += allocated;
        }
        output.WriteLine($"within days {within} bytes, at the turn of a day {turns / 50} bytes");
        Assert.Equal(0, within);
        // The closed day's blob, and now and then a longer log.
        Assert.InRange(turns / 50, 1, 2_000);
    }

    /// <summary>The days that one step closes cost the same each, however many they are.</summary>
    [Theory]
    [InlineData(400)]
    [InlineData(8_000)]
    public void A_first_reading_long_after_installation_closes_every_day_between_in_one_go(int days)
    {
        var installed = new LocalDay(First.Number - days);
        var books = Books(installed.StartMs);
        books.Apply(ReadingAt(installed.StartMs));
        var before = GC.GetAllocatedBytesForCurrentThread();
        books.Apply(ReadingAt(First.StartMs));
        var perDay = (GC.GetAllocatedBytesForCurrentThread() - before) / days;
        output.WriteLine($"{days} days in one step: {perDay} bytes a day");
        Assert.InRange(perDay, 0, 200);
        Assert.Equal(days + 1, books.Days(1, Register.Total, installed, First).Count);
    }

    private static Reading ReadingAt(long at) => new(1, Register.Total, at, (at - First.StartMs + 400_000_000_000_000) / 100_000, 0);

    private static Domain.Books.Books Books(long fromMs)
    {
        var meter = new Installation("M1", "H1", "grid", Energy.Electricity, null, 2, null, 1, fromMs, null, null, null, Serves.WholeHouse, 0);
        return new Domain.Books.Books(new RegistrySnapshot(1, [], [], [], [new Meter(1, "M1", [meter])]), (_, _, _, _) => [], _ => []);
    }
}
