using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Statements;

namespace MeterPipeline.Ledger;

/// <summary>What <see cref="Verification"/> found.</summary>
/// <param name="Meters">Meter registers folded again.</param>
/// <param name="Days">Stored meter days read.</param>
/// <param name="Unfolded">Meters whose registry entry changed after the last flush: the running pipeline folds them again by itself.</param>
/// <param name="VillageDays">Stored village days drawn again; null: some villages wait to be drawn, so that nothing can be said.</param>
/// <param name="Differences">Each names its place; empty: everything agrees. At most <see cref="Verification.DifferencesShown"/>.</param>
public sealed record VerificationResult(int Meters, long Days, int Unfolded, long? VillageDays, IReadOnlyList<string> Differences)
{
    /// <summary>Frozen settlement runs hashed again.</summary>
    public int Runs { get; init; }
}

/// <summary>
/// Folds everything again from stored meter days and compares it, byte for byte, with what streaming stored; checks that readings and days
/// conserve the register, that village days are the sums of statements drawn again, that frozen runs are what they were, and that received = accepted + duplicate + conflict +
/// quarantined + pending.
/// </summary>
public sealed class Verification
{
    public const int DifferencesShown = 20;

    /// <summary>Households whose books are held at a time.</summary>
    private const int HouseholdsAtOnce = 20_000;

    private readonly ILedgerView view;
    private readonly ISettlements settlements;
    private readonly RegistrySnapshot registry;
    private readonly PolicyBook policies;
    private readonly bool villagesDrawn;
    private readonly Action<long> progress;
    private readonly List<string> differences = [];
    private int meters;
    private long days;
    private int unfolded;
    private long? villageDays;
    private int runs;

    private Verification(ILedgerView view, ISettlements settlements, PolicyBook policies, int partitions, Action<long> progress)
    {
        (this.view, this.settlements, this.policies, this.progress, registry) = (view, settlements, policies, progress, view.Registry());
        villagesDrawn = Enumerable.Range(0, partitions).All(partition =>
            view.VillagesPrint(partition) == VillageSheet.Print([view.FoldedOf(partition), .. Beside(partition)], registry.Version, policies));

        IEnumerable<long> Beside(int partition) => partitions == 1 ? [] : VillageSheet.Beside(registry, partition).Select(view.FoldedOf);
    }

    private bool Enough => differences.Count >= DifferencesShown;

    /// <param name="progress">Told the number of stored meter days read.</param>
    public static VerificationResult Run(ILedger ledger, PolicyBook policies, Action<long> progress)
    {
        using var view = ledger.OpenView();
        return new Verification(view, ledger.Settlements, policies, ledger.Partitions, progress).Run();
    }

    private VerificationResult Run()
    {
        Unless(Refold);
        if (differences.Count == 0 && unfolded == 0 && villagesDrawn) Unless(DrawVillages);
        Unless(Reconcile);
        Unless(() => runs = new SettlementCheck(settlements, differences).Run(DifferencesShown));
        return new VerificationResult(meters, days, unfolded, villageDays, differences) { Runs = runs };
    }

    /// <summary>A damaged row ends its own check: nothing that follows from it is worth asking.</summary>
    private void Unless(Action check)
    {
        try
        {
            check();
        }
        catch (Exception damage) when (damage is LedgerException or FormatException)
        {
            differences.Add(damage.Message);
        }
    }

    private void Refold()
    {
        var gathered = new List<(int Day, byte[] Blob)>();
        (int MeterNo, Register Register)? current = null;
        foreach (var row in view.AllMeterDays())
        {
            if (current != (row.MeterNo, row.Register))
            {
                Close();
                if (Enough) return;
                current = (row.MeterNo, row.Register);
                gathered.Clear();
            }
            gathered.Add((row.Day, row.Blob));
            progress(++days);
        }
        Close();

        void Close()
        {
            if (current is not { } key) return;
            meters++;
            if (registry.MeterByNo(key.MeterNo) is not { } meter) differences.Add($"Meter number {key.MeterNo} has stored readings but is not in the registry.");
            else if (Decide(meter, key.Register, gathered) is { } readings) Compare(meter, key.Register, gathered, readings);
        }
    }

    /// <summary>The readings that count; null: a meter day is damaged.</summary>
    private List<RegistryPoint>? Decide(Meter meter, Register register, List<(int Day, byte[] Blob)> stored)
    {
        var readings = new List<RegistryPoint>();
        var entries = new List<DayEntry>();
        foreach (var (number, blob) in stored)
        {
            var day = new LocalDay(number);
            entries.Clear();
            if (Damage(day, blob, entries) is { } damage)
            {
                differences.Add($"Meter {meter.Id} {register}, {day}: the stored meter day {damage}.");
                return null;
            }
            for (var i = 0; i < entries.Count;)
            {
                var (value, _, next) = MeterDay.Decide(entries, i);
                readings.Add(new RegistryPoint(entries[i].TimeMs, value));
                i = next;
            }
        }
        return readings;
    }

