using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Ledger;

namespace MeterPipeline.Ingest;

/// <summary>
/// What follows from stored meter days, made anew partition by partition: folded years, whatever is stored of them, and village days. The caller
/// holds the partition's fold; the journal position that everything stands for stays the same.
/// </summary>
public static class FoldRebuild
{
    /// <summary>Meter registers in one transaction: a few MB.</summary>
    private const int BooksAtOnce = 5_000;

    /// <summary>Folds every meter register again from its stored days. Village days are to be drawn anew afterwards.</summary>
    /// <param name="progress">Told the number of stored meter days read.</param>
    /// <returns>Meter registers folded.</returns>
    /// <exception cref="LedgerException">A stored meter day is damaged: what was folded before it is stored.</exception>
    public static int Books(ILedger ledger, int partition, Action<long> progress)
    {
        using var view = ledger.OpenView();
        var registry = view.Registry();
        var years = new List<MeterYearRow>();
        var flush = new FoldFlush { Partition = partition, FoldedSeq = view.FoldedOf(partition), MeterYears = years };
        var gathered = new List<(int Day, byte[] Blob)>();
        var (days, registers) = (0L, 0);
        MeterDayRow? first = null;
        foreach (var row in view.AllMeterDays(partition))
        {
            if (first is { } of && (of.MeterNo, of.Register) != (row.MeterNo, row.Register)) Close(of);
            first ??= row;
            gathered.Add((row.Day, row.Blob));
            progress(++days);
        }
        if (first is { } last) Close(last);
        ledger.Flush(flush);
        return registers;

        void Close(MeterDayRow of)
        {
            if (registry.MeterByNo(of.MeterNo) is not { } meter)
                throw new LedgerException($"Meter number {of.MeterNo} has stored readings but is not in the registry. Restore the ledger from a backup.");
            var stored = gathered.ToArray();
            var book = MeterBook.FromDays(of.MeterNo, of.Register, new MeterLives(meter), (_, _, from, to) => [.. stored.Where(day => day.Day >= from && day.Day <= to)]);
            foreach (var autumn in book.ChangedYears()) years.Add(new MeterYearRow(of.MeterNo, of.Register, autumn, book.Year(autumn)));
            gathered.Clear();
            first = null;
            if (++registers % BooksAtOnce > 0) return;
            ledger.Flush(flush);
            years.Clear();
        }
    }

    /// <summary>Draws every village's days again under the policies in force.</summary>
    /// <param name="progress">Told the number of village days drawn.</param>
    /// <returns>Village days drawn.</returns>
    public static long Villages(ILedger ledger, int partition, PolicyBook policies, TimeProvider time, Action<long> progress)
    {
        using var view = ledger.OpenView();
        var board = new VillageBoard(policies, time, ledger.Partitions > 1 ? partition : null);
        board.Adopt(view.Registry());
        board.LookBeside(view.FoldedOf);
        using var stored = new StoredBooks(ledger.OpenView);
        var drawn = 0L;
        do
        {
            var flush = new FoldFlush { Partition = partition, FoldedSeq = view.FoldedOf(partition) };
            // New books each time: those of a province do not fit into memory.
            board.Collect(new Books(view.Registry(), stored.Days, stored.Years), flush.VillageDays);
            flush.VillagesPrint = board.Print(view.FoldedOf(partition)) ?? 0;
            ledger.Flush(flush);
            board.Stored();
            progress(drawn += flush.VillageDays.Count);
        }
        while (board.Waiting);
        return drawn;
    }
}
