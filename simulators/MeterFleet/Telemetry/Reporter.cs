namespace MeterFleet;

/// <summary>
/// A supply point during one pass: what it has drawn so far and the meters that hung there. Owned by its <see cref="MessageStream"/>.
/// </summary>
internal sealed class Reporter(Meter[] meters)
{
    private const int FreezesKept = 3;
    private readonly long[] freezes = new long[FreezesKept];
    private readonly long[] byPeriod = new long[4];

    internal Meter First => meters[0];
    internal SupplyPoint Point => meters[0].Point;

    /// <summary>Drawn since the season's start, 0.0001 kWh or m³.</summary>
    internal long Drawn { get; set; }

    internal Meter? MeterAt(int slot)
    {
        foreach (Meter meter in meters)
        {
            if (meter.HangsAt(slot))
                return meter;
        }

        return null;
    }

    /// <summary>Meters that a supply point has had, taken down or to come included.</summary>
    internal IReadOnlyList<Meter> Meters => meters;

    /// <summary>Adds what was drawn in the quarter hour that begins at a slot.</summary>
    internal void Draw(int slot)
    {
        long drawn = Point.Draw(slot);
        Drawn += drawn;
        byPeriod[PeriodOf(slot % SeasonClock.SlotsPerDay / 4)] += drawn;
    }

    /// <summary>The total as given, and the registers T1 to T4 since the season's start.</summary>
    internal long[] Registers(long total) =>
        [total, .. byPeriod.Select(drawn => Units.Cut(First.Ratioed(drawn), First.Decimals))];

    internal void KeepFreeze(int slot) => freezes[slot / SeasonClock.SlotsPerDay % FreezesKept] = Drawn;

    /// <summary>Sharp, peak, flat, valley 尖峰平谷.</summary>
    private static int PeriodOf(int hour) => hour switch { 18 or 19 => 0, 8 or 9 or 10 or 17 or 20 or 21 => 1, >= 7 and < 23 => 2, _ => 3 };

    internal long FreezeAt(int slot) => freezes[slot / SeasonClock.SlotsPerDay % FreezesKept];
}
