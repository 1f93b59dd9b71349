using MeterFleet;

namespace MeterPipeline.Tests.Fleets;

public sealed class FleetFaultTests
{
    private const long HourMs = 3_600_000;
    private const long DayMs = 24 * HourMs;
    private static readonly FleetOptions Clean = new() { Households = 30, SeasonEnd = new DateOnly(2025, 12, 4) };
    private static readonly FleetOptions CleanNoBatches = Clean with { ConcentratorShare = 0 };
    private static readonly List<Sent> SentWithoutFaults = Sent.All(Fleet.Create(CleanNoBatches).Messages());

    [Fact]
    public void Duplicates_are_the_same_bytes_within_ten_minutes()
    {
        List<FleetMessage> messages = [.. With(Clean, new FaultRates { Duplicates = 0.1 }).Messages()];
        var copies = messages
            .GroupBy(message => Convert.ToHexString(message.Topic.Span) + Convert.ToHexString(message.Payload.Span), message => message.PublishMs)
            .ToList();
        int clean = Fleet.Create(Clean).Messages().Count();
        Assert.Equal(clean, copies.Count);
        Assert.InRange(messages.Count - clean, clean * 0.08, clean * 0.12);
        Assert.All(copies, times => Assert.True(times.Count() <= 2 && times.Max() - times.Min() <= 600_000));
    }

    [Fact]
    public void Lateness_is_one_to_five_days_and_changes_nothing_else()
    {
        (List<Sent> clean, List<Sent> late) = Pair(new FaultRates { Lateness = 0.05 });
        Assert.Equal(Content(clean), Content(late));
        long[] delays = Delays(clean, late);
        Assert.InRange(delays.Count(delay => delay > 0) / (double)delays.Length, 0.04, 0.06);
        Assert.All(delays.Where(delay => delay != 0), delay => Assert.InRange(delay, DayMs, 5 * DayMs));
    }

    [Fact]
    public void Reordering_lets_later_readings_of_a_meter_overtake_earlier_ones()
    {
        (List<Sent> clean, List<Sent> shuffled) = Pair(new FaultRates { Reordering = 0.2 });
        Assert.Equal(Content(clean), Content(shuffled));
        Assert.All(Delays(clean, shuffled), delay => Assert.InRange(delay, 0, 40 * 60_000));
        ILookup<string, long> times = shuffled.ToLookup(reading => reading.MeterId, reading => reading.TimeMs);
        Assert.Contains(times, meter => !meter.SequenceEqual(meter.Order()));
    }

    [Fact]
    public void An_outage_ends_in_a_burst_or_in_a_loss()
    {
        Fleet fleet = With(CleanNoBatches, new FaultRates { Outages = 0.03 });
        List<Sent> clean = SentWithoutFaults;
        List<Sent> broken = Sent.All(fleet.Messages());
        Assert.Subset(Content(clean).ToHashSet(), Content(broken).ToHashSet());
        Assert.True(broken.Count < clean.Count);
        ILookup<string, long> before = clean.ToLookup(reading => reading.MeterId, reading => reading.PublishMs);
        ILookup<string, long> after = broken.ToLookup(reading => reading.MeterId, reading => reading.PublishMs);
        string[] frequent = [.. fleet.Meters.Where(meter => meter.QuarterHourly).Select(meter => meter.Id)];
        Assert.Contains(frequent, id => after[id].Count() < before[id].Count());
        Assert.Contains(frequent, id => after[id].Count() == before[id].Count() && after[id].CountBy(time => time).Max(burst => burst.Value) >= 8);
    }

    [Fact]
    public void A_concentrators_re_read_closes_gaps_of_up_to_two_days()
    {
        FleetOptions batches = Clean with { QuarterHourShare = 0, GasShare = 0, ConcentratorShare = 1, Households = 100 };
        Fleet fleet = With(batches, new FaultRates { Outages = 0.03 });
        int Batches(Fleet which) => Sent.All(which.Messages()).FindAll(reading => reading.Batch).Count;
        Assert.True(Batches(fleet) < Batches(Fleet.Create(batches)));
        ILookup<string, long> times = Sent.All(fleet.Messages()).FindAll(reading => reading.Batch)
            .ToLookup(reading => reading.MeterId, reading => reading.TimeMs);
        Assert.Contains(times, meter => Missed(meter) == 0 && meter.Count() < (3 * 20));
        Assert.Contains(times, meter => Missed(meter) > 0);

        static int Missed(IEnumerable<long> seen)
        {
            long[] days = [.. seen.Distinct().Order()];
            return (int)((days[^1] - days[0]) / DayMs) + 1 - days.Length;
        }
    }