    private static string? Damage(LocalDay day, byte[] blob, List<DayEntry> entries)
    {
        try
        {
            MeterDay.Decode(day, blob, entries);
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            return $"cannot be decoded: {error.Message}";
        }
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (entry.TimeMs < day.StartMs || entry.TimeMs >= day.EndMs) return $"holds a reading of {LocalDay.Of(entry.TimeMs)}";
            if (entry.Value is < 0 or > Quantity.Max) return $"holds the value {entry.Value}";
            if (i > 0 && entries[i - 1].CompareTo(entry) >= 0) return "holds readings out of order";
        }
        return null;
    }

    private void Compare(Meter meter, Register register, List<(int Day, byte[] Blob)> gathered, List<RegistryPoint> readings)
    {
        var lives = new MeterLives(meter);
        var stored = view.MeterYears(meter.No).Where(y => y.Register == register).ToDictionary(y => y.Autumn, y => y.Blob);
        if (stored.Values.Any(blob => YearBook.PrintOf(blob) != lives.Print))
        {
            unfolded++;
            return;
        }
        var before = differences.Count;
        var book = MeterBook.FromDays(meter.No, register, lives, (_, _, first, last) => gathered.FindAll(d => d.Day >= first && d.Day <= last));
        var years = new Dictionary<int, byte[]>();
        foreach (var autumn in book.ChangedYears())
        {
            var blob = years[autumn] = book.Year(autumn);
            if (!stored.Remove(autumn, out var was)) differences.Add($"Meter {meter.Id} {register}: year {autumn} is not stored but folds from its meter days.");
            else if (!was.AsSpan().SequenceEqual(blob)) differences.Add(FirstDifference(meter, register, autumn, was, blob));
        }
        foreach (var (autumn, blob) in stored)
            if (YearBook.ClosedDays(blob).Length > 0) differences.Add($"Meter {meter.Id} {register}: year {autumn} is stored but does not fold from its meter days.");
        if (differences.Count > before) return;
        var folded = book.Days(LocalDay.On(2000, 1, 1), LocalDay.On(2200, 1, 1), years.GetValueOrDefault);
        if (Conservation.Difference(lives, register, folded, readings) is { } difference) differences.Add($"Meter {meter.Id} {register}, {difference}");
    }

    private static string FirstDifference(Meter meter, Register register, int autumn, byte[] stored, byte[] folded)
    {
        try
        {
            return FirstDifference($"Meter {meter.Id} {register}, ", autumn, YearBook.ClosedDays(stored), YearBook.ClosedDays(folded));
        }
        catch (Exception damage) when (damage is FormatException or OverflowException or ArgumentException)
        {
            return $"Meter {meter.Id} {register}: the stored year {HeatingSeason.NameOf(autumn)} cannot be decoded: {damage.Message}";
        }
    }

    private static string FirstDifference(string place, int autumn, ReadOnlySpan<byte> stored, ReadOnlySpan<byte> folded)
    {
        var a = new DayLog.Reader(autumn, stored);
        var b = new DayLog.Reader(autumn, folded);
        while (true)
        {
            var (more, moreFolded) = (a.Next(out var was), b.Next(out var now));
            if (!more && !moreFolded) return $"{place}{HeatingSeason.NameOf(autumn)}: the state after the newest day differs.";
            if (more && moreFolded && was.Equals(now)) continue;
            return $"{place}{(more ? was.Day : now.Day)}: stored {Quantity.Format(was.Consumption)} ({was.Marks}), "
                + $"folded again {Quantity.Format(now.Consumption)} ({now.Marks}).";
        }
    }

    private void DrawVillages()
    {
        villageDays = 0;
        var stored = new StoredBooks(() => view);
        var (drawn, books, households) = (new List<VillageDayRow>(), NewBooks(), 0);
        foreach (var village in registry.Households.Values.GroupBy(h => h.Division, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var members = village.ToList();
            if ((households += members.Count) > HouseholdsAtOnce) (books, households) = (NewBooks(), members.Count);
            drawn.Clear();
            var statements = new Statements(books, policies);
            foreach (var share in members.GroupBy(household => registry.PartitionOf(household.Id))) VillageSheet.Draw(books, statements, village.Key, [.. share], drawn);
            Compare(village.Key, Added(drawn));
            if (Enough) return;
        }

        Books NewBooks() => new(registry, stored.Days, stored.Years);
    }

    /// <summary>The shares of partitions added up, as a view does it.</summary>
    private static List<VillageDayRow> Added(List<VillageDayRow> shares) => [.. shares.GroupBy(row => (row.Energy, row.Day)).Select(day => day.Aggregate((a, b) => a with
    {
        Consumption = a.Consumption + b.Consumption,
        AccruedE8 = a.AccruedE8 + b.AccruedE8,
        Households = a.Households + b.Households,
        Reporting = a.Reporting + b.Reporting,
    }))];

    private void Compare(string village, List<VillageDayRow> drawn)
    {
        var stored = view.VillageDays(village, int.MinValue, int.MaxValue).Where(row => row.Division == village).ToDictionary(row => (row.Energy, row.Day));
        foreach (var row in drawn)
        {
            villageDays++;
            if (!stored.TryGetValue((row.Energy, row.Day), out var was)) differences.Add($"{Place(row)}: not stored, drawn again {Figures(row)}.");
            else if (was != row) differences.Add($"{Place(row)}: stored {Figures(was)}, drawn again {Figures(row)}.");
            else continue;
            return;
        }
    }

    private static string Place(in VillageDayRow row) => $"Village {row.Division} {row.Energy}, {new LocalDay(row.Day)}";

    private static string Figures(in VillageDayRow row) =>
        $"{Quantity.Format(row.Consumption)} and {row.AccruedE8 / 100_000_000m} yuan of {row.Households} households ({row.Reporting} reporting)";

    private void Reconcile()
    {
        foreach (var day in Reconciliation.Of(view))
            if (!day.Reconciles && !Enough) differences.Add($"{day}.");
        var (readings, counts) = (new List<Reading>(), new List<CompanyCount>());
        foreach (var row in view.JournalTail())
        {
            JournalBlob.Read(row.Blob, readings, counts);
            var counted = counts.Sum(c => (long)c.Received - c.Quarantined);
            if (counted != readings.Count && !Enough) differences.Add($"Journal row {row.Seq}: {counted} readings are counted, {readings.Count} are there.");
        }
    }
}
