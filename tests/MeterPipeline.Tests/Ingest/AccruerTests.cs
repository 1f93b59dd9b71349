using System.Threading.Channels;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Ingest;
using MeterPipeline.Ledger;
using MeterPipeline.Tests.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;
using SQLitePCL;

namespace MeterPipeline.Tests.Ingest;

public sealed class AccruerTests
{
    /// <summary>A view that the fold kept open would let the journal's WAL grow until the next flush, which is half a minute away with many meters.</summary>
    [Fact]
    public async Task What_was_read_to_restore_books_does_not_hold_the_journal_back()
    {
        using var desk = new ReplayDesk();
        var ledger = desk.Ledger;
        var row = new JournalBlob.Writer();
        row.Begin(0, [new CompanyCount("grid", 1, 0)], 1);
        row.Add([new Reading(1, Register.Total, ReplayDesk.Day.StartMs, 100_0000, 0)]);
        ledger.Append(row.Finish(), []);
        var clock = new ManualClock(); // stands still, so that no flush is due
        var none = Channel.CreateBounded<Recorded>(1);
        none.Writer.Complete();
        var accruer = new Accruer(ledger, new RegistryWatch(ledger, TimeProvider.System), none.Reader, new VillageBoard(new PolicyBook([]), clock), clock, NullLogger<Accruer>.Instance);
        accruer.Start();

        Assert.True(SpinWait.SpinUntil(() => accruer.AppliedSeq == 1, TimeSpan.FromSeconds(30)));
        Assert.Equal(0, accruer.FlushedSeq);
        Assert.True(WalBeginsAnew(Path.Combine(desk.Folder, "journal.db")), "somebody still reads the journal's WAL");
        await accruer.DisposeAsync();
        Assert.Null(accruer.Failure);
    }

    /// <summary>A flush writes each meter that changed; a city's readings stay few enough to be kept for questions.</summary>
    [Fact]
    public void A_flush_waits_for_more_readings_where_meters_are_many()
    {
        Assert.Equal(5_000_000, Accruer.UnflushedMax(160_000));
        Assert.Equal(47_000_000, Accruer.UnflushedMax(1_000_000));
    }

    private static bool WalBeginsAnew(string file)
    {
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open(file, out var database));
        using (database)
        {
            raw.sqlite3_prepare_v2(database, "PRAGMA wal_checkpoint(TRUNCATE)", out var checkpoint);
            using (checkpoint) return raw.sqlite3_step(checkpoint) == raw.SQLITE_ROW && raw.sqlite3_column_int(checkpoint, 0) == 0;
        }
    }
}
