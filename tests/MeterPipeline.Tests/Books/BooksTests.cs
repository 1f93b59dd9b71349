using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Tests.Books;

/// <summary>What books promise to whoever flushes and restores them.</summary>
public sealed class BooksTests
{
    private static readonly Installation Plain = new("M1", "H1", "grid", Energy.Electricity, null, 2, null, 1, null, null, null, null, Serves.WholeHouse, 0);
    private static readonly LocalDay First = LocalDay.On(2025, 11, 15);

    [Fact]
    public void A_book_that_was_folded_again_to_be_read_is_written_at_the_next_flush()
    {
        var shelf = new MemoryShelf(Registry(Plain));
        var books = shelf.Open();
        Feed(books, First, 3);
        shelf.Flush(books);

        // The registry changes while nobody runs; somebody looks before the next reading comes.
        shelf.Registry = Registry(Plain with { Capacity = 50_000 });
        books = shelf.Open();
        books.Days(1, Register.Total, First, new LocalDay(First.Number + 9));
        Assert.Single(books.Dirty);
        Feed(books, new LocalDay(First.Number + 3), 3);
        shelf.Flush(books);
        Assert.Equal(6, shelf.Open().Book(1, Register.Total).AllDays(int.MinValue, int.MaxValue).Count);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(0)]
    public void A_year_that_an_earlier_program_folded_is_folded_again(int more)
    {
        var (shelf, undisturbed) = (new MemoryShelf(Registry(Plain)), new MemoryShelf(Registry(Plain)));
        foreach (var one in (MemoryShelf[])[shelf, undisturbed])
        {
            var books = one.Open();
            Feed(books, First, 30);
            one.Flush(books);
        }
        shelf.Age();
        foreach (var one in (MemoryShelf[])[shelf, undisturbed])
        {
            var books = one.Open();
            Feed(books, new LocalDay(First.Number + 30), more);
            Assert.Equal(30 + more, books.Days(1, Register.Total, First, new LocalDay(First.Number + 99)).Count);
            one.Flush(books);
        }
        Assert.Equal(undisturbed.Print(), shelf.Print());
    }

    [Fact]
    public void Looking_up_the_years_counts_as_reading_too()
    {
        var shelf = new MemoryShelf(Registry(Plain));
        var books = shelf.Open();
        Feed(books, First, 3);
        shelf.Flush(books);
        shelf.Registry = Registry(Plain with { Capacity = 50_000 });
        books = shelf.Open();
        Assert.Equal([2025], books.Autumns(1));
        Assert.Single(books.Dirty);
    }

    [Fact]
    public void A_year_that_finishes_after_folding_again_is_seen_before_it_is_stored()
    {
        var shelf = new MemoryShelf(Registry(Plain));
        var books = shelf.Open();
        books.Apply(new Reading(1, Register.Total, First.StartMs, 0, 0));
        shelf.Flush(books);
        shelf.Registry = Registry(Plain with { Capacity = 50_000 });
        books = shelf.Open();
        Assert.Single(books.Days(1, Register.Total, First, First));
        Feed(books, new LocalDay(First.Number + 1), 300);
        Assert.Equal(200, books.Days(1, Register.Total, First, new LocalDay(First.Number + 199)).Count);
    }

    /// <summary>A bad message harms only itself: whatever a meter sends, folding goes on.</summary>
    [Theory]
    [InlineData(1, null)]
    [InlineData(100_000, null)]
    [InlineData(100_000, 12)]
    [InlineData(0.0001, 12)]
    public void No_register_is_too_large_to_fold(double multiplier, int? digits)
    {
        var meter = Plain with { Multiplier = (decimal)multiplier, RegisterDigits = digits };
        var books = new Domain.Books.Books(Registry(meter), (_, _, _, _) => [], _ => []);
        var dice = new Random(1);
        for (var i = 0; i < (multiplier == 1 ? 4_000 : 400); i++)
            books.Apply(new Reading(1, Register.Total, First.StartMs + i / 2 * 40_000L, dice.Next(2) == 0 ? Quantity.Max - dice.Next(0, 100) : dice.Next(0, 100), 0));
        var season = new HeatingSeason("2025-2026", First, LocalDay.On(2026, 3, 15));
        var days = books.Days(1, Register.Total, season.First, season.Last.Next);
        var life = new MeterLives(books.Registry.Meters["M1"]);
        // As many meters as a household could ever have.
        var quantity = SeasonQuantity.Of(season, _ => true, [.. Enumerable.Repeat(new InstalledDays(books.Registry.Meters["M1"], life.Lives[0], days), 1_000)]);
        Assert.True(quantity.Low <= quantity.Eligible && quantity.Eligible <= quantity.High);
        Assert.NotEmpty(books.Book(1, Register.Total).ChangedYears());
    }

    private static RegistrySnapshot Registry(Installation installation) => new(1, [], [], [], [new Meter(1, "M1", [installation])]);

    private static void Feed(Domain.Books.Books books, LocalDay first, int days)
    {
        for (var i = 0; i < days; i++)
            Assert.Equal(Outcome.Accepted, books.Apply(new Reading(1, Register.Total, new LocalDay(first.Number + i).StartMs, (first.Number + i - First.Number) * 100_000L, 0)));
    }
}
