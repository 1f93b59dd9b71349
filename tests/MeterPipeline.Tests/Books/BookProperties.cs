using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Tests.Books;

/// <summary>What must hold for every history; a failure names the seed that replays it.</summary>
public sealed class BookProperties
{
    private const int Histories = 300;
    private static readonly LocalDay First = LocalDay.On(2025, 1, 1);
    private static readonly LocalDay Last = LocalDay.On(2027, 12, 31);

    [Fact]
    public void Order_duplication_and_restarts_change_no_byte()
    {
        for (var seed = 1; seed <= Histories; seed++)
        {
            var history = new History(seed);
            var dice = new Random(seed * 7919);
            var expected = Run(history, history.Readings, restartEvery: 0, out _);
            var late = history.Readings.OrderBy(r => r.TimeMs + dice.NextInt64(0, 5 * LocalDay.LengthMs)).ToList();
            var shuffled = history.Readings.Concat(history.Readings.Where(_ => dice.Next(4) == 0)).OrderBy(_ => dice.Next()).ToList();
            Assert.True(expected == Run(history, late, 40, out _), $"late readings with restarts differ: seed {seed}");
            Assert.True(expected == Run(history, shuffled, 0, out _), $"shuffled differs: seed {seed}");
            Assert.True(expected == Run(history, shuffled, 25, out _), $"shuffled with restarts differs: seed {seed}");
            Assert.True(expected == Run(history, history.Readings, 10, out _), $"in order with restarts differs: seed {seed}");
        }
    }

    [Fact]
    public void Streaming_equals_folding_again_from_the_days()
    {
        for (var seed = 1; seed <= Histories; seed++)
        {
            var history = new History(seed);
            Run(history, history.Readings, 0, out var books);
            var streamed = books.Days(1, Register.Total, First, Last);
            var book = MeterBook.FromDays(1, Register.Total, new MeterLives(history.Meter), (_, _, first, last) => [.. books.Book(1, Register.Total).AllDays(first, last).Select(d => (d.Key, d.Value))]);
            Assert.True(streamed.SequenceEqual(book.Days(First, Last, _ => null)), $"seed {seed}");
        }
    }

    [Fact]
    public void Days_add_up_to_the_registers_around_them()
    {
        for (var seed = 1; seed <= Histories; seed++)
        {
            var history = new History(seed);
            Run(history, history.Readings, 0, out var books);
            var days = books.Days(1, Register.Total, First, Last);
            var life = new MeterLives(history.Meter).Lives[0];
            for (var i = 0; i + 1 < days.Count; i++)
            {
                var (day, next) = (days[i], days[i + 1]);
                if (!day.StartKnown || !next.StartKnown || ((day.Marks | next.Marks) & (DayMarks.Reset | DayMarks.Jump)) != 0 || !life.Covers(next.Day.StartMs)) continue;
                var advance = next.Register - day.Register;
                if (advance < 0) advance += life.Modulus!.Value;
                Assert.True(advance == day.Consumption, $"seed {seed}, {day.Day}: register advanced {advance}, day counts {day.Consumption}");
            }
        }
    }

    [Fact]
    public void Bounds_enclose_the_amount()
    {
        var season = new HeatingSeason("2025-2026", LocalDay.On(2025, 11, 15), LocalDay.On(2026, 3, 15));
        for (var seed = 1; seed <= Histories; seed++)
        {
            var history = new History(seed);
            var dice = new Random(seed);
            Run(history, history.Readings, 0, out var books);
            var days = books.Days(1, Register.Total, season.First, season.Last.Next);
            var from = season.First.Number + dice.Next(0, 60);
            var quantity = SeasonQuantity.Of(season, d => d.Number >= from, [new InstalledDays(history.Meter, new MeterLives(history.Meter).Lives[0], days)]);
            Assert.True(quantity.Low <= quantity.Eligible && quantity.Eligible <= quantity.High, $"seed {seed}: {quantity.Low} {quantity.Eligible} {quantity.High}");
            Assert.True(quantity.Eligible <= quantity.Consumption && quantity.Low >= 0, $"seed {seed}");
            Assert.True(quantity.EligiblePerDay.Sum() == quantity.Eligible && quantity.ConsumptionPerDay.Sum() == quantity.Consumption, $"seed {seed}");
        }
    }

    /// <summary>Applies readings, flushing and restoring every so many; returns what is stored at the end.</summary>
    private static string Run(History history, IReadOnlyList<Reading> readings, int restartEvery, out Domain.Books.Books books)
    {
        var shelf = new MemoryShelf(history.Registry);
        books = shelf.Open();
        for (var i = 0; i < readings.Count; i++)
        {
            books.Apply(readings[i]);
            if (restartEvery == 0 || i % restartEvery != restartEvery - 1) continue;
            shelf.Flush(books);
            books = shelf.Open();
        }
        shelf.Flush(books);
        return shelf.Print();
    }
}
