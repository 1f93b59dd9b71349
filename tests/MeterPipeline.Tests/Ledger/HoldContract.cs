using MeterPipeline.Domain;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Validation;
using MeterPipeline.Ledger;

namespace MeterPipeline.Tests.Ledger;

/// <summary>What every ledger promises about what persons say of holds, and about whom a quarantined message speaks of.</summary>
public abstract class HoldContract
{
    private static readonly LocalDay Day = LocalDay.On(2025, 12, 1);

    /// <summary>Opens this test's ledger, as one more process would.</summary>
    protected abstract ILedger Open();

    [Fact]
    public void Hold_entries_come_back_as_given_in_order_and_by_season()
    {
        var ledger = Open();
        var (first, second) = (Entry("H1", 2025, HoldAct.Place), Entry("H1", 2025, HoldAct.Lift) with { Evidence = "2025-12-05..2025-12-05, 1 d", Note = "已核实" });
        var ids = new[] { first, second, Entry("H2", 2025, HoldAct.Lift), Entry("H1", 2024, HoldAct.Place) }.Select(entry => Open().AddHoldEntry(entry)).ToList();
        Assert.Equal(ids.Order().Distinct(), ids);
        using var view = ledger.OpenView();
        var season = view.HoldEntries(2025);
        Assert.Equal([first with { Id = ids[0] }, second with { Id = ids[1] }], season.Where(entry => entry.HouseholdId == "H1"));
        Assert.Equal(3, season.Count);
        Assert.Empty(view.HoldEntries(2026));
    }

    [Fact]
    public void A_view_keeps_its_moment_while_somebody_lifts()
    {
        var ledger = Open();
        using var view = ledger.OpenView();
        Open().AddHoldEntry(Entry("H1", 2025, HoldAct.Lift));
        Assert.Empty(view.HoldEntries(2025));
        using var later = ledger.OpenView();
        Assert.Single(later.HoldEntries(2025));
    }

    [Fact]
    public void Refused_messages_are_counted_per_meter_reason_and_local_day_until_they_are_replayed()
    {
        var ledger = Open();
        ledger.Append([1],
        [
            Refused("M1", "wrong-unit", Day.StartMs), Refused("M1", "wrong-unit", Day.EndMs - 1), Refused("M1", "time-in-future", Day.EndMs - 1),
            Refused("M1", "wrong-unit", Day.EndMs), Refused("M2", "wrong-unit", Day.StartMs), Refused("", "unknown-meter", Day.StartMs),
        ]);
        using (var view = ledger.OpenView())
        {
            Assert.Equal(
                [new RefusedMessages("time-in-future", Day, 1), new("wrong-unit", Day, 2), new("wrong-unit", Day.Next, 1)],
                view.RefusedOf("M1", Day.Number, Day.Next.Number));
            Assert.Equal(2, view.RefusedOf("M1", Day.Number, Day.Number).Count);
            Assert.Empty(view.RefusedOf("", Day.Number, Day.Number));
            Assert.Equal(["", "M2", "M1", "M1", "M1", "M1"], view.Quarantine(long.MaxValue, 9).Select(row => row.Message.Meter));
        }
        var outcome = new ReplayOutcome();
        outcome.Taken.AddRange([1, 2]);
        Assert.True(ledger.Replay([new PartitionRow(0, new byte[] { 2 })], outcome, Day.EndMs));
        using var after = ledger.OpenView();
        Assert.Equal([new RefusedMessages("time-in-future", Day, 1)], after.RefusedOf("M1", Day.Number, Day.Number));
    }

    private static HoldEntry Entry(string household, int autumn, HoldAct act) =>
        new(0, household, autumn, "site-inspection", act, "", "a note", "bureau:li", Day.StartMs);

    private static QuarantinedMessage Refused(string meter, string reason, long atMs) => new(atMs, "endpoint", "grid", reason, "", "metering/v1/grid/batch", [1], meter);
}
