using System.Collections.Concurrent;

namespace MeterFleet;

/// <summary>A reading that no fault has touched.</summary>
/// <param name="MeterId">The meter.</param>
/// <param name="TimeMs">True time, ms since 1970, without the meter's clock error.</param>
/// <param name="Value">What the register shows, 0.0001 kWh or m³, wrapped and cut to the meter's decimals.</param>
public readonly record struct TrueReading(string MeterId, long TimeMs, long Value);

/// <summary>
/// The oracle for tests: what every register really showed, computed from the seed and not from messages. Quantities are
/// 0.0001 kWh or m³ as registers count them, in whole steps of their decimals. Times are quarter hours from the season's
/// first midnight to its last. Thread-safe; keeps about a kilobyte per meter asked for.
/// </summary>
public sealed class Truth
{
    private readonly SeasonClock clock;
    private readonly Dictionary<string, Meter> meters;
    private readonly ILookup<string, Meter> byHousehold;
    private readonly ConcurrentDictionary<int, long[]> drawnByMidnight = [];

    internal Truth(Fleet fleet)
    {
        clock = fleet.Clock;
        meters = fleet.Meters.ToDictionary(meter => meter.Id);
        byHousehold = fleet.Meters.ToLookup(meter => meter.HouseholdId);
    }

    /// <summary>What the register shows at a time; at its removal, what it closed with.</summary>
    /// <exception cref="ArgumentException">No such meter, or the time is not in its life or not a quarter hour of the season.</exception>
    public long Register(string meterId, long atMs)
    {
        Meter meter = Find(meterId);
        int slot = clock.SlotOf(atMs);
        if (slot < meter.FirstSlot || slot > meter.EndSlot)
        {
            throw new ArgumentException(
                $"Meter {meterId} did not hang at {clock.TimeAt(slot):O}; ask between its installation and its removal.", nameof(atMs));
        }

        return meter.Shown(slot, Drawn(meter, slot));
    }

    /// <summary>
    /// What one meter counted in [from, to), multiplied out, wraps and breaks of the register included; the part of the range in which it did not hang counts nothing.
    /// </summary>
    /// <exception cref="ArgumentException">No such meter, or a time is not a quarter hour of the season.</exception>
    public long TrueConsumption(string meterId, long fromMs, long toMs)
    {
        Meter meter = Find(meterId);
        int from = Math.Max(clock.SlotOf(fromMs), meter.FirstSlot);
        int to = Math.Min(clock.SlotOf(toMs), meter.EndSlot);
        return to <= from ? 0 : (meter.Unwrapped(Drawn(meter, to)) - meter.Unwrapped(Drawn(meter, from))) * meter.Tenths / 10;
    }

    /// <summary>What all meters of a household counted in [from, to), across exchanges.</summary>
    /// <exception cref="ArgumentException">No such household, or a time is not a quarter hour of the season.</exception>
    public long HouseholdConsumption(string householdId, long fromMs, long toMs)
    {
        if (!byHousehold.Contains(householdId))
            throw new ArgumentException($"Household {householdId} is not in this fleet.", nameof(householdId));
        return byHousehold[householdId].Sum(meter => TrueConsumption(meter.Id, fromMs, toMs));
    }

    /// <summary>Every reading that the meter takes in the season, in order, whether or not its message would be lost.</summary>
    /// <exception cref="ArgumentException">No such meter.</exception>
    public IEnumerable<TrueReading> Readings(string meterId)
    {
        Meter meter = Find(meterId);
        return Enumerate();

        IEnumerable<TrueReading> Enumerate()
        {
            int step = meter.QuarterHourly ? 1 : SeasonClock.SlotsPerDay;
            int first = (meter.FirstSlot + step - 1) / step * step;
            long drawn = meter.Point.Draw(0, first);
            for (int slot = first; slot <= clock.LastSlot && slot < meter.EndSlot; slot += step)
            {
                yield return new TrueReading(meterId, clock.MsAt(slot), meter.Shown(slot, drawn));
                if (slot + step <= clock.LastSlot)
                    drawn += meter.Point.Draw(slot, slot + step);
            }
        }
    }

    private Meter Find(string meterId) => meters.TryGetValue(meterId, out Meter? meter)
        ? meter
        : throw new ArgumentException($"Meter {meterId} is not in this fleet.", nameof(meterId));

    private long Drawn(Meter meter, int slot)
    {
        long[] midnights = drawnByMidnight.GetOrAdd(meter.Point.Index, _ => Midnights(meter.Point));
        int day = slot / SeasonClock.SlotsPerDay;
        return midnights[day] + meter.Point.Draw(day * SeasonClock.SlotsPerDay, slot);
    }

    private long[] Midnights(SupplyPoint point)
    {
        long[] drawn = new long[clock.Days + 1];
        for (int day = 0; day < clock.Days; day++)
            drawn[day + 1] = drawn[day] + point.Draw(day * SeasonClock.SlotsPerDay, (day + 1) * SeasonClock.SlotsPerDay);
        return drawn;
    }
}
