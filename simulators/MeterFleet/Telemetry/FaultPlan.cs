namespace MeterFleet;

/// <summary>
/// Answers whether a fault strikes here and now. A pure function of the seed, so a range of the season sees the same faults as the whole.
/// </summary>
internal sealed class FaultPlan(FleetOptions options, SeasonClock clock)
{
    private const long MinuteMs = 60_000;
    private const int OutageSlotsMin = 8;
    private const int OutageDaysMax = 4;
    private const int OutageSlotsMax = OutageDaysMax * SeasonClock.SlotsPerDay;
    private const long SpikeUnitsMin = 3_000 * Units.One;
    private const int SpikeSteps = 20_000;

    private readonly int seed = options.Seed;
    private readonly FaultRates rates = options.Faults;

    /// <summary>How much later than planned a message leaves, ms. Reordering and lateness add up.</summary>
    internal long DelayMs(int sender, int slot)
    {
        long delay = 0;
        if (Strikes(rates.Reordering, Purpose.Reorder, sender, slot))
            delay += MinuteMs + (Dice.Pick(39 * 60, seed, Purpose.Reorder, ~sender, slot) * 1000L);
        if (Strikes(rates.Lateness, Purpose.Late, sender, slot))
            delay += SeasonClock.DayMs + (Dice.Pick(4 * 24 * 60, seed, Purpose.Late, ~sender, slot) * MinuteMs);
        return delay;
    }

    /// <summary>How long after the message its copy follows, ms; -1 where there is none.</summary>
    internal long CopyAfterMs(int sender, int slot) => Strikes(rates.Duplicates, Purpose.Duplicate, sender, slot)
        ? Dice.Pick(10 * 60, seed, Purpose.Duplicate, ~sender, slot) * 1000L
        : -1;

    /// <summary>What the register shows instead of <paramref name="shown"/>, which it returns where all is well.</summary>
    internal long Glitch(Meter meter, int slot, long shown)
    {
        if (!Strikes(rates.Glitches, Purpose.Glitch, meter.Index, slot) || NearAnEdge(meter, slot))
            return shown;
        ulong roll = Dice.Roll(seed, Purpose.Glitch, ~meter.Index, slot);
        if (roll % 2 == 0)
            return 0;
        long spike = SpikeUnitsMin + ((long)(roll / 2 % SpikeSteps) * Units.One);
        return (shown + spike) % meter.Modulus;
    }

    /// <summary>Whether the link is down at a slot, when it recovers, and whether what it missed is gone for good.</summary>
    internal Outage OutageAt(Meter meter, int slot)
    {
        if (rates.Outages <= 0)
            return default;
        int end = 0;
        int day = slot / SeasonClock.SlotsPerDay;
        for (int begun = Math.Max(0, day - OutageDaysMax); begun <= day; begun++)
        {
            if (!Strikes(rates.Outages, Purpose.Outage, meter.Index, begun))
                continue;
            ulong roll = Dice.Roll(seed, Purpose.Outage, ~meter.Index, begun);
            int from = (begun * SeasonClock.SlotsPerDay) + (int)(roll % SeasonClock.SlotsPerDay);
            int length = OutageSlotsMin + (int)(roll / SeasonClock.SlotsPerDay % (OutageSlotsMax - OutageSlotsMin + 1));
            if (slot >= from && slot < from + length)
                end = Math.Max(end, from + length);
        }

        return end == 0 ? default : new Outage(true, end, Dice.Pick(3, seed, Purpose.Outage, meter.Index, -1) == 0);
    }

    private bool NearAnEdge(Meter meter, int slot) =>
        slot < meter.FirstSlot + SeasonClock.SlotsPerDay
        || slot == 0
        || slot > clock.LastSlot - SeasonClock.SlotsPerDay
        || (meter.EndSlot != int.MaxValue && slot > meter.EndSlot - (2 * SeasonClock.SlotsPerDay));

    private bool Strikes(double rate, Purpose purpose, int place, int slot) => rate > 0 && Dice.Unit(seed, purpose, place, slot) < rate;
}

/// <summary>A link's state.</summary>
internal readonly record struct Outage(bool Down, int EndSlot, bool Lost);
