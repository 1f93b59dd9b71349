namespace MeterPipeline.Domain;

/// <summary>FNV-1a, 64 bits: a print that changes when what went into it does. Not against those who mean harm.</summary>
public static class Fnv
{
    public const ulong Start = 14695981039346656037UL;

    /// <summary>The print with eight more bytes in it.</summary>
    public static ulong Mix(ulong print, long value)
    {
        unchecked
        {
            for (var shift = 0; shift < 64; shift += 8) print = (print ^ (byte)(value >> shift)) * 1099511628211UL;
        }
        return print;
    }
}
