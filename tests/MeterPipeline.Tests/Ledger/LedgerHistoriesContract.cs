using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Tests.Books;
using MeterPipeline.Tests.House;
using MeterPipeline.Tests.Policies;

namespace MeterPipeline.Tests.Ledger;

/// <summary>
/// What must hold of every history holds through a ledger too. Many meters at once, in any order and with some readings again, recorded in batches, flushed and
/// pruned now and then, a third of them corrected in the registry meanwhile: each comes to the days that its readings give in order, in memory, by the last registry.
/// </summary>
[Trait(Effort.Category, Effort.Random)]
public abstract class LedgerHistoriesContract
{
    private const int Meters = 30;
    private const int BatchesMost = 12;
    private static readonly LocalDay First = LocalDay.On(2025, 1, 1);
    private static readonly LocalDay Last = LocalDay.On(2027, 12, 31);

    /// <summary>Opens this test's ledger, as one more process would. The subclass disposes it.</summary>
    protected abstract ILedger Open();

    [Fact]
    public void Order_duplication_flushes_and_corrections_change_no_day()
    {
        var dice = new Random(Effort.FirstSeed);
        var histories = Enumerable.Range(0, Meters).Select(i => new History(Effort.FirstSeed * Meters + i)).ToList();
        var registries = histories.Select((history, i) => i % 3 == 0 && history.Amended() is var amended && IsSameLife(history.Registry, amended) ? amended : history.Registry).ToList();
        Change(Open(), histories.Select((history, i) => Named(history.Registry, i)));
        var sent = histories.SelectMany((history, i) => history.Readings.Select(reading => reading with { MeterNo = i + 1 })).ToList();
        sent = [.. sent.Concat(sent.Where(_ => dice.Next(4) == 0)).OrderBy(_ => dice.Next())];
        var correctedAt = dice.Next(sent.Count);
        for (var done = 0; done < sent.Count;)
        {
            var batch = sent.GetRange(done, Math.Min(sent.Count - done, dice.Next(1, 2 * sent.Count / BatchesMost)));
            Folding.Record(Open(), batch);
            if (done <= correctedAt && correctedAt < done + batch.Count) Change(Open(), registries.Select(Named));
            done += batch.Count;
            if (dice.Next(3) != 0) continue;
            using var before = LedgerReading.Open(Open(), KnownPolicies.Shipped);
            Folding.Flush(Open(), before);
        }
        using var reading = LedgerReading.Open(Open(), KnownPolicies.Shipped);
        foreach (var (i, history) in histories.Index())
        {
            var alone = new MemoryShelf(registries[i]).Open();
            foreach (var one in history.Readings) alone.Apply(one);
            Assert.True(Days(alone, 1).SequenceEqual(Days(reading.Books, i + 1)), $"seed {Effort.FirstSeed}, meter {i + 1}");
        }
    }

