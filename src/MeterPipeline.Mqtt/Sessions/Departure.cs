namespace MeterPipeline.Mqtt.Sessions;

/// <summary>How far the end of a connection has come: whoever takes up its session waits for it.</summary>
internal sealed class Departure
{
    private readonly TaskCompletionSource readingEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One for the read loop and one for each batch submitted and not told yet.</summary>
    private int open = 1;

    /// <summary>The connection touches its session no more.</summary>
    public Task ReadingEnded => readingEnded.Task;

    /// <summary>And everything it submitted is committed.</summary>
    public Task Settled => settled.Task;

    public void Submitted() => Interlocked.Increment(ref open);

    public void Told()
    {
        if (Interlocked.Decrement(ref open) == 0) settled.TrySetResult();
    }

    public void EndReading()
    {
        if (readingEnded.TrySetResult()) Told();
    }
}
