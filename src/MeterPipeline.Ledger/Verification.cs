using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Ledger;

/// <summary>What <see cref="Verification"/> found.</summary>
/// <param name="Meters">Meter registers folded again.</param>
/// <param name="Days">Stored meter days read.</param>
/// <param name="Unfolded">Meters whose registry entry changed after the last flush: the running pipeline folds them again by itself.</param>
/// <param name="Differences">Each names its place; empty: everything agrees. At most <see cref="Verification.DifferencesShown"/>.</param>
public sealed record VerificationResult(int Meters, long Days, int Unfolded, IReadOnlyList<string> Differences);

/// <summary>
/// Folds everything again from stored meter days and compares it, byte for byte, with what streaming stored; checks that every day's
/// consumption is the difference of the registers around it, and that received = accepted + duplicate + conflict + quarantined.
/// </summary>
public static class Verification
{
    public const int DifferencesShown = 20;

    /// <param name="progress">Told the number of stored meter days read.</param>
    public static VerificationResult Run(ILedger ledger, Action<long> progress)
    {
        using var view = ledger.OpenView();
        var registry = view.Registry();
        var differences = new List<string>();
        var (meters, days, unfolded) = (0, 0L, 0);
        var gathered = new List<(int Day, byte[] Blob)>();
        (int MeterNo, Register Register)? current = null;
        void Close()
        {
            if (current is not { } key || differences.Count >= DifferencesShown) return;
            meters++;
            if (!Compare(view, registry, key.MeterNo, key.Register, gathered, differences)) unfolded++;
        }

        foreach (var row in view.AllMeterDays())
        {
            if (current != (row.MeterNo, row.Register))
            {
                Close();
                current = (row.MeterNo, row.Register);
                gathered.Clear();
            }
            gathered.Add((row.Day, row.Blob));
            progress(++days);
        }
        Close();
        Reconcile(view, differences);
        return new VerificationResult(meters, days, unfolded, differences);
    }

    /// <returns>False where the registry has moved on since the flush.</returns>
    private static bool Compare(
        ILedgerView view, RegistrySnapshot registry, int meterNo, Register register, List<(int Day, byte[] Blob)> days, List<string> differences)
    {
        if (registry.MeterByNo(meterNo) is not { } meter)
        {
            differences.Add($"Meter number {meterNo} has stored readings but is not in the registry.");
            return true;
        }
        var lives = new MeterLives(meter);
        var stored = view.MeterYears(meterNo).Where(y => y.Register == register).ToDictionary(y => y.Autumn, y => y.Blob);
        if (stored.Values.Any(blob => YearBook.PrintOf(blob) != lives.Print)) return false;
        var book = MeterBook.FromDays(meterNo, register, lives, (_, _, first, last) => days.FindAll(d => d.Day >= first && d.Day <= last));
        book.WriteYears((autumn, blob) =>
        {
            if (!stored.Remove(autumn, out var was)) differences.Add($"Meter {meter.Id} {register}: year {autumn} is not stored but folds from its meter days.");
            else if (!was.AsSpan().SequenceEqual(blob)) differences.Add(FirstDifference(meter, register, autumn, was, blob));
        });
        foreach (var (autumn, blob) in stored)
            if (YearBook.ClosedDays(blob).Length > 0) differences.Add($"Meter {meter.Id} {register}: year {autumn} is stored but does not fold from its meter days.");
        Conserve(meter, lives, register, book, differences);
        return true;
    }

    private static string FirstDifference(Meter meter, Register register, int autumn, byte[] stored, byte[] folded)
    {
        var a = new DayLog.Reader(autumn, YearBook.ClosedDays(stored));
        var b = new DayLog.Reader(autumn, YearBook.ClosedDays(folded));
        while (true)
        {
            var (more, moreFolded) = (a.Next(out var was), b.Next(out var now));
            if (!more && !moreFolded) return $"Meter {meter.Id} {register}, {autumn}-{autumn + 1}: the state after the newest day differs.";
            if (more && moreFolded && was.Equals(now)) continue;
            return $"Meter {meter.Id} {register}, {(more ? was.Day : now.Day)}: stored {Quantity.Format(was.Consumption)} ({was.Marks}), "
                + $"folded again {Quantity.Format(now.Consumption)} ({now.Marks}).";
        }
    }

    private static void Conserve(Meter meter, MeterLives lives, Register register, MeterBook book, List<string> differences)
    {
        var days = book.Days(new LocalDay(LocalDay.On(2000, 1, 1).Number), new LocalDay(LocalDay.On(2200, 1, 1).Number), _ => null);
        for (var i = 0; i + 1 < days.Count; i++)
        {
            var (day, next) = (days[i], days[i + 1]);
            if (!day.StartKnown || !next.StartKnown || next.Day != day.Day.Next || ((day.Marks | next.Marks) & (DayMarks.Reset | DayMarks.Jump)) != 0) continue;
            if (lives.Lives.FirstOrDefault(l => l.Covers(day.Day.StartMs) && l.Covers(next.Day.StartMs)) is not { } life) continue;
            var advance = next.Register - day.Register;
            if ((day.Marks & DayMarks.Rollover) != 0 && life.Modulus is { } modulus && advance < day.Consumption) advance += modulus;
            if (advance != day.Consumption && differences.Count < DifferencesShown)
                differences.Add($"Meter {meter.Id} {register}, {day.Day}: the register advanced by {Quantity.Format(advance)}, the day counts {Quantity.Format(day.Consumption)}.");
        }
    }

    private static void Reconcile(ILedgerView view, List<string> differences)
    {
        foreach (var row in view.Counters(int.MinValue, int.MaxValue))
            if (row.Received != row.Accepted + row.Duplicate + row.Conflict + row.Quarantined)
                differences.Add($"Company {(row.Company.Length == 0 ? "(none)" : row.Company)}, received on {new LocalDay(row.Day)}: {row.Received} received, "
                    + $"but {row.Accepted} accepted + {row.Duplicate} duplicate + {row.Conflict} conflict + {row.Quarantined} quarantined.");
    }
}
