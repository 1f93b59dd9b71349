using MeterPipeline.Domain.Readings;
using MeterPipeline.Ingest;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ledger;
using MeterPipeline.Mqtt;
using MeterPipeline.Tests.Ledger;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.Tests.Ingest;

/// <summary>PUBACK means committed: nobody is told before the journal has it, and everybody in the order of submission.</summary>
public sealed class RecorderTests : IDisposable
{
    private const int Batches = 200;

    private readonly SqliteFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_batch_is_told_when_its_readings_are_in_the_journal_and_in_the_order_of_submission()
    {
        var ledger = folder.Open();
        var told = new List<(int Number, long InJournal)>();
        await using (var recorder = new Recorder(ledger, TimeProvider.System, NullLogger<Recorder>.Instance))
        {
            for (var number = 1; number <= Batches; number++)
            {
                var batch = new IntakeBatch { Owed = new Told(number, at => told.Add((at, Readings(ledger)))) };
                batch.Add(new Reading(1, Register.Total, number * 1000L, number, 0));
                batch.Tally("grid", 1, 0);
                await recorder.SubmitAsync(batch, CancellationToken.None);
            }
        }
        Assert.Equal(Enumerable.Range(1, Batches), told.Select(t => t.Number));
        Assert.All(told, t => Assert.True(t.InJournal >= t.Number, $"batch {t.Number} was told when the journal held {t.InJournal} readings"));
        Assert.Equal(Batches, Readings(ledger));
    }

    [Fact]
    public async Task Quarantined_messages_are_durable_with_the_row_that_counts_them()
    {
        var ledger = folder.Open();
        var open = -1L;
        await using (var recorder = new Recorder(ledger, TimeProvider.System, NullLogger<Recorder>.Instance))
        {
            var batch = new IntakeBatch { Owed = new Told(1, _ => open = Quarantined(ledger)) };
            batch.Quarantined.Add(new QuarantinedMessage(1, "test", "grid", "bad-json", "A detail.", "metering/v1/grid/batch", [1, 2, 3]));
            batch.Tally("grid", 1, 1);
            await recorder.SubmitAsync(batch, CancellationToken.None);
        }
        Assert.Equal(1, open);
        Assert.Equal(0, Readings(ledger));
        // It bears the time of the row, on whose day it is counted.
        var (readings, counts) = (new List<Reading>(), new List<CompanyCount>());
        using var view = ledger.OpenView();
        Assert.Equal(JournalBlob.Read(ledger.ReadJournal(0, 1)[0].Blob, readings, counts), Assert.Single(view.OpenQuarantine(0)).Message.ReceivedAtMs);
    }

    [Fact]
    public async Task Commits_wait_for_the_fold_when_they_are_too_far_ahead_of_it()
    {
        var (folded, told) = (0L, new List<int>());
        var first = new TaskCompletionSource();
        await using (var recorder = new Recorder(folder.Open(), TimeProvider.System, NullLogger<Recorder>.Instance) { UnfoldedReadingsMax = 1, FoldedSeq = _ => Interlocked.Read(ref folded) })
        {
            await recorder.SubmitAsync(Batch(1), CancellationToken.None);
            await first.Task;
            await recorder.SubmitAsync(Batch(2), CancellationToken.None);
            await Task.Delay(100);
            Assert.Equal([1], told);
            Interlocked.Exchange(ref folded, 1);
        }
        Assert.Equal([1, 2], told);

        IntakeBatch Batch(int number)
        {
            var batch = new IntakeBatch { Owed = new Told(number, at => { told.Add(at); first.TrySetResult(); }) };
            for (var i = 0; i < 2; i++) batch.Add(new Reading(1, Register.Total, number * 1000L + i, number, 0));
            batch.Tally("grid", 2, 0);
            return batch;
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5_000_000, 0)]
    [InlineData(5_000_100, 0)]
    [InlineData(6_250_000, 8)]
    [InlineData(7_500_000, 16)]
    [InlineData(10_000_000, 32)]
    [InlineData(11_000_000, 32)]
    public void Commits_are_put_off_more_the_further_they_are_ahead_of_the_fold(long unfolded, int pauseMs) =>
        Assert.Equal(pauseMs, Recorder.EaseMs(unfolded, Recorder.UnfoldedReadingsDefault, 32_000));

    private static long Readings(ILedger ledger)
    {
        var (readings, counts, total) = (new List<Reading>(), new List<CompanyCount>(), 0L);
        foreach (var row in ledger.ReadJournal(0, int.MaxValue))
        {
            JournalBlob.Read(row.Blob, readings, counts);
            total += readings.Count;
        }
        return total;
    }

    private static long Quarantined(ILedger ledger)
    {
        using var view = ledger.OpenView();
        return view.QuarantineSize().Open;
    }

    private sealed class Told(int number, Action<int> tell) : IOwedAcks
    {
        public void Committed() => tell(number);
    }
}
