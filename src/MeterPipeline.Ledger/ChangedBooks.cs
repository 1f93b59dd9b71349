using MeterPipeline.Domain.Books;

namespace MeterPipeline.Ledger;

/// <summary>
/// The rows of books that changed, in the order of their keys: then each page of a table is written once, in any other order nearly once per
/// row. They are those of the moment at which this is made, and may be asked for on another thread until <see cref="Books.Stored"/>, while the books
/// change further (<see cref="Books.Storing"/>). Of a meter day only its place is kept, and its length; of a folded year the packed row.
/// </summary>
public sealed class ChangedBooks
{
    private readonly MeterBook[] books;
    private readonly (int Book, DayContent Content)[] days;
    private readonly PackedYears years;

    /// <param name="stores">Which meters' books are meant; null: all.</param>
    /// <param name="room">Takes the rows of folded years in place of those that it had, which are stored; null: new room.</param>
    public ChangedBooks(Books changed, Func<int, bool>? stores = null, PackedYears? room = null)
    {
        years = room ?? new PackedYears();
        years.Clear();
        books = [.. changed.Dirty.Where(book => stores?.Invoke(book.MeterNo) ?? true)];
        Array.Sort(Array.ConvertAll(books, static book => ((long)book.MeterNo << 8) | (long)book.Register), books);
        foreach (var key in InOrder(book => book.ChangedYears()))
        {
            var (book, autumn) = (books[BookOf(key)], TimeOf(key));
            years.Add(new MeterYearRow(book.MeterNo, book.Register, autumn, book.Year(autumn)));
        }
        days = [.. InOrder(book => book.ChangedDays()).Select(key => (BookOf(key), books[BookOf(key)].Content(TimeOf(key))))];
    }

    public IEnumerable<MeterDayRow> Days
    {
        get
        {
            foreach (var (book, content) in days) yield return new MeterDayRow(books[book].MeterNo, books[book].Register, content.Day, content.Bytes());
        }
    }

    public IEnumerable<MeterYearRow> Years => years.Rows;

    private static int BookOf(long key) => (int)(key & int.MaxValue);

    private static int TimeOf(long key) => (int)(key >> 32);

    /// <summary>The time and the place among the books, in one number that sorts by both.</summary>
    private List<long> InOrder(Func<MeterBook, int[]> changed)
    {
        var keys = new List<long>(books.Length);
        for (var i = 0; i < books.Length; i++)
            foreach (var time in changed(books[i])) keys.Add(((long)time << 32) | (uint)i);
        keys.Sort();
        return keys;
    }
}
