namespace MeterPipeline.Ledger;

/// <summary>
/// Work that one does at a time, in no order, on the thread of whoever asks. Who waits does so for a task: the pool makes up at once for a thread that waits
/// for a task, and not for one that waits for a lock. Two that wait would stop everything that a machine of two cores answers, acknowledgements too.
/// </summary>
public sealed class Turn
{
    private readonly SemaphoreSlim free = new(1, 1);

    /// <exception cref="Exception">What <paramref name="act"/> throws.</exception>
    public T Take<T>(Func<T> act)
    {
        free.WaitAsync().GetAwaiter().GetResult();
        try
        {
            return act();
        }
        finally
        {
            free.Release();
        }
    }
}
