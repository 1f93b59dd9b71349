namespace MeterPipeline.Mqtt.Subscriber;

/// <summary>
/// How long to stay away after a connection has ended. It doubles with each connection that lasts only a short time, so that what ends them is not
/// fought at full speed: two processes with one client id throw each other out for ever otherwise. Holds no clock.
/// </summary>
public sealed class Pauses
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan FirstTakenOver = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Last = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LastTakenOver = TimeSpan.FromMinutes(5);

    private TimeSpan next;

    /// <param name="lasted">The connection that has just ended.</param>
    /// <param name="takenOver">Another process connected with our client id.</param>
    public TimeSpan After(TimeSpan lasted, bool takenOver)
    {
        var (first, last) = takenOver ? (FirstTakenOver, LastTakenOver) : (First, Last);
        // Twice the longest pause is long: a rival who takes the client id back after his pause has not ended a long connection.
        if (lasted >= 2 * last || next < first) next = first;
        var pause = next < last ? next : last;
        next = pause * 2;
        return pause;
    }
}
