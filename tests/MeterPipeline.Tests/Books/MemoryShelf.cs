using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Tests.Books;

/// <summary>What a ledger would store of books, in dictionaries: flush, then restore in a new <see cref="Domain.Books.Books"/>.</summary>
internal sealed class MemoryShelf(RegistrySnapshot registry)
{
    private readonly SortedDictionary<(int Meter, Register Register, int Day), byte[]> days = [];
    private readonly SortedDictionary<(int Meter, Register Register, int Autumn), byte[]> years = [];

    /// <summary>What the next <see cref="Open"/> starts from.</summary>
    public RegistrySnapshot Registry { get; set; } = registry;

    public Domain.Books.Books Open() => new(Registry, Days, Years);

    public void Flush(Domain.Books.Books books)
    {
        foreach (var book in books.Dirty)
        {
            book.WriteYears((autumn, blob) => years[(book.MeterNo, book.Register, autumn)] = blob);
            book.WriteDays((day, blob) => days[(book.MeterNo, book.Register, day)] = blob);
        }
        books.ClearDirty();
    }

    /// <summary>Everything stored, as text: equal texts, equal bytes.</summary>
    public string Print() =>
        string.Join('\n', days.Select(d => $"{d.Key} {Convert.ToHexString(d.Value)}").Concat(years.Select(y => $"{y.Key} {Convert.ToHexString(y.Value)}")));

    private List<(int, byte[])> Days(int meter, Register register, int first, int last) =>
        first == last ? days.TryGetValue((meter, register, first), out var blob) ? [(first, blob)] : []
        : [.. days.Where(d => d.Key.Meter == meter && d.Key.Register == register && d.Key.Day >= first && d.Key.Day <= last).Select(d => (d.Key.Day, d.Value))];

    private List<(Register, int, byte[])> Years(int meter) =>
        [.. years.Where(y => y.Key.Meter == meter).Select(y => (y.Key.Register, y.Key.Autumn, y.Value))];
}
