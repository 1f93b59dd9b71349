using MeterPipeline.Cli;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Ledger;
using MeterPipeline.Policies;
using MeterPipeline.Tests.House;
using MeterPipeline.Tests.Ledger;
using MeterPipeline.Web.Exports;

namespace MeterPipeline.Tests.Holds;

/// <summary>Holds from the readings to the export and back by the command line, over a real ledger.</summary>
public sealed class HoldsTests : IDisposable
{
    private const string Season = "2025-2026";
    private static readonly PolicyBook Policies = PolicyFiles.Load(Repository.PathOf("deploy", "policies"));
    private static readonly LocalDay First = LocalDay.On(2025, 11, 15);
    private static readonly LocalDay ResetOn = LocalDay.On(2025, 12, 20);

    private readonly SqliteFolder folder = new();
    private readonly ILedger ledger;
    private readonly JournalBlob.Writer writer = new();

    /// <summary>A household whose register started again from zero on 20 December.</summary>
    public HoldsTests()
    {
        ledger = folder.Open();
        var change = new RegistryChange();
        change.Households.Add(new Household("H1", "H1", "140802101201", HeatingRoute.CoalToElectricity, Conversion.Programme, First, Hardship.None, "", []));
        change.Installations.Add(new Installation("M1", "H1", "grid", Energy.Electricity, null, 2, null, 1, null, null, null, null, Serves.Heating, 0));
        ledger.ChangeRegistry(change, "test", 0);
        var days = Enumerable.Range(First.Number, 67).Select(number => new LocalDay(number));
        Send([.. days.Select(day => (day.StartMs, day < ResetOn ? 1000 + 10 * (day.Number - First.Number) : 10 * (day.Number - ResetOn.Number)))]);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_lift_holds_for_its_evidence_whatever_ordinary_readings_follow()
    {
        Assert.Equal([(HoldState.Standing, "register-reset")], Holds());
        Assert.Equal(ExitCode.Done, await Lift("register-reset"));
        Assert.Equal([(HoldState.Lifted, "register-reset")], Holds());
        Send((LocalDay.On(2026, 1, 21).StartMs, 320));
        Assert.Equal([(HoldState.Lifted, "register-reset")], Holds());
        Assert.Equal("", HoldColumn());
    }

    [Fact]
    public async Task Other_evidence_brings_a_lifted_hold_back()
    {
        await Lift("register-reset");
        var lifted = Statement().AllHolds.Single().Evidence;
        // A late reading between the last one and the break narrows what may be missing.
        Send((ResetOn.StartMs - 3_600_000, 1349));
        var hold = Statement().AllHolds.Single();
        Assert.Equal(HoldState.Returned, hold.State);
        Assert.NotEqual(lifted, hold.Evidence);
        Assert.Equal(lifted, hold.Entry?.Evidence);
        Assert.Equal("register-reset", HoldColumn());
        Assert.Equal(ExitCode.Done, await Lift("register-reset"));
        Assert.Equal("", HoldColumn());
    }

    [Fact]
    public async Task A_hold_placed_by_hand_stands_beside_the_readings_own_until_it_is_lifted()
    {
        Assert.Equal(ExitCode.Done, await Run("holds", "place", "H1", "--season", Season, "--reason", "payment-suspended", "--note", "plan not filed"));
        Assert.Equal("register-reset;payment-suspended", HoldColumn());
        Assert.Equal(ExitCode.Difference, await Run("holds", "place", "H1", "--season", Season, "--reason", "payment-suspended", "--note", "again"));
        Assert.Equal(ExitCode.Done, await Lift("payment-suspended"));
        Assert.Equal("register-reset", HoldColumn());
        await Run("holds", "place", "H1", "--season", Season, "--reason", "payment-suspended", "--note", "once more");
        Assert.Equal("register-reset;payment-suspended", HoldColumn());
        using var view = ledger.OpenView();
        Assert.Equal([HoldAct.Place, HoldAct.Lift, HoldAct.Place], view.HoldEntries(2025).Select(entry => entry.Act));
        Assert.All(view.HoldEntries(2025), entry => Assert.True(entry.AtMs > 0 && entry.Actor.Length > 0));
    }

    [Theory]
    [InlineData(ExitCode.Difference, "lift", "H9", "register-reset", "note")]
    [InlineData(ExitCode.Difference, "lift", "H1", "register-jump", "note")]
    [InlineData(ExitCode.Usage, "place", "H1", "register-reset", "note")]
    [InlineData(ExitCode.Usage, "lift", "H1", "register-reset", " ")]
    [InlineData(ExitCode.Usage, "lift", "H1", "register-reset", "two\nlines")]
    public async Task What_cannot_be_said_changes_nothing(int code, string act, string household, string reason, string note)
    {
        Assert.Equal(code, await Run("holds", act, household, "--season", Season, "--reason", reason, "--note", note));
        using var view = ledger.OpenView();
        Assert.Empty(view.HoldEntries(2025));
    }

    [Fact]
    public void A_reason_that_this_program_does_not_know_still_holds()
    {
        ledger.AddHoldEntry(new HoldEntry(0, "H1", 2025, "of-a-newer-program", HoldAct.Place, "", "note", "li", 1));
        Assert.Equal("register-reset;of-a-newer-program", HoldColumn());
    }

    private void Send(params (long TimeMs, int Value)[] readings)
    {
        writer.Begin(readings[^1].TimeMs, [new CompanyCount("grid", readings.Length, 0)], readings.Length);
        writer.Add([.. readings.Select(reading => new Reading(1, Register.Total, reading.TimeMs, reading.Value * Quantity.PerUnit, 0))]);
        ledger.Append(writer.Finish(), []);
    }

    private HouseholdStatement Statement()
    {
        using var reading = LedgerReading.Open(ledger, Policies);
        return reading.Statements.Of(reading.Books.Registry.Households["H1"], 2025)!;
    }

    private IEnumerable<(HoldState, string)> Holds() => Statement().AllHolds.Select(hold => (hold.State, hold.Reason.Name));

    private string HoldColumn() => AccrualCsv.Line(Statement()).Split(',')[19];

    private Task<int> Lift(string reason) => Run("holds", "lift", "H1", "--season", Season, "--reason", reason, "--note", "seen on site", "--actor", "bureau:li");

    private Task<int> Run(params string[] args) => CommandLine.RunAsync([.. args, "--data", folder.Path]);
}
