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
        var within = 0L;
        for (var i = 0; i < 50 * 96; i++, at += QuarterMs)
        {
            var reading = ReadingAt(at);
            var before = GC.GetAllocatedBytesForCurrentThread();
            books.Apply(reading);
            if (i % 96 != 0) within += GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(0, within);
    }

    /// <summary>A city's meters close their days within a second, and a flush takes all of them: one small object each would be work for every collection after it.</summary>
    [Fact]
    public void A_day_that_closes_and_is_stored_leaves_no_object()
    {
        const int Meters = 20;
        var books = Books(First.StartMs, Meters);
        var at = First.StartMs;
        var (turns, stores) = (0, 0L);
        for (var i = 0; i < 60 * 96; i++, at += QuarterMs)
        {
            for (var meter = 1; meter <= Meters; meter++)
            {
                var reading = ReadingAt(at, meter);
                var before = GC.GetAllocatedBytesForCurrentThread();
                books.Apply(reading);
                if (i >= 10 * 96 && GC.GetAllocatedBytesForCurrentThread() > before) turns++;
            }
            if (i % 96 != 40) continue;
            var started = GC.GetAllocatedBytesForCurrentThread();
            books.Storing();
            books.Stored();
            if (i >= 10 * 96) stores += GC.GetAllocatedBytesForCurrentThread() - started;
        }
        output.WriteLine($"of {50 * Meters} days {turns} allocated something, their flushes {stores} bytes");
        Assert.InRange(turns, 0, 5 * Meters); // now and then a longer log
        Assert.Equal(0, stores);
    }

    /// <summary>A city's meters close their first days after a start within a second: copies of their years would be holes all over the heap.</summary>
    [Fact]
    public void The_first_day_that_closes_after_a_restart_does_not_copy_the_year()
    {
        const int Days = 200;
        var shelf = new MemoryShelf(Books(First.StartMs).Registry);
        var books = shelf.Open();
        for (var i = 0; i < Days; i++) books.Apply(ReadingAt(First.StartMs + i * LocalDay.LengthMs));
        shelf.Flush(books);
        books = shelf.Open();
        var end = First.StartMs + Days * LocalDay.LengthMs;
        books.Apply(ReadingAt(end - QuarterMs));
        var year = books.Book(1, Register.Total).Year(2025).Length;
        var reading = ReadingAt(end);
        var before = GC.GetAllocatedBytesForCurrentThread();
        books.Apply(reading);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine($"a year of {year} bytes, {allocated} allocated");
        Assert.InRange(allocated, 1, year / 2);
        Assert.Equal(Days + 1, books.Days(1, Register.Total, First, LocalDay.Of(end)).Count);
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

    private static Reading ReadingAt(long at, int meter = 1) => new(meter, Register.Total, at, (at - First.StartMs + 400_000_000_000_000) / 100_000, 0);

    private static Domain.Books.Books Books(long fromMs, int meters = 1) =>
        new(new RegistrySnapshot(1, [], [], [], [.. Enumerable.Range(1, meters).Select(no => new Meter(no, $"M{no}", [Installed($"M{no}", fromMs)]))]), (_, _, _, _) => [], _ => []);

    private static Installation Installed(string meter, long fromMs) => new(meter, "H1", "grid", Energy.Electricity, null, 2, null, 1, fromMs, null, null, null, Serves.WholeHouse, 0);
}
