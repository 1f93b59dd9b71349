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
    private const int StraySlots = 3 * SeasonClock.SlotsPerDay;
    private const int OffStepsMax = 50;

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
        // Around a four-digit register a large spike would come back to where the truth is.
        if (meter.RegisterDigits == 4)
            spike = (meter.Modulus / 2) + (spike % (meter.Modulus / 10));
        return (shown + spike) % meter.Modulus;
    }

    /// <summary>By how much a second value of the same reading is off; 0 where there is none.</summary>
    internal long ConflictOff(Meter meter, int slot) => Off(rates.Conflicts, Purpose.Conflict, meter, slot);

    /// <summary>By how much the reading is sent wrong before it is corrected; 0 where it is sent right.</summary>
    internal long CorrectionOff(Meter meter, int slot) => Off(rates.Corrections, Purpose.Correction, meter, slot);

    /// <summary>How long after the first one the second value or the correction follows, ms.</summary>
    internal long SecondAfterMs(Meter meter, int slot) =>
        MinuteMs + (Dice.Pick(2 * 24 * 60, seed, Purpose.Correction, ~meter.Index, slot) * MinuteMs);

    internal bool WrongUnit(int sender, int slot) => Strikes(rates.WrongUnits, Purpose.Unit, sender, slot);

    /// <summary>Whether a meter is read at a midnight at which it does not hang.</summary>
    internal bool Strays(Meter meter, int slot)
    {
        bool before = slot < meter.FirstSlot && slot >= meter.FirstSlot - StraySlots;
        bool after = meter.EndSlot != int.MaxValue && slot > meter.EndSlot && slot <= meter.EndSlot + StraySlots;
        return (before || after) && Strikes(rates.Strays, Purpose.Stray, meter.Index, 0);
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

    private long Off(double rate, Purpose purpose, Meter meter, int slot)
    {
        if (!Strikes(rate, purpose, meter.Index, slot))
            return 0;
        int steps = 1 + Dice.Pick(OffStepsMax, seed, purpose, ~meter.Index, slot);
        return steps * Units.PerStep(Math.Max(2, meter.Decimals)) * (Dice.Pick(2, seed, purpose, ~meter.Index, ~slot) == 0 ? 1 : -1);
    }

    private bool Strikes(double rate, Purpose purpose, int place, int slot) => rate > 0 && Dice.Unit(seed, purpose, place, slot) < rate;
}

/// <summary>A link's state.</summary>
internal readonly record struct Outage(bool Down, int EndSlot, bool Lost);
