using System.Runtime.InteropServices;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ledger;

/// <summary>
/// The rows of books that changed, in the order of their keys: then each page of a table is written once, in any other order nearly once per
/// row. They are those of the moment at which this is made, and may be asked for on another thread until <see cref="Books.Stored"/>, while the books
/// change further (<see cref="Books.Storing"/>). Of a meter day only its place is kept, and its length; of a folded year the packed row.
/// </summary>
public sealed class ChangedBooks
{
    private readonly SortedDictionary<int, List<Place>> days = [];
    private readonly SortedDictionary<int, PackedYears> years;

    // In the order of keys; of a million books an array each time would be tens of megabytes thrown away.
    private readonly List<long> keys;
    private readonly List<MeterBook> books;

    /// <param name="stores">Which meters' books are meant; null: all.</param>
    /// <param name="before">One that was let go: its room is used again; null: new room.</param>
    public ChangedBooks(Books changed, Func<int, bool>? stores = null, ChangedBooks? before = null)
    {
        years = before?.years ?? [];
        (keys, books) = (before?.keys ?? [], before?.books ?? []);
        var room = new Stack<List<Place>>(before?.days.Values ?? Enumerable.Empty<List<Place>>());
        foreach (var book in changed.Dirty)
        {
            if (stores?.Invoke(book.MeterNo) == false) continue;
            keys.Add(((long)book.MeterNo << 8) | (long)book.Register);
            books.Add(book);
        }
        CollectionsMarshal.AsSpan(keys).Sort(CollectionsMarshal.AsSpan(books));
        List<DayContent> contents = [];
        // Each book is looked at once: a million of them are not in the cache.
        foreach (var book in books)
        {
            foreach (var autumn in book.ChangedYears())
            {
                if (!years.TryGetValue(autumn, out var packed)) years[autumn] = packed = new PackedYears();
                packed.Add(book, autumn);
            }
            book.ChangedDays(contents);
            foreach (var content in contents)
            {
                if (!days.TryGetValue(content.Day, out var places)) days[content.Day] = places = room.TryPop(out var empty) ? empty : [];
                places.Add(new Place(book.MeterNo, book.Register, content));
            }
            contents.Clear();
        }
        keys.Clear();
        books.Clear();
    }

    public IEnumerable<MeterDayRow> Days
    {
        get
        {
            foreach (var places in days.Values)
                foreach (var place in places) yield return new MeterDayRow(place.MeterNo, place.Register, place.Content.Day, place.Content.Bytes());
        }
    }

    public IEnumerable<MeterYearRow> Years => years.Values.SelectMany(packed => packed.Rows);

    /// <summary>Lets go of the rows, which are stored; the room is for the next.</summary>
    public void LetGo()
    {
        foreach (var packed in years.Values) packed.Clear();
        foreach (var places in days.Values) places.Clear();
    }

    /// <summary>All that a row needs: by the time it is written its book is not in the cache.</summary>
    private readonly record struct Place(int MeterNo, Register Register, DayContent Content);
}
