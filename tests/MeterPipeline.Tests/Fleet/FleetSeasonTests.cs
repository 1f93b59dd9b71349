using System.Security.Cryptography;
using System.Text;
using MeterFleet;

namespace MeterPipeline.Tests.Fleets;

public sealed class FleetSeasonTests
{
    private static readonly FleetOptions Small = new() { Households = 40, SeasonEnd = new DateOnly(2025, 11, 24) };

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        FleetOptions faulty = Small with { Faults = FleetOptions.AllFaults.Faults };
        Assert.Equal(Digest(faulty), Digest(faulty));
        Assert.NotEqual(Digest(faulty), Digest(faulty with { Seed = 2 }));
    }

    [Fact]
    public void Adjoining_ranges_give_together_what_the_whole_gives()
    {
        Fleet fleet = Fleet.Create(Small with { Faults = FleetOptions.AllFaults.Faults });
        List<FleetMessage> whole = [.. fleet.Messages()];
        DateTime cut = DateTimeOffset.FromUnixTimeMilliseconds(whole[whole.Count / 2].PublishMs).ToOffset(TimeSpan.FromHours(8)).DateTime;
        List<FleetMessage> parts = [.. fleet.Messages(new DateTime(2025, 1, 1), cut), .. fleet.Messages(cut, new DateTime(2026, 12, 31))];
        Assert.Equal(whole.Select(Key), parts.Select(Key));
    }

    [Fact]
    public void Messages_come_in_order_of_publishing_and_after_what_they_tell()
    {
        List<Sent> sent = Sent.All(Fleet.Create(Small).Messages());
        Assert.NotEmpty(sent);
        Assert.Equal(sent.Select(reading => reading.PublishMs).Order(), sent.Select(reading => reading.PublishMs));
        Assert.All(sent, reading => Assert.True(reading.PublishMs > reading.TimeMs));
    }

    [Fact]
    public void Without_faults_every_meter_sends_exactly_the_true_readings_and_its_register_never_falls()
    {
        Fleet fleet = Fleet.Create(Small);
        ILookup<string, Sent> sent = Sent.All(fleet.Messages()).ToLookup(reading => reading.MeterId);
        foreach (Meter meter in fleet.Meters)
        {
            (long TimeMs, long Value)[] received = [.. sent[meter.Id].Select(reading => (reading.TimeMs, reading.Value)).Distinct().Order()];
            Assert.Equal(fleet.Truth.Readings(meter.Id).Select(reading => (reading.TimeMs, reading.Value)), received);
            Assert.Equal(received.Select(reading => reading.Value).Order(), received.Select(reading => reading.Value));
        }
    }

    [Fact]
    public void Concentrators_read_three_days_in_each_batch()
    {
        Fleet fleet = Fleet.Create(Small);
        List<Sent> batched = Sent.All(fleet.Messages()).FindAll(reading => reading.Batch);
        Meter meter = fleet.Meters.First(candidate => candidate.BehindConcentrator && WholeSeason(fleet, candidate));
        long middle = fleet.SeasonStartMs + (5L * 86_400_000);
        Assert.Equal(3, batched.Count(reading => reading.MeterId == meter.Id && reading.TimeMs == middle));
        Assert.Equal(
            fleet.Meters.Where(candidate => candidate.BehindConcentrator).Select(candidate => candidate.Id).Order(),
            batched.Select(reading => reading.MeterId).Distinct().Order());
    }

    [Fact]
    public void Days_add_up_to_the_season()
    {
        Fleet fleet = Fleet.Create(Small);
        foreach (Household household in fleet.Households)
        {
            long season = fleet.Truth.HouseholdConsumption(household.Id, fleet.SeasonStartMs, fleet.SeasonEndMs);
            long days = 0;
            for (long day = fleet.SeasonStartMs; day < fleet.SeasonEndMs; day += 86_400_000)
                days += fleet.Truth.HouseholdConsumption(household.Id, day, day + 86_400_000);
            Assert.Equal(season, days);
        }
    }

    [Fact]
    public void A_winter_in_Shanxi_looks_like_one()
    {
        Fleet fleet = Fleet.Create(new FleetOptions());
        List<double> kwh = SeasonUse(fleet, "electricity");
        List<double> cubicMetres = SeasonUse(fleet, "gas");
        Assert.InRange(Median(kwh), 3_000, 7_000);
        Assert.InRange(kwh.Count(use => use > 10_400) / (double)kwh.Count, 0.02, 0.25);
        Assert.InRange(kwh.Max(), 10_400, 16_000);
        Assert.InRange(Median(cubicMetres), 600, 1_200);
        Assert.InRange(cubicMetres.Count(use => use > 1_200) / (double)cubicMetres.Count, 0.02, 0.4);
        Assert.InRange(cubicMetres.Max(), 1_200, 1_900);
        Assert.Contains(0, kwh);

        long firstNoon = fleet.SeasonStartMs + (12 * 3_600_000L);
        double[] noons = [.. Enumerable.Range(0, 121).Select(day => fleet.OutdoorCelsius(firstNoon + (day * 86_400_000L)))];
        Assert.InRange(noons[50..70].Average(), -5, 6);
        Assert.True(noons[..10].Average() > noons[50..70].Average());
        Assert.True(noons[^10..].Average() > noons[50..70].Average());
    }

    [Fact]
    public void No_step_exceeds_what_the_meter_can_pass()
    {
        Fleet fleet = Fleet.Create(Small);
        foreach (Meter meter in fleet.Meters)
        {
            List<TrueReading> readings = [.. fleet.Truth.Readings(meter.Id)];
            foreach (var (before, after) in readings.Zip(readings.Skip(1)))
                Assert.True(after.Value - before.Value <= meter.Capacity * 10_000m * (after.TimeMs - before.TimeMs) / 3_600_000m);
        }
    }

    [Theory]
    [InlineData(0, 1.0)]
    [InlineData(10, -0.1)]
    [InlineData(10, double.NaN)]
    public void Impossible_options_are_refused_by_name(int households, double gasShare)
    {
        FleetOptions options = new() { Households = households, GasShare = gasShare };
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => Fleet.Create(options));
        Assert.Equal(households == 0 ? "Households" : "GasShare", refused.ParamName);
    }

    [Fact]
    public void The_oracle_refuses_times_it_cannot_know()
    {
        Fleet fleet = Fleet.Create(Small);
        string meter = fleet.Meters[0].Id;
        Assert.Throws<ArgumentException>(() => fleet.Truth.Register(meter, fleet.SeasonStartMs + 1));
        Assert.Throws<ArgumentException>(() => fleet.Truth.Register(meter, fleet.SeasonStartMs - 900_000));
        Assert.Throws<ArgumentException>(() => fleet.Truth.Register("nobody", fleet.SeasonStartMs));
    }

    private static List<double> SeasonUse(Fleet fleet, string energy) => [.. fleet.Meters
        .Where(meter => meter.Energy == energy && meter.HeatedHouseholds == 0 && WholeSeason(fleet, meter))
        .Select(meter => fleet.Truth.TrueConsumption(meter.Id, fleet.SeasonStartMs, fleet.SeasonEndMs) / 10_000.0)];

    private static bool WholeSeason(Fleet fleet, Meter meter) => meter.InstalledAt.ToUnixTimeMilliseconds() < fleet.SeasonStartMs;

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Key(FleetMessage message) =>
        $"{message.PublishMs} {Encoding.UTF8.GetString(message.Topic.Span)} {Encoding.UTF8.GetString(message.Payload.Span)}";

    private static string Digest(FleetOptions options)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (FleetMessage message in Fleet.Create(options).Messages())
            hash.AppendData(Encoding.UTF8.GetBytes(Key(message) + "\n"));
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
