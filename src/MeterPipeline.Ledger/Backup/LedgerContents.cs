using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Ledger.Backup;

/// <summary>How far a ledger goes: for a person who compares two.</summary>
/// <param name="Head">Newest journal row.</param>
/// <param name="Folded">Journal row that the folded rows stand for.</param>
/// <param name="NewestReadingMs">Time of the newest reading, ms since the epoch; null: there is none.</param>
public sealed record LedgerContents(long Head, long Folded, long? NewestReadingMs, RegistrySnapshot Registry)
{
    /// <summary>Days looked through for the newest reading: beyond them a ledger is as good as empty.</summary>
    private const int DaysLookedAt = 40 * 366;

    public static LedgerContents Of(ILedger ledger)
    {
        using var view = ledger.OpenView();
        var (head, newest, receivedOn) = (view.FoldedSeq, long.MinValue, int.MinValue);
        var (readings, counts) = (new List<Reading>(), new List<CompanyCount>());
        foreach (var row in view.JournalTail())
        {
            head = row.Seq;
            JournalBlob.Read(row.Blob, readings, counts);
            foreach (var reading in readings) newest = Math.Max(newest, reading.TimeMs);
        }
        foreach (var counter in view.Counters(int.MinValue, int.MaxValue)) receivedOn = Math.Max(receivedOn, counter.Day);
        newest = Math.Max(newest, NewestStored(view, receivedOn));
        return new LedgerContents(head, view.FoldedSeq, newest == long.MinValue ? null : newest, view.Registry());
    }

    /// <summary>No reading is of more than a day after its receipt, so the days are asked for from there back; each costs a seek.</summary>
    private static long NewestStored(ILedgerView view, int receivedOn)
    {
        var entries = new List<DayEntry>();
        for (var day = (long)receivedOn + 1; day > receivedOn - (long)DaysLookedAt && receivedOn > int.MinValue; day--)
        {
            var newest = long.MinValue;
            foreach (var row in view.MeterDaysOn((int)day))
            {
                entries.Clear();
                MeterDay.Decode(new LocalDay(row.Day), row.Blob, entries);
                if (entries.Count > 0) newest = Math.Max(newest, entries[^1].TimeMs);
            }
            if (newest > long.MinValue) return newest;
        }
        return long.MinValue;
    }
}
