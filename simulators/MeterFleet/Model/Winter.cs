namespace MeterFleet;

/// <summary>
/// Outdoor temperature of one winter in the Yuncheng basin, °C per quarter hour: a seasonal bowl, cold spells of several days,
/// and the day's own swing. Only additions and multiplications, so that every machine computes the same bits.
/// </summary>
internal sealed class Winter
{
    private const double ColdestMean = -2.0;
    private const double RiseToTheEdges = 9.5;
    private const double DiurnalAmplitude = 4.5;
    private const double WarmestHour = 15.5;

    private readonly float[] celsius;

    internal Winter(int seed, SeasonClock clock)
    {
        celsius = new float[clock.LastSlot];
        double middle = clock.Days / 2.0;
        for (int slot = 0; slot < celsius.Length; slot++)
        {
            double day = (double)slot / SeasonClock.SlotsPerDay;
            double fromMiddle = (day - middle) / 60.0;
            double seasonal = ColdestMean + (RiseToTheEdges * fromMiddle * fromMiddle);
            double spells = (4.0 * Smooth(seed, 1, day / 4.0)) + (1.8 * Smooth(seed, 2, day / 1.3));
            double hour = (slot % SeasonClock.SlotsPerDay) / 4.0;
            double swing = DiurnalAmplitude * (0.8 + (0.4 * Smooth(seed, 3, day))) * Wave((hour - WarmestHour + 6 + 24) / 24.0);
            celsius[slot] = (float)(seasonal + spells + swing);
        }
    }

    internal float At(int slot) => celsius[slot];

    /// <summary>Noise from -1 to 1 that runs smoothly through one random value per whole step.</summary>
    private static double Smooth(int seed, int octave, double position)
    {
        int step = (int)position;
        double t = position - step;
        double blend = t * t * (3 - (2 * t));
        double left = (2 * Dice.Unit(seed, Purpose.Weather, octave, step)) - 1;
        double right = (2 * Dice.Unit(seed, Purpose.Weather, octave, step + 1)) - 1;
        return left + ((right - left) * blend);
    }

    /// <summary>A sine made of two parabolas, exact at its zeros and peaks; <paramref name="turns"/> is positive.</summary>
    private static double Wave(double turns)
    {
        double x = turns - (int)turns;
        return x < 0.5 ? 16 * x * (0.5 - x) : -16 * (x - 0.5) * (1 - x);
    }
}
