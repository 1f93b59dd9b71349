using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;

namespace MeterPipeline.Tests.Ledger;

/// <summary>What the recorder and the accruer do with a ledger, at once.</summary>
internal static class Folding
{
    /// <summary>Records readings of registered meters, each partition its share.</summary>
    public static void Record(ILedger ledger, IEnumerable<Reading> readings)
    {
        RegistrySnapshot registry;
        using (var view = ledger.OpenView()) registry = view.Registry();
        var (rows, writer) = (new List<PartitionRow>(), new JournalBlob.Writer());
        foreach (var part in readings.GroupBy(reading => registry.MeterByNo(reading.MeterNo)!.Partition).OrderBy(part => part.Key))
        {
            writer.Begin(0, [], part.Count());
            writer.Add([.. part]);
            rows.Add(new PartitionRow(part.Key, writer.Finish().ToArray()));
        }
        ledger.Record(rows, []);
    }

    /// <summary>Stores the books of a reading, each partition its share, and prunes the journal up to there. Nothing may be recorded meanwhile.</summary>
    public static void Flush(ILedger ledger, LedgerReading reading)
    {
        var heads = ledger.JournalHeads();
        var folds = Enumerable.Range(0, heads.Length).Select(ledger.AcquireFold).ToList();
        for (var partition = 0; partition < heads.Length; partition++)
        {
            var part = partition;
            var changed = new ChangedBooks(reading.Books, no => reading.Books.Registry.MeterByNo(no)!.Partition == part);
            ledger.Flush(new FoldFlush { Partition = part, FoldedSeq = heads[part], MeterDays = changed.Days, MeterYears = changed.Years });
        }
        reading.Books.Stored();
        for (var partition = 0; partition < heads.Length; partition++) ledger.PruneJournal(heads[partition], partition);
        folds.ForEach(fold => fold.Dispose());
    }
}