    /// <summary>
    /// Books live on, as those of who folds: what readings ask of the ledger is asked for together, at any moment of a flush that is on its way beside them, and now
    /// and then they are restored anew. A third of the readings comes again.
    /// </summary>
    [Fact]
    public void What_is_asked_for_together_is_what_is_stored_or_on_its_way()
    {
        var (ledger, dice) = (Open(), new Random(Effort.FirstSeed));
        var histories = Enumerable.Range(0, Meters).Select(i => new History(Effort.FirstSeed * Meters + i)).ToList();
        Change(ledger, histories.Select((history, i) => Named(history.Registry, i)));
        var folds = Enumerable.Range(0, ledger.Partitions).Select(ledger.AcquireFold).ToList();
        using var stored = new StoredBooks(ledger.OpenView);
        var (books, flush) = (Restored(ledger, stored), Nothing);
        var sent = histories.SelectMany((history, i) => history.Readings.Select(reading => reading with { MeterNo = i + 1 })).ToList();
        sent = [.. sent.Concat(sent.Where(_ => dice.Next(3) == 0)).OrderBy(reading => reading.TimeMs + dice.NextInt64(60 * LocalDay.LengthMs))];
        var counted = 0;
        for (var done = 0; done < sent.Count;)
        {
            var batch = sent.GetRange(done, Math.Min(sent.Count - done, dice.Next(1, sent.Count / BatchesMost)));
            Folding.Record(ledger, batch);
            for (var rest = (ReadOnlySpan<Reading>)batch.ToArray(); !rest.IsEmpty;)
            {
                var some = stored.Next(books, rest);
                foreach (var reading in some) counted += books.Apply(reading) == Outcome.Duplicate ? 0 : 1;
                rest = rest[some.Length..];
            }
            done += batch.Count;
            if (flush.MoveNext()) continue;
            flush = dice.Next(3) != 0 ? Flush(ledger, stored, books).GetEnumerator() : Nothing;
            if (dice.Next(4) != 0) continue;
            while (flush.MoveNext()) continue;
            foreach (var _ in Flush(ledger, stored, books)) continue;
            books = Restored(ledger, stored);
        }
        folds.ForEach(fold => fold.Dispose());
        Assert.Equal(sent.Distinct().Count(), counted);
        foreach (var (i, history) in histories.Index())
        {
            var alone = new MemoryShelf(history.Registry).Open();
            foreach (var one in history.Readings) alone.Apply(one);
            Assert.True(Days(alone, 1).SequenceEqual(Days(books, i + 1)), $"seed {Effort.FirstSeed}, meter {i + 1}");
        }
    }

    private static IEnumerator<string> Nothing => Enumerable.Empty<string>().GetEnumerator();

    private static Domain.Books.Books Restored(ILedger ledger, StoredBooks stored)
    {
        using var view = ledger.OpenView();
        return new Domain.Books.Books(view.Registry(), stored.Days, stored.Years);
    }

    /// <summary>A flush of everything until now; readings may be applied after each step.</summary>
    private static IEnumerable<string> Flush(ILedger ledger, StoredBooks stored, Domain.Books.Books books)
    {
        var heads = ledger.JournalHeads();
        var flushes = heads.Select((head, part) => (Part: part, Head: head, Changed: new ChangedBooks(books, no => books.Registry.MeterByNo(no)!.Partition == part))).ToList();
        books.Storing();
        stored.Release();
        yield return "begun";
        foreach (var (part, head, changed) in flushes)
            ledger.Flush(new FoldFlush { Partition = part, FoldedSeq = head, MeterDays = changed.Days, MeterYears = changed.Years });
        yield return "stored";
        stored.Release();
        books.Stored();
    }

    /// <summary>To a ledger an installation at another instant is another installation.</summary>
    private static bool IsSameLife(RegistrySnapshot one, RegistrySnapshot other) => one.Meters["M1"].Installations[^1].InstalledAtMs == other.Meters["M1"].Installations[^1].InstalledAtMs;

    private static IEnumerable<Installation> Named(RegistrySnapshot registry, int index) => registry.Meters["M1"].Installations.Select(life => life with { MeterId = $"M{index:00}", HouseholdId = $"H{index:00}" });

    private static void Change(ILedger ledger, IEnumerable<IEnumerable<Installation>> meters)
    {
        using var view = ledger.OpenView();
        var change = new RegistryChange();
        foreach (var lives in meters)
            foreach (var life in lives)
            {
                change.Households.Add(new Household(life.HouseholdId, "", "140802101201", HeatingRoute.CoalToElectricity, Conversion.Programme, First, Hardship.None, "", []));
                change.Installations.Add(life);
            }
        ledger.ChangeRegistry(change, "dice", view.Registry().Version);
    }

    private static IEnumerable<DayTotal> Days(Domain.Books.Books books, int meterNo) =>
        ((Register[])[Register.Total, Register.T1]).SelectMany(register => books.Days(meterNo, register, First, Last));
}
