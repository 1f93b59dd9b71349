namespace MeterFleet;

/// <summary>
/// A supply point during one pass: what it has drawn so far and the meters that hung there. Owned by its <see cref="MessageStream"/>.
/// </summary>
internal sealed class Reporter(Meter[] meters)
{
    private const int FreezesKept = 3;
    private readonly long[] freezes = new long[FreezesKept];

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

    internal long Shown(Meter meter, long drawn) => meter.Unwrapped(drawn) % meter.Modulus;

    internal void KeepFreeze(int slot) => freezes[slot / SeasonClock.SlotsPerDay % FreezesKept] = Drawn;

    internal long FreezeAt(int slot) => freezes[slot / SeasonClock.SlotsPerDay % FreezesKept];
}