    [Fact]
    public void A_swap_closes_one_register_and_opens_the_next_without_losing_energy()
    {
        Fleet fleet = With(CleanNoBatches, new FaultRates { Swaps = 1 });
        Fleet unchanged = Fleet.Create(CleanNoBatches);
        ILookup<string, Sent> sent = Sent.All(fleet.Messages()).ToLookup(reading => reading.MeterId);
        foreach (Household household in fleet.Households)
        {
            Meter[] pair = [.. fleet.Meters.Where(meter => meter.HouseholdId == household.Id)];
            Assert.Equal(2, pair.Length);
            long swapped = pair[0].RemovedAt!.Value.ToUnixTimeMilliseconds();
            Assert.Equal(pair[0].Closing, fleet.Truth.Register(pair[0].Id, swapped));
            Assert.Equal(pair[1].Opening, fleet.Truth.Register(pair[1].Id, swapped));
            Assert.All(sent[pair[0].Id], reading => Assert.True(reading.TimeMs < swapped));
            Assert.All(sent[pair[1].Id], reading => Assert.True(reading.TimeMs >= swapped));
            long season = fleet.Truth.HouseholdConsumption(household.Id, fleet.SeasonStartMs, fleet.SeasonEndMs);
            long without = unchanged.Truth.HouseholdConsumption(household.Id, fleet.SeasonStartMs, fleet.SeasonEndMs);
            Meter same = unchanged.Meters.Single(meter => meter.HouseholdId == household.Id);
            if (same.InstalledAt.ToUnixTimeMilliseconds() < fleet.SeasonStartMs)
                Assert.InRange(season - without, -200, 200);
        }
    }

    [Fact]
    public void A_rollover_wraps_the_register_once_and_the_truth_counts_on()
    {
        Fleet fleet = With(CleanNoBatches with { GasShare = 0.5 }, new FaultRates { Rollovers = 1 });
        foreach (Meter meter in fleet.Meters)
        {
            List<TrueReading> readings = [.. fleet.Truth.Readings(meter.Id)];
            long counted = fleet.Truth.TrueConsumption(meter.Id, fleet.SeasonStartMs, fleet.SeasonEndMs);
            long modulus = (meter.Energy == "gas" ? 100_000 : 1_000_000) * 10_000L;
            if (counted > 100_000)
            {
                Assert.Equal(1, readings.Zip(readings.Skip(1)).Count(pair => pair.Second.Value < pair.First.Value));
                Assert.Equal(counted, readings[^1].Value - readings[0].Value + modulus);
            }

            Assert.InRange(meter.Opening, 0, modulus - 1);
        }
    }

    [Fact]
    public void A_glitch_is_zero_or_a_spike_that_the_next_reading_does_not_continue()
    {
        Fleet fleet = With(Clean, new FaultRates { Glitches = 0.01 });
        var truth = fleet.Meters.SelectMany(meter => fleet.Truth.Readings(meter.Id))
            .ToDictionary(reading => (reading.MeterId, reading.TimeMs), reading => reading.Value);
        List<Sent> sent = Sent.All(fleet.Messages());
        List<Sent> wrong = sent.FindAll(reading => reading.Value != truth[reading.Identity]);
        Assert.NotEmpty(wrong);
        Assert.Contains(wrong, reading => reading.Value == 0);
        Assert.Contains(wrong, reading => reading.Value > 0);
        Assert.All(wrong, reading => Assert.True(reading.Value == 0 || reading.Value >= truth[reading.Identity] + (3_000 * 10_000L)));
        Assert.All(wrong, reading => Assert.InRange(reading.TimeMs, fleet.SeasonStartMs + 1, fleet.SeasonEndMs - 1));
        Assert.All(sent.GroupBy(reading => reading.Identity, reading => reading.Value), same => Assert.Single(same.Distinct()));
    }

    [Fact]
    public void Clock_skew_shifts_all_stamps_of_a_meter_by_the_same_minutes()
    {
        Fleet fleet = With(CleanNoBatches, new FaultRates { ClockSkew = 1 });
        ILookup<string, Sent> sent = Sent.All(fleet.Messages()).ToLookup(reading => reading.MeterId);
        Assert.Contains(fleet.Meters, meter => meter.ClockSkewMs > 0);
        Assert.Contains(fleet.Meters, meter => meter.ClockSkewMs < 0);
        foreach (Meter meter in fleet.Meters)
        {
            Assert.InRange(Math.Abs(meter.ClockSkewMs), 60_000, 9 * 60_000);
            Assert.Equal(
                fleet.Truth.Readings(meter.Id).Select(reading => (reading.TimeMs + meter.ClockSkewMs, reading.Value)),
                sent[meter.Id].Select(reading => (reading.TimeMs, reading.Value)));
        }
    }

    private static Fleet With(FleetOptions options, FaultRates faults) => Fleet.Create(options with { Faults = faults });

    private static (List<Sent> Clean, List<Sent> Faulty) Pair(FaultRates faults) =>
        (SentWithoutFaults, Sent.All(With(CleanNoBatches, faults).Messages()));

    private static IEnumerable<(string, long, long)> Content(List<Sent> sent) => sent
        .OrderBy(reading => reading.MeterId, StringComparer.Ordinal).ThenBy(reading => reading.TimeMs).ThenBy(reading => reading.Value)
        .Select(reading => (reading.MeterId, reading.TimeMs, reading.Value));

    private static long[] Delays(List<Sent> clean, List<Sent> faulty)
    {
        var planned = clean.ToDictionary(reading => reading.Identity, reading => reading.PublishMs);
        return [.. faulty.Select(reading => reading.PublishMs - planned[reading.Identity])];
    }
}
