namespace MeterPipeline.Domain;

/// <summary>A heating season 采暖季: inclusive local days. Its half-open interval is [first 00:00, day after last 00:00).</summary>
/// <param name="Name">The two years: <c>2025-2026</c>.</param>
/// <param name="First">First day of heating.</param>
/// <param name="Last">Last day of heating, inclusive.</param>
public sealed record HeatingSeason(string Name, LocalDay First, LocalDay Last)
{
    /// <summary>Years of heating turn on 1 July.</summary>
    public const int FirstMonth = 7;

    /// <summary>The instant at which the season begins, ms.</summary>
    public long StartMs => First.StartMs;

    /// <summary>The instant at which the season is over, ms, exclusive.</summary>
    public long EndMs => Last.EndMs;

    public int Days => Last.Number - First.Number + 1;

    public bool Contains(LocalDay day) => day >= First && day <= Last;

    /// <summary>Reads the year of autumn out of <c>2025-2026</c>.</summary>
    public static bool TryParseName(string name, out int autumn)
    {
        autumn = 0;
        return name.Length == 9 && name[4] == '-' && int.TryParse(name.AsSpan(0, 4), out autumn) && int.TryParse(name.AsSpan(5), out var spring)
            && spring == autumn + 1 && autumn is >= 2000 and < 2200;
    }

    /// <summary>The autumn year of the season that a day belongs to or that comes next: years turn on 1 July.</summary>
    public static int AutumnOf(LocalDay day) => day.Date.Month >= FirstMonth ? day.Date.Year : day.Date.Year - 1;

    public static string NameOf(int autumn) => $"{autumn}-{autumn + 1}";
}
