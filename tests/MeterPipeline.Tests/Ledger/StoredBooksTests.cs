using MeterPipeline.Domain;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;

namespace MeterPipeline.Tests.Ledger;

/// <summary>Books that are restored together are the books that are restored one by one, and those of a process that was never restarted.</summary>
public sealed class StoredBooksTests : IDisposable
{
    private const int Stopped = 2;
    private const int Unseen = 4;

    private static readonly Register[] Registers = [Register.Total, Register.T1];

    private static readonly LocalDay First = LocalDay.On(2025, 11, 15);

    private static readonly RegistrySnapshot Registry = new(1, [], [], [], [.. Enumerable.Range(1, 4).Select(no => new Meter(no, $"M{no}",
        [new Installation($"M{no}", "H", "grid", Energy.Electricity, 6, 2, null, 1, null, null, null, null, Serves.Heating, 0)]))]);

    private readonly SqliteFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Restored_books_go_on_as_if_never_put_away(bool together)
    {
        var ledger = folder.Open();
        using var fold = ledger.AcquireFold();
        using var stored = new StoredBooks(ledger.OpenView);
        var undisturbed = new Domain.Books.Books(Registry, (_, _, _, _) => [], _ => []);
        var books = new Domain.Books.Books(Registry, stored.Days, stored.Years);
        // One meter falls silent days before the flush, one is heard of after it alone.
        Apply([.. Sent(0, 50).Where(reading => reading.MeterNo != Unseen && (reading.MeterNo != Stopped || reading.TimeMs < First.EndMs))], undisturbed, books);
        Flush(ledger, books, 1);
        stored.Release();

        var restored = new Domain.Books.Books(Registry, stored.Days, stored.Years);
        Reading[] late = [.. Sent(45, 60)];
        Assert.False(restored.Look(late));
        Assert.Equal([1, 2, 3, 4], restored.Missing(late));
        if (together) Assert.Equal(late.Length, stored.Fetch(restored, late));
        Apply(late, undisturbed, restored);
        Assert.True(restored.Look([.. Sent(60, 61)]));
        Assert.Empty(restored.Missing(late));
        var open = First.Number + 2;
        foreach (var no in Registry.Meters.Values.Select(meter => meter.No))
        {
            foreach (var register in Registers)
            {
                var (was, now) = (undisturbed.Book(no, register), restored.Book(no, register));
                Assert.Equal(was.AllDays(open, open)[open], now.AllDays(open, open)[open]);
                Assert.Equal(was.Year(2025), now.Year(2025));
            }
        }
    }

    /// <summary>More days than are asked for together: what comes again, before the newest reading or out of order, is compared with what is stored.</summary>
    [Fact]
    public void A_season_sent_again_is_fetched_in_parts_and_changes_nothing()
    {
        var ledger = folder.Open();
        using var fold = ledger.AcquireFold();
        using var stored = new StoredBooks(ledger.OpenView);
        var books = new Domain.Books.Books(Registry, stored.Days, stored.Years);
        Reading[] season = [.. Sent(0, 4_000).Where(reading => reading.TimeMs % (12 * 3_600_000) == 0)];
        Apply(season, books);
        Flush(ledger, books, 1);
        stored.Release();

        var restored = new Domain.Books.Books(Registry, stored.Days, stored.Years);
        var missed = new Reading(1, Register.Total, First.StartMs + 3_600_000, 20_000, 0);
        ReadOnlySpan<Reading> again = [.. season.Reverse(), missed];
        var parts = 0;
        for (int count; again.Length > 0; again = again[count..], parts++)
        {
            count = stored.Fetch(restored, again);
            foreach (var reading in again[..count])
                Assert.Equal(reading == missed ? Outcome.Accepted : Outcome.Duplicate, restored.Apply(reading));
        }
        Assert.Equal(2, parts);
    }

    [Fact]
    public void What_was_fetched_is_forgotten_with_the_view()
    {
        var ledger = folder.Open();
        using var fold = ledger.AcquireFold();
        using var stored = new StoredBooks(ledger.OpenView);
        var books = new Domain.Books.Books(Registry, stored.Days, stored.Years);
        Apply([.. Sent(0, 50)], books);
        Flush(ledger, books, 1);
        stored.Release();
        var late = Enumerable.Range(1, 3).Select(minutes => new Reading(1, Register.Total, First.StartMs + minutes * 60_000L, 10_000, 0)).ToList();
        foreach (var (i, reading) in late.Index())
        {
            Assert.Equal(1, stored.Fetch(books, [reading]));
            Assert.Equal(Outcome.Accepted, books.Apply(reading));
            Flush(ledger, books, i + 2);
            stored.Release();
        }
        foreach (var reading in late) Assert.Equal(Outcome.Duplicate, books.Apply(reading));
    }

    /// <summary>A reading an hour of every meter, total and tariff.</summary>
    private static IEnumerable<Reading> Sent(int begin, int end) =>
        from hour in Enumerable.Range(begin, end - begin)
        from meter in Registry.Meters.Values
        from register in Registers
        select new Reading(meter.No, register, First.StartMs + hour * 3_600_000L, (meter.No + hour) * 10_000L + (int)register, 0);

    private static void Apply(Reading[] readings, params Domain.Books.Books[] all)
    {
        foreach (var books in all)
            foreach (var reading in readings) books.Apply(reading);
    }

    private static void Flush(ILedger ledger, Domain.Books.Books books, long seq)
    {
        ledger.Append([1], []);
        var changed = new ChangedBooks(books);
        ledger.Flush(new FoldFlush { FoldedSeq = seq, MeterDays = changed.Days, MeterYears = changed.Years });
        books.Stored();
    }
}
