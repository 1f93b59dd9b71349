using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ledger;

/// <summary>
/// What books read from the ledger: meter days and folded years as last flushed. Opens a view when first asked and keeps it until
/// <see cref="Release"/>, which the holder of the fold calls after each journal row. Owned by one thread.
/// </summary>
public sealed class StoredBooks(Func<ILedgerView> open) : IDisposable
{
    /// <summary>Readings whose meters are best asked for together: at most a few MB of days and years.</summary>
    private const int ReadingsAtOnce = 8_192;

    /// <summary>Days of late readings that are asked for together: half a MB of quarter hours, 5 MB of minutes.</summary>
    private const int DaysAtOnce = 1_024;

    /// <summary>Readings whose books are looked at together before they are applied: about 30 KB of books.</summary>
    private const int BlockReadings = 64;

    private Dictionary<int, Stored> fetched = [];
    private Dictionary<(int MeterNo, Register Register, int Day), (int Day, byte[] Blob)[]> late = [];
    private int ready; // so many of the readings after those that Next has given find in memory what they ask for
    private ILedgerView? view;

    private ILedgerView View => view ??= open();

    /// <summary>
    /// A view whose connection was lost is opened again. For the holder of the fold alone: nobody else changes what is flushed, so the next view
    /// shows the same.
    /// </summary>
    public bool Reopens { private get; init; }

    /// <summary>The first of some readings, to be applied to books before the next are asked for: what they ask of the ledger is here.</summary>
    /// <param name="readings">A commit's, or the rest of them.</param>
    public ReadOnlySpan<Reading> Next(Books books, ReadOnlySpan<Reading> readings)
    {
        var block = readings[..Math.Min(readings.Length, BlockReadings)];
        if (!books.Look(block) && ready < block.Length) ready = Fetch(books, readings);
        ready = block.Length < readings.Length ? ready - block.Length : 0;
        return block;
    }

    /// <summary>
    /// Reads what books will ask for while readings are applied to them, together instead of one by one: books that are not here, and days that late readings
    /// are merged into. Answers from it until <see cref="Release"/> or the next call.
    /// </summary>
    /// <returns>For how many of the readings; the others are for the next call.</returns>
    public int Fetch(Books books, ReadOnlySpan<Reading> readings)
    {
        var ahead = readings[..Math.Min(readings.Length, ReadingsAtOnce)];
        if (books.Missing(ahead) is { Length: > 0 } missing) FetchBooks(missing);
        var days = new HashSet<(int MeterNo, Register Register, int Day)>();
        var looked = books.Late(ahead, days, DaysAtOnce);
        if (!days.All(late.ContainsKey)) FetchDays(days);
        return looked;
    }

    /// <summary>For <see cref="Domain.Books.StoredDays"/>.</summary>
    public IReadOnlyList<(int Day, byte[] Blob)> Days(int meterNo, Register register, int firstDay, int lastDay) =>
        firstDay == lastDay && late.TryGetValue((meterNo, register, firstDay), out var one) ? one
        : lastDay == int.MaxValue && fetched.TryGetValue(meterNo, out var known) && firstDay >= known.FirstDay
            ? [.. known.Days.Where(row => row.Register == register && row.Day >= firstDay).Select(row => (row.Day, row.Blob))]
            : [.. Ask(asked => asked.MeterDays(meterNo, register, firstDay, lastDay)).Select(row => (row.Day, row.Blob))];

    /// <summary>For <see cref="Domain.Books.StoredYears"/>.</summary>
    public IReadOnlyList<(Register Register, int Autumn, byte[] Blob)> Years(int meterNo) =>
        fetched.TryGetValue(meterNo, out var known) ? known.Years : [.. Ask(asked => asked.MeterYears(meterNo)).Select(row => (row.Register, row.Autumn, row.Blob))];

    /// <summary>The newest journal row of a partition that what is read stands for.</summary>
    public long FoldedOf(int partition) => Ask(asked => asked.FoldedOf(partition));

    /// <summary>Lets the view go; the next question sees what was flushed meanwhile.</summary>
    public void Release()
    {
        fetched.Clear();
        late.Clear();
        ready = 0;
        view?.Dispose();
        view = null;
    }

    public void Dispose() => Release();

    private void FetchDays(HashSet<(int MeterNo, Register Register, int Day)> days)
    {
        var read = days.ToDictionary(day => day, _ => Array.Empty<(int, byte[])>());
        foreach (var row in Ask(asked => asked.MeterDays(days))) read[(row.MeterNo, row.Register, row.Day)] = [(row.Day, row.Blob)];
        late = read; // not before: a view that is opened again lets go of what the one before has told
    }

    private void FetchBooks(int[] meters)
    {
        var read = meters.ToDictionary(meter => meter, _ => Stored.Nothing);
        foreach (var year in Ask(asked => asked.MeterYears(meters)))
        {
            var known = read[year.MeterNo];
            if (known == Stored.Nothing) known = read[year.MeterNo] = new Stored();
            known.Years.Add((year.Register, year.Autumn, year.Blob));
            if (YearBook.OpenDay(year.Blob) is { } day) known.FirstDay = Math.Min(known.FirstDay, day);
        }
        (int, int)[] growing = [.. read.Where(one => one.Value.FirstDay < int.MaxValue).Select(one => (one.Key, one.Value.FirstDay))];
        foreach (var day in Ask(asked => asked.MeterDays(growing))) read[day.MeterNo].Days.Add(day);
        fetched = read; // not before, as above
    }

    private T Ask<T>(Func<ILedgerView, T> question)
    {
        try
        {
            return question(View);
        }
        catch (LedgerException) when (Reopens)
        {
            Release();
            return question(View);
        }
    }

    /// <summary>Of one meter.</summary>
    private sealed class Stored
    {
        public static readonly Stored Nothing = new();

        public List<(Register Register, int Autumn, byte[] Blob)> Years { get; } = [];

        /// <summary>Days before it are not in <see cref="Days"/>.</summary>
        public int FirstDay { get; set; } = int.MaxValue;

        public List<MeterDayRow> Days { get; } = [];
    }
}
