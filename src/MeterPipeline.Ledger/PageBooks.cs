using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Statements;

namespace MeterPipeline.Ledger;

/// <summary>
/// Books over folded years that somebody else has read, page by page, so that several cores draw statements of one moment of the ledger. Owned by one
/// thread at a time; where a meter must be folded again its days are asked of the view, under the view's lock.
/// </summary>
internal sealed class PageBooks
{
    private readonly Books books;
    private readonly Dictionary<int, List<(Register Register, int Autumn, byte[] Blob)>> years = [];

    // Days of the household that is being drawn, ten kilobytes a meter: for all of a city they would be half of what is allocated.
    private readonly List<List<DayTotal>> lists = [];
    private int listsInUse;

    /// <param name="view">Locked by whoever asks it while these books are in use.</param>
    public PageBooks(RegistrySnapshot registry, ILedgerView view, PolicyBook policies, HoldEntries holds)
    {
        books = new Books(
            registry,
            (meter, register, first, last) =>
            {
                lock (view) return [.. view.MeterDays(meter, register, first, last).Select(row => (row.Day, row.Blob))];
            },
            meter => years.GetValueOrDefault(meter, []),
            few: true,
            EmptyList);
        Statements = new Statements(books, policies, holds);
    }

    public Statements Statements { get; }

    /// <summary>Goes on to another page.</summary>
    /// <param name="rows">Every folded year of the meters that will be asked about.</param>
    public void Turn(IEnumerable<MeterYearRow> rows)
    {
        years.Clear();
        foreach (var row in rows)
        {
            if (!years.TryGetValue(row.MeterNo, out var known)) years[row.MeterNo] = known = [];
            known.Add((row.Register, row.Autumn, row.Blob));
        }
    }

    /// <summary>Lets go of what was restored for a household: the days of its statement are those of the next one's then.</summary>
    public void Release(Household household)
    {
        listsInUse = 0;
        foreach (var meter in books.Registry.MetersOf(household.Id)) books.Release(meter.No);
        books.ClearDirty();
    }

    private List<DayTotal> EmptyList()
    {
        if (listsInUse == lists.Count) lists.Add([]);
        var list = lists[listsInUse++];
        list.Clear();
        return list;
    }
}
