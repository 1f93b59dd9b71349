using LoadGenerator;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Bench.City;

/// <summary>How a household of the city heats.</summary>
public enum CityUse : byte
{
    Steady,
    NeverUsed,

    /// <summary>From the middle of January on.</summary>
    Stopped,
    FarBelow,

    /// <summary>Its meter is never read.</summary>
    Silent,

    /// <summary>Not read for two weeks.</summary>
    Gap,

    /// <summary>The register makes a leap that nobody explains: on hold.</summary>
    Jump,

    /// <summary>One reading of zero among good ones.</summary>
    Glitch,
}

/// <summary>
/// A household's meter and what it shows in the season, as pure functions of the household's index: every build of a city gives the same readings. A
/// reading at each midnight of the season and at its end, and quarter hours in its last week. Every fifth household burns gas.
/// </summary>
/// <param name="Index">Of the household, from 0.</param>
public readonly record struct CityMeter(int Index)
{
    /// <summary>What electricity registers show at the season's end beyond <see cref="LoadRegistry.Opening"/>, from which live load goes on, kWh.</summary>
    public const int LiveAbove = 13_000;

    private const int SlotsPerDay = 96;
    private const int QuarterMs = 900_000;
    private const int QuarterDays = 7;
    private const int GasEvery = 5;
    private const int StoppedDay = 62;
    private const int JumpDay = 80;
    private const int GlitchDay = 30;
    private const int GapFirst = 55;
    private const int GapLast = 69;

    /// <summary>0.0001 kWh or m³ in the last digit that a register shows.</summary>
    private const long Step = 100;
    private const long Unit = 10_000;
    private const long JumpUnits = 800 * Unit;

    /// <summary>Of 1,000 households, those below each bound heat in another way than steadily.</summary>
    private static readonly (int Below, CityUse Use)[] Shares =
    [
        (30, CityUse.NeverUsed), (50, CityUse.Stopped), (70, CityUse.FarBelow), (75, CityUse.Silent), (80, CityUse.Gap), (85, CityUse.Jump), (90, CityUse.Glitch),
    ];

    public static HeatingSeason Season { get; } = new("2025-2026", LocalDay.On(2025, 11, 15), LocalDay.On(2026, 3, 15));

    private static readonly long[] Warmth = Accumulate();

    /// <summary>The first quarter hour after the last reading.</summary>
    public static DateTimeOffset LiveFrom => DateTimeOffset.FromUnixTimeMilliseconds(Season.EndMs + QuarterMs).ToOffset(TimeSpan.FromHours(8));

    public bool IsGas => Index % GasEvery == GasEvery - 1;

    public Energy Energy => IsGas ? Energy.Gas : Energy.Electricity;

    /// <summary>Position among the meters of the same energy.</summary>
    private int No => IsGas ? Index / GasEvery : Index - Index / GasEvery;

    /// <summary>Electricity meters have the names and, from the season's end on, the registers that the load generator gives them.</summary>
    public string Id => IsGas ? $"G{14080200000 + No}" : LoadRegistry.Meter(No);

    public CityUse Use
    {
        get
        {
            var drawn = Draw(1, 1_000);
            foreach (var (below, use) in Shares)
                if (drawn < below) return use;
            return CityUse.Steady;
        }
    }

    /// <summary>What the register shows when it is installed, before the season.</summary>
    public long Opening => End - Total - (Use == CityUse.Jump ? JumpUnits : 0);

    /// <summary>Electricity meters of so many households.</summary>
    public static int ElectricityOf(int households) => households - households / GasEvery;

    private long End => IsGas ? (5_000 + Index % 3_000) * Unit : (LoadRegistry.Opening(No) + LiveAbove) * Unit;

    /// <summary>A steady household's use of the season: 2,500 to 12,500 kWh, or 250 to 1,650 m³; some reach their cap.</summary>
    private long Total => Use switch
    {
        CityUse.NeverUsed => 0,
        CityUse.FarBelow => 60 * Unit,
        _ => IsGas ? (250 + Draw(2, 1_400)) * Unit : (2_500 + Draw(2, 10_000)) * Unit,
    };

    /// <summary>A number below <paramref name="below"/> that depends on household and question alone.</summary>
    public int Draw(int question, int below)
    {
        unchecked
        {
            var mixed = ((ulong)Index + 1) * 0x9E3779B97F4A7C15 + (ulong)question * 0xD1B54A32D192ED03;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return (int)((mixed ^ (mixed >> 31)) % (ulong)below);
        }
    }

    /// <summary>Every reading of the season in order of time.</summary>
    public IEnumerable<(long TimeMs, long Value)> Readings()
    {
        var (use, last) = (Use, Season.Days * SlotsPerDay);
        if (use == CityUse.Silent) yield break;
        for (var slot = 0; slot <= last; slot += slot < last - QuarterDays * SlotsPerDay ? SlotsPerDay : 1)
        {
            var day = slot / SlotsPerDay;
            if (use == CityUse.Gap && day is >= GapFirst and <= GapLast) continue;
            yield return (Season.StartMs + (long)slot * QuarterMs, use == CityUse.Glitch && day == GlitchDay ? 0 : At(slot, use));
        }
    }

    private long At(int slot, CityUse use)
    {
        var counted = use == CityUse.Stopped ? StoppedDay * SlotsPerDay : Warmth.Length - 1;
        var left = Total / Step * (Warmth[counted] - Warmth[Math.Min(slot, counted)]) / Warmth[counted] * Step;
        return End - left - (use == CityUse.Jump && slot < JumpDay * SlotsPerDay ? JumpUnits : 0);
    }

    /// <summary>Heat that a house has needed by each quarter hour: most in the middle of January, and by night.</summary>
    private static long[] Accumulate()
    {
        var sums = new long[Season.Days * SlotsPerDay + 1];
        for (var slot = 0; slot < sums.Length - 1; slot++)
        {
            var (fromMiddle, hour) = (slot / SlotsPerDay - Season.Days / 2, slot % SlotsPerDay / 4);
            sums[slot + 1] = sums[slot] + (1_000 - fromMiddle * fromMiddle / 6) * (hour is < 7 or >= 18 ? 4 : 2);
        }
        return sums;
    }
}
