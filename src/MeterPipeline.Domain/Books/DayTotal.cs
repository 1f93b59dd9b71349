namespace MeterPipeline.Domain.Books;

/// <summary>What is known of a day beyond its numbers.</summary>
[Flags]
public enum DayMarks : ushort
{
    None = 0,

    /// <summary>A reading stands exactly at the day's first instant.</summary>
    StartMeasured = 1,

    /// <summary>The register at the day's first instant lies between two real readings, or two values of that instant contest each other.</summary>
    StartInterpolated = 2,

    /// <summary>An accepted reading falls in (start, end]: the day is covered.</summary>
    Covered = 4,

    /// <summary>Consumption comes from a step longer than <see cref="MeterLife.LongStepMs"/>.</summary>
    Estimated = 8,

    /// <summary>A backward reading that the next one disproved.</summary>
    Glitch = 16,

    /// <summary>An implausibly high reading that the next one disproved.</summary>
    Spike = 32,

    /// <summary>The register passed its modulus.</summary>
    Rollover = 64,

    /// <summary>The register went back and stayed there: nothing counts across, the household is on hold.</summary>
    Reset = 128,

    /// <summary>The register jumped up beyond the meter's capacity and stayed there: the jump counts in the high bound only, hold.</summary>
    Jump = 256,

    /// <summary>The newest readings are doubtful and nothing has settled the doubt yet.</summary>
    Pending = 512,

    /// <summary>Two values of the same revision at one time.</summary>
    Conflict = 1024,

    /// <summary>A reading outside every installation of the meter; it counts for nothing.</summary>
    Inactive = 2048,

    /// <summary>Numbers of <see cref="DayTotal.Low"/> or <see cref="DayTotal.High"/> are not zero.</summary>
    Bounded = 4096,
}

/// <summary>One folded local day of a meter and register, in 0.0001 kWh or m³ after the multiplier.</summary>
public struct DayTotal
{
    public LocalDay Day;
    public DayMarks Marks;

    /// <summary>Accepted, doubtful and inactive readings that were looked at.</summary>
    public int Readings;

    /// <summary>Register at the day's first instant; meaningful where a Start mark is set.</summary>
    public long Register;

    /// <summary>Consumption of the day.</summary>
    public long Consumption;

    /// <summary>Of the step that crosses the day's first instant, the part before it (0 where that instant was measured).</summary>
    public long Before;

    /// <summary>Of the same step, the part after it, up to the higher of two values where they contest its end.</summary>
    public long After;

    /// <summary>How much less the day may truly have used (0 or positive).</summary>
    public long Low;

    /// <summary>How much more the day may truly have used (0 or positive).</summary>
    public long High;

    public readonly bool StartKnown => (Marks & (DayMarks.StartMeasured | DayMarks.StartInterpolated)) != 0;
}
