using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Usage;

namespace MeterPipeline.Tests.Usage;

public sealed class UseTests
{
    private static readonly UsageSettings Settings = UsageSettings.Default;
    private static readonly HeatingSeason Season = new("2025-2026", LocalDay.On(2025, 11, 15), LocalDay.On(2026, 3, 15));
    private static readonly long Idle = Settings.IdlePerDay(Energy.Electricity);

    [Fact]
    public void A_register_that_stands_still_is_never_used_and_one_without_readings_is_no_data()
    {
        Assert.Equal(UseKind.NeverUsed, Kind(days: 30, kwh: _ => 0));
        Assert.Equal(UseKind.NeverUsed, Kind(days: 30, kwh: _ => 0.4m)); // standby
        Assert.Equal(UseKind.TooEarly, Kind(days: 10, kwh: _ => 0));
        Assert.Equal(UseKind.NoData, Kind(days: 30, kwh: _ => 0, covered: _ => false));
        Assert.Equal(UseKind.NoData, Kind(days: 30, kwh: _ => 20, covered: day => day < 22));
        Assert.Equal(UseKind.InUse, Kind(days: 30, kwh: _ => 20, covered: day => day < 26));
        Assert.Equal(UseKind.None, Kind(days: 0, kwh: _ => 0));
    }

    [Fact]
    public void Stopped_counts_the_days_that_readings_prove()
    {
        Assert.Equal(UseKind.InUse, Kind(days: 30, kwh: day => day < 21 ? 20 : 0));
        Assert.Equal(UseKind.Stopped, Kind(days: 30, kwh: day => day < 20 ? 20 : 0));
        // One reading a week with the same register proves the days between; the days after the last prove nothing.
        var use = Use(days: 30, kwh: day => day < 14 ? 20 : 0, covered: day => day % 7 == 0);
        Assert.Equal((15, 1, 5), (use.IdleDays, use.SilentDays, use.CoveredDays));
        Assert.Equal(13, use.LastUse);
        Assert.Equal(UseKind.Stopped, UseVerdict.Of(use, null, Idle, Settings));
    }

    [Fact]
    public void Far_below_needs_peers_and_a_quarter_of_their_median()
    {
        Assert.Equal(UseKind.InUse, Kind(days: 30, kwh: _ => 4.9m));
        Assert.Equal(UseKind.FarBelow, Kind(days: 30, kwh: _ => 4.9m, peersKwh: 20));
        Assert.Equal(UseKind.InUse, Kind(days: 30, kwh: _ => 5m, peersKwh: 20));
        Assert.Equal(UseKind.InUse, Kind(days: 30, kwh: _ => 0.6m, peersKwh: 0.4m)); // a village that does not heat says nothing
        Assert.Equal(UseKind.InUse, Kind(days: 6, kwh: _ => 1m, peersKwh: 20)); // five full days are no comparison
    }

    [Fact]
    public void Full_days_end_before_the_last_reading_and_days_ahead_do_not_count()
    {
        var use = Use(days: 20, kwh: day => day);
        Assert.Equal((14, 14), (use.RecentDays, Settings.PeerDays));
        Assert.Equal(Quantity.FromDecimal(Enumerable.Range(5, 14).Sum()), use.Recent);
        Assert.Equal((20, 20, 20), (use.DueDays, use.CoveredDays, use.ObservedDays));
    }

    [Fact]
    public void Peers_are_of_the_village_or_where_these_are_few_of_the_township()
    {
        var peers = new Peers(3);
        foreach (var (village, perDay) in new[] { ("140802100201", 1L), ("140802100201", 9), ("140802100201", 5), ("140802100202", 100), ("140802200201", 7) })
            peers.Add(Household(village), perDay);
        Assert.Equal(new PeerMedian(5, 3), peers.Of(Household("140802100201")));
        Assert.Equal(new PeerMedian(5, 4), peers.Of(Household("140802100202")));
        Assert.Null(peers.Of(Household("140802200201")));
        Assert.Null(peers.Of(Household("140802100201", HeatingRoute.CoalToGas)));
    }

