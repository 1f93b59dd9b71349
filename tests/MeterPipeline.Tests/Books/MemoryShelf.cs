using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;

namespace MeterPipeline.Tests.Books;

/// <summary>What a ledger would store of books, in dictionaries: flush, then restore in a new <see cref="Domain.Books.Books"/>.</summary>
internal sealed class MemoryShelf(RegistrySnapshot registry)
{
    private readonly SortedDictionary<(int Meter, Register Register, int Day), byte[]> days = [];
    private readonly SortedDictionary<(int Meter, Register Register, int Autumn), byte[]> years = [];

    private ChangedBooks? changed;

    /// <summary>What the next <see cref="Open"/> starts from.</summary>
    public RegistrySnapshot Registry { get; set; } = registry;

    public Domain.Books.Books Open() => new(Registry, Days, Years);

    public void Flush(Domain.Books.Books books) => Begin(books)();

    /// <summary>Begins a flush of what changed until now; it is stored when the answer is called, whatever the books took meanwhile.</summary>
    public Action Begin(Domain.Books.Books books)
    {
        var rows = changed = new ChangedBooks(books, before: changed);
        var daysNow = rows.Days.Select(Hex).ToList();
        books.Storing();
        return () =>
        {
            Assert.Equal(daysNow, rows.Days.Select(Hex));
            foreach (var row in rows.Days) days[(row.MeterNo, row.Register, row.Day)] = row.Blob;
            foreach (var row in rows.Years) years[(row.MeterNo, row.Register, row.Autumn)] = row.Blob;
            rows.LetGo();
            books.Stored();
        };
    }

    /// <summary>
    /// A digest of everything stored: equal digests, equal bytes. A year that was begun and then emptied, because earlier readings came, says
    /// nothing and does not count.
    /// </summary>
    public string Print()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(int meter, Register register, int at, byte[] blob)
        {
            Span<int> key = [meter, (int)register, at, blob.Length];
            hash.AppendData(MemoryMarshal.AsBytes(key));
            hash.AppendData(blob);
        }

        foreach (var (key, blob) in days) Add(key.Meter, key.Register, key.Day, blob);
        foreach (var (key, blob) in years)
            if (YearBook.IsOpen(blob) || !YearBook.ClosedDays(blob).IsEmpty) Add(key.Meter, key.Register, key.Autumn, blob);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>As if the first program had folded the years: its state had another form, which nobody must read.</summary>
    public void Age()
    {
        foreach (var (key, blob) in years.ToList())
        {
            var old = YearBook.IsOpen(blob) ? blob.AsSpan(0, blob.Length - 3).ToArray() : blob.ToArray();
            old[0] = 1;
            years[key] = old;
        }
    }

    private static (int, Register, int, string) Hex(MeterDayRow row) => (row.MeterNo, row.Register, row.Day, Convert.ToHexString(row.Blob));

    private List<(int, byte[])> Days(int meter, Register register, int first, int last) =>
        first == last ? days.TryGetValue((meter, register, first), out var blob) ? [(first, blob)] : []
        : Range(meter, register, first, last);

    private List<(int, byte[])> Range(int meter, Register register, int first, int last)
    {
        var found = new List<(int, byte[])>();
        foreach (var (key, blob) in days)
            if (key.Meter == meter && key.Register == register && key.Day >= first && key.Day <= last) found.Add((key.Day, blob));
        return found;
    }

    private List<(Register, int, byte[])> Years(int meter) =>
        [.. years.Where(y => y.Key.Meter == meter).Select(y => (y.Key.Register, y.Key.Autumn, y.Value))];
}
