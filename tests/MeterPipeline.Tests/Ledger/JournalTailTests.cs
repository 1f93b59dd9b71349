using MeterPipeline.Domain;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Ledger;

namespace MeterPipeline.Tests.Ledger;

/// <summary>The journal's tail by meter says what reading the tail through says, whatever was appended, folded and pruned between two questions.</summary>
public sealed class JournalTailTests : IDisposable
{
    private const int Meters = 7;
    private readonly SqliteFolder folder = new();
    private readonly ILedger ledger;
    private readonly IDisposable fold;
    private readonly Random random = new(20261121);
    private long time = 1_763_222_400_000;

    public JournalTailTests()
    {
        ledger = folder.Open();
        fold = ledger.AcquireFold();
    }

    public void Dispose()
    {
        fold.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(2_500)] // most tails are longer: then whoever asks reads them through
    public void It_agrees_with_the_tail_read_through(int kept)
    {
        var tail = new JournalTail(ledger, kept);
        for (var step = 0; step < 120; step++)
        {
            for (var rows = random.Next(6); rows > 0; rows--) Append(random.Next(1, 2_000));
            if (random.Next(3) == 0) Fold(ledger.JournalHead() - random.Next(3), prune: random.Next(2) == 0);
            if (random.Next(2) == 0) tail.ReadOn();
            if (random.Next(2) == 0) Compare(tail);
        }
        Compare(tail);
    }

    [Fact]
    public async Task What_was_read_ahead_is_not_read_by_whoever_asks()
    {
        var tail = new JournalTail(ledger);
        for (var rows = 0; rows < 40; rows++) Append(2_000);
        var through = Allocated(() => tail.ReadOn());
        var asked = Allocated(() => Ask(tail));
        Assert.True(asked < through / 2, $"a question took {asked:N0} bytes, reading ahead {through:N0}");
        var waiting = Enumerable.Range(0, 4).Select(_ => Task.Run(() => Ask(tail))).ToList();
        tail.ReadOn();
        await Task.WhenAll(waiting);
        Assert.Equal(5, tail.Questions);
    }

    [Fact]
    public void Rows_folded_and_pruned_before_they_were_seen_are_not_missed()
    {
        var tail = new JournalTail(ledger);
        Append(5);
        Compare(tail);
        for (var rows = 0; rows < 200; rows++) Append(3);
        Fold(ledger.JournalHead() - 2, prune: true);
        Compare(tail);
    }

    private void Append(int readings)
    {
        var row = Enumerable.Range(0, readings).Select(_ => new Reading(random.Next(1, Meters + 1), (Register)random.Next(5), time += 1_000, random.Next(1_000_000), random.Next(20) == 0 ? 2 : 0)).ToArray();
        var writer = new JournalBlob.Writer();
        // Some rows count for another company, on another day, or what a replay took out of quarantine.
        var (company, day, quarantined) = (random.Next(3) == 0 ? "south" : "north", random.Next(3), random.Next(4) == 0 ? -1 : random.Next(2));
        writer.Begin(1_763_222_400_000 + day * LocalDay.LengthMs, [new CompanyCount(company, row.Length, quarantined)], row.Length);
        writer.Add(row);
        ledger.Append(writer.Finish(), []);
    }

    private void Fold(long seq, bool prune)
    {
        using (var view = ledger.OpenView())
            if (seq <= view.FoldedSeq) return;
        ledger.Flush(new FoldFlush { FoldedSeq = seq });
        if (prune) ledger.PruneJournal(seq);
    }

    private static long Allocated(Action act)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        act();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Ask(JournalTail tail)
    {
        using var view = tail.Open(_ => [Meters + 100]).View; // has no reading: an answer would take room too
    }

    private void Compare(JournalTail tail)
    {
        int[] asked = [3, 1, Meters + 100];
        var moment = tail.Open(_ => asked);
        using var view = moment.View;
        var (whole, readings) = (new List<Reading>(), new List<Reading>());
        foreach (var row in view.JournalTail())
        {
            JournalBlob.Read(row.Blob, readings, []);
            whole.AddRange(readings);
        }
        Assert.Equal(asked.SelectMany(meter => whole.Where(reading => reading.MeterNo == meter)), moment.Readings);
        Assert.Equal(ledger.JournalHead(), moment.Seq);
        Assert.Equal(Reconciliation.Of(view), Reconciliation.Of(view, moment.Received, null));
    }
}
