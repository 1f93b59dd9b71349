using System.Collections.Concurrent;

namespace MeterPipeline.Ledger;

/// <summary>
/// Work that one does at a time, in the order of asking. Whoever finds nobody at it does it for all who ask meanwhile: handed from one to the next, each would
/// first have to be given a core, and a queue of ten stood for a tenth of a second beside publishers. Who waits does so for a task: the pool makes up at once for
/// a thread that waits for a task, and not for one that waits for a lock. Two that wait would stop everything that a machine of two cores answers,
/// acknowledgements too.
/// </summary>
public sealed class Turn
{
    private readonly ConcurrentQueue<Task> waiting = new();
    private int taken;

    /// <param name="act">Called on the thread of anybody who asks.</param>
    /// <exception cref="Exception">What <paramref name="act"/> throws.</exception>
    public T Take<T>(Func<T> act)
    {
        var mine = new Task<T>(act);
        waiting.Enqueue(mine);
        // Looked at again after it is given back: who came in between has found it taken.
        while (!waiting.IsEmpty && Interlocked.Exchange(ref taken, 1) == 0)
        {
            while (waiting.TryDequeue(out var next)) next.RunSynchronously(TaskScheduler.Default);
            Interlocked.Exchange(ref taken, 0);
        }
        return mine.GetAwaiter().GetResult();
    }
}
