using System.Diagnostics;

namespace LoadGenerator;

/// <summary>Keeps one connection to a rate, in chunks; what a slow server held up is not made up for beyond a tenth of a second. Owned by the connection's thread.</summary>
/// <param name="perSecond">Readings; 0: no limit.</param>
internal sealed class Pace(double perSecond)
{
    private const double CatchUpSeconds = 0.1;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly long started = Stopwatch.GetTimestamp();
    private double forgiven;

    /// <summary>Whether more may be sent after so many.</summary>
    public bool Allows(long sent)
    {
        if (perSecond == 0) return true;
        var owed = Stopwatch.GetElapsedTime(started).TotalSeconds * perSecond - forgiven - sent;
        if (owed > CatchUpSeconds * perSecond) forgiven += owed - CatchUpSeconds * perSecond;
        return owed > 0;
    }

    /// <summary>Lets a moment pass.</summary>
    public void Wait() => Thread.Sleep(Pause);
}
