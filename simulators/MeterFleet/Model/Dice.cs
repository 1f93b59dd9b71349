namespace MeterFleet;

/// <summary>What a roll decides. Each purpose has its own stream, so that one switch never moves another's outcomes.</summary>
internal enum Purpose
{
    Weather = 1,
    Place,
    Person,
    Building,
    Demand,
    Registration,
    Reporting,
    Duplicate,
    Late,
    Reorder,
    Outage,
    Swap,
    Rollover,
    Glitch,
    Skew,
    Kind,
    Closing,
    Break,
    Conflict,
    Correction,
    Unit,
    Stray,
    Rollback,
}

/// <summary>
/// Stateless randomness: a roll is a hash of the seed, its purpose and its place, so any meter at any time can be computed alone.
/// The mixing function is the finaliser of SplitMix64.
/// </summary>
internal static class Dice
{
    internal const ulong Golden = 0x9E3779B97F4A7C15UL;
    private const double UnitPer53Bits = 1.0 / (1UL << 53);

    internal static ulong Roll(int seed, Purpose purpose, long a, long b = 0)
    {
        unchecked
        {
            ulong x = Mix(((ulong)(uint)seed << 8) + (ulong)purpose);
            x = Mix(x + ((ulong)a * Golden) + 1);
            return Mix(x + ((ulong)b * Golden) + 1);
        }
    }

    /// <summary>Uniform in [0, 1).</summary>
    internal static double Unit(int seed, Purpose purpose, long a, long b = 0) => (Roll(seed, purpose, a, b) >> 11) * UnitPer53Bits;

    /// <summary>Uniform in [0, sides).</summary>
    internal static int Pick(int sides, int seed, Purpose purpose, long a, long b = 0) => (int)(Roll(seed, purpose, a, b) % (ulong)sides);

    internal static ulong Mix(ulong x)
    {
        unchecked
        {
            x ^= x >> 30;
            x *= 0xBF58476D1CE4E5B9UL;
            x ^= x >> 27;
            x *= 0x94D049BB133111EBUL;
            return x ^ (x >> 31);
        }
    }
}
