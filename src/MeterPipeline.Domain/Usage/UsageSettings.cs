using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Usage;

/// <summary>
/// When a converted household is suspected of not using its conversion 改而不用 or of burning coal again 散煤复烧. The source documents ask for patrols and give
/// no thresholds: these defaults are ours, and every one can be set.
/// </summary>
public sealed record UsageSettings
{
    public static UsageSettings Default { get; } = new();

    /// <summary>Eligible days with a known register and without use before "never used" is said. Days, 3 to 120, default 14: a cold spell is sure to lie in them.</summary>
    public int NeverUsedDays { get; init; } = 14;

    /// <summary>Days without use after there was some. Days, 3 to 120, default 10: longer than a visit to relatives over the Spring Festival holiday.</summary>
    public int StoppedDays { get; init; } = 10;

    /// <summary>Eligible days without any reading before "no data" is said. Days, 2 to 60, default 7: head-ends read again three days back, and a week covers a repair.</summary>
    public int NoDataDays { get; init; } = 7;

    /// <summary>Full days over which households are compared with their peers. Days, 3 to 60, default 14: weekends and cold spells even out.</summary>
    public int PeerDays { get; init; } = 14;

    /// <summary>Share of the peers' median below which use is far below. Per cent, 1 to 90, default 25: a small or well insulated home uses half of the median, not a quarter.</summary>
    public int FarBelowPercent { get; init; } = 25;

    /// <summary>Fewest peers with data for a median. Households, 3 to 1000, default 5: fewer say nothing; the township's are taken instead.</summary>
    public int PeersMin { get; init; } = 5;

    /// <summary>Electricity of a day that is no use yet. kWh, 0 to 10, default 0.5: a heat pump on standby, about 20 W.</summary>
    public decimal IdleKwhPerDay { get; init; } = 0.5m;

    /// <summary>Gas of a day that is no use yet. m³, 0 to 5, default 0.3: Handan's rule of 2019-2020 takes 40 m³ a season for cooking.</summary>
    public decimal IdleM3PerDay { get; init; } = 0.3m;

    /// <summary>Share of the cap from which a household is near it. Per cent, 50 to 99, default 80: some two weeks of use before it is reached.</summary>
    public int NearCapPercent { get; init; } = 80;

    /// <summary>A day's use up to this, 0.0001 kWh or m³, is standby or cooking.</summary>
    public long IdlePerDay(Energy energy) => Quantity.FromDecimal(energy == Energy.Electricity ? IdleKwhPerDay : IdleM3PerDay);

    /// <exception cref="ArgumentException">A value is out of its range; names it and the range.</exception>
    public void Validate()
    {
        Check(nameof(NeverUsedDays), NeverUsedDays, 3, 120, "days");
        Check(nameof(StoppedDays), StoppedDays, 3, 120, "days");
        Check(nameof(NoDataDays), NoDataDays, 2, 60, "days");
        Check(nameof(PeerDays), PeerDays, 3, 60, "days");
        Check(nameof(FarBelowPercent), FarBelowPercent, 1, 90, "%");
        Check(nameof(PeersMin), PeersMin, 3, 1000, "households");
        Check(nameof(IdleKwhPerDay), IdleKwhPerDay, 0, 10, "kWh");
        Check(nameof(IdleM3PerDay), IdleM3PerDay, 0, 5, "m³");
        Check(nameof(NearCapPercent), NearCapPercent, 50, 99, "%");
    }

    private static void Check(string name, decimal value, int least, int most, string unit)
    {
        if (value < least || value > most) throw new ArgumentException($"Usage:{name} is {value}; write {least} to {most} {unit}.");
    }
}