    [Fact]
    public void A_forecast_goes_on_at_the_mean_within_the_weakest_and_strongest_week_and_under_the_cap()
    {
        // 29 days at 2, 1, … yuan: weeks of 1 yuan and of 2 yuan a day take turns, newest first; 92 days are left.
        var use = Use(days: 29, kwh: _ => 10);
        var earned = new decimal[Season.Days];
        for (var i = 0; i < 28; i++) earned[i] = (27 - i) / 7 % 2 == 0 ? 1 : 2;
        earned[28] = 0.5m; // under way
        var claims = Enumerable.Repeat(true, Season.Days).ToArray();
        var open = SeasonForecast.Of(earned, claims, use, 42.5m, null);
        Assert.Equal(new SeasonForecast(42.5m + 92 * 1.5m, 42.5m + 92, 42.5m + 184, 1.5m, 28), open);
        Assert.Equal((150m, 134.5m, 150m), Capped(SeasonForecast.Of(earned, claims, use, 42.5m, 150)));
        Assert.Equal((42.5m, 42.5m, 42.5m), Capped(SeasonForecast.Of(earned, new bool[Season.Days], use, 42.5m, null)));
        var outlook = CapOutlook.Of(42.5m, 150, false, null, open.PerDay, claims, use.LastCovered);
        Assert.Equal(new CapOutlook(283, 28 + 72), outlook);
        Assert.Equal(new CapOutlook(1000, 60), CapOutlook.Of(150, 150, true, 60, 1.5m, claims, 70));
        Assert.Equal(CapOutlook.None, CapOutlook.Of(42.5m, null, false, null, 1.5m, claims, 28));

        static (decimal, decimal, decimal) Capped(SeasonForecast of) => (of.Middle, of.Low, of.High);
    }

    [Fact]
    public void A_budget_is_the_divisions_own_or_the_sum_of_those_inside()
    {
        var budgets = Budgets.Of([("2025-2026", "140800000000", "1000"), ("2025-2026", "140802", "300.50"), ("2025-2026", "140302000000", "20")]);
        Assert.Equal(1000, budgets.In(2025, "1408"));
        Assert.Equal(300.5m, budgets.In(2025, "140802"));
        Assert.Equal(1020, budgets.In(2025, ""));
        Assert.Null(budgets.In(2025, "140882"));
        Assert.Null(budgets.In(2024, "1408"));
        Assert.Contains("2025-2026", Assert.Throws<ArgumentException>(() => Budgets.Of([("winter", "1408", "1")])).Message, StringComparison.Ordinal);
        Assert.Contains("-5", Assert.Throws<ArgumentException>(() => Budgets.Of([("2025-2026", "1408", "-5")])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Budgets.Of([("2025-2026", "运城", "5")]));
    }

    [Fact]
    public void A_threshold_out_of_range_names_itself()
    {
        Settings.Validate();
        Assert.Contains("Usage:StoppedDays is 2; write 3 to 120 days", Assert.Throws<ArgumentException>(() => (Settings with { StoppedDays = 2 }).Validate()).Message, StringComparison.Ordinal);
        Assert.Contains("Usage:FarBelowPercent", Assert.Throws<ArgumentException>(() => (Settings with { FarBelowPercent = 100 }).Validate()).Message, StringComparison.Ordinal);
    }

    private static UseKind Kind(int days, Func<int, decimal> kwh, Func<int, bool>? covered = null, decimal? peersKwh = null) =>
        UseVerdict.Of(Use(days, kwh, covered), peersKwh is { } known ? Quantity.FromDecimal(known) : null, Idle, Settings);

    /// <summary>What the fold says after that many days of a season, read at the end of each day that is covered.</summary>
    private static HouseholdUse Use(int days, Func<int, decimal> kwh, Func<int, bool>? covered = null)
    {
        var household = Household("140802100201");
        var installation = new Installation("M1", household.Id, "grid", Energy.Electricity, 6, 2, null, 1, null, null, null, null, Serves.Heating, 0);
        var meter = new Meter(1, "M1", [installation]);
        var totals = Enumerable.Range(0, days).Select(i => new DayTotal
        {
            Day = new LocalDay(Season.First.Number + i),
            Marks = DayMarks.StartMeasured | ((covered?.Invoke(i) ?? true) ? DayMarks.Covered : DayMarks.None),
            Consumption = Quantity.FromDecimal(kwh(i)),
        }).ToList();
        var quantity = SeasonQuantity.Of(Season, _ => true, [new InstalledDays(meter, new MeterLives(meter).Lives[0], totals)]);
        return HouseholdUse.Of(quantity, days - 1, Idle, Settings.PeerDays);
    }

    private static Household Household(string village, HeatingRoute route = HeatingRoute.CoalToElectricity) =>
        new("H1", "张建国", village, route, Conversion.Programme, Season.First, Hardship.None, "", []);
}
