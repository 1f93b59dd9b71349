using MeterPipeline.Domain.Books;

namespace MeterPipeline.Ledger;

/// <summary>
/// The rows of books that changed, in the order of their keys: then each page of a table is written once, in any other order nearly once per
/// row. Only the order is kept here; a row is made when it is asked for, so that a flush of a million meters holds none of them. The books
/// must not change meanwhile.
/// </summary>
public sealed class ChangedBooks
{
    private readonly MeterBook[] books;
    private readonly List<long> days;
    private readonly List<long> years;

    /// <param name="stores">Which meters' books are meant; null: all.</param>
    public ChangedBooks(Books changed, Func<int, bool>? stores = null)
    {
        books = [.. changed.Dirty.Where(book => stores?.Invoke(book.MeterNo) ?? true)];
        Array.Sort(Array.ConvertAll(books, static book => ((long)book.MeterNo << 8) | (long)book.Register), books);
        years = InOrder(book => book.ChangedYears());
        days = InOrder(book => book.ChangedDays());
    }

    public IEnumerable<MeterDayRow> Days
    {
        get
        {
            foreach (var key in days)
            {
                var (book, day) = At(key);
                yield return new MeterDayRow(book.MeterNo, book.Register, day, book.Day(day));
            }
        }
    }

    public IEnumerable<MeterYearRow> Years
    {
        get
        {
            foreach (var key in years)
            {
                var (book, autumn) = At(key);
                yield return new MeterYearRow(book.MeterNo, book.Register, autumn, book.Year(autumn));
            }
        }
    }

    private (MeterBook Book, int Time) At(long key) => (books[(int)(key & int.MaxValue)], (int)(key >> 32));

    /// <summary>The time and the place among the books, in one number that sorts by both.</summary>
    private List<long> InOrder(Func<MeterBook, IEnumerable<int>> changed)
    {
        var keys = new List<long>(books.Length);
        for (var i = 0; i < books.Length; i++)
            foreach (var time in changed(books[i])) keys.Add(((long)time << 32) | (uint)i);
        keys.Sort();
        return keys;
    }
}
