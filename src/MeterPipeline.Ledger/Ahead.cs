using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace MeterPipeline.Ledger;

/// <summary>A sequence drawn or worked on by other threads, some way ahead of whoever reads it, so that all cores have a share. The order stays.</summary>
public static class Ahead
{
    /// <summary>Batches that wait to be read.</summary>
    private const int BatchesMax = 4;

    /// <param name="source">Enumerated once, on the other thread, which has ended when this enumeration has.</param>
    /// <param name="batchItems">Handed over at a time: so many that neither side waits for the other at each item, so few that memory stays flat.</param>
    /// <exception cref="Exception">What the source throws, less than a batch early.</exception>
    public static IEnumerable<T> Of<T>(IEnumerable<T> source, int batchItems)
    {
        var batches = Channel.CreateBounded<List<T>>(new BoundedChannelOptions(BatchesMax) { SingleReader = true, SingleWriter = true });
        using var stop = new CancellationTokenSource();
        var drawing = Task.Factory.StartNew(() => Draw(source, batchItems, batches.Writer, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            while (batches.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
                while (batches.Reader.TryRead(out var batch))
                    foreach (var item in batch) yield return item;
        }
        finally
        {
            stop.Cancel();
            drawing.Wait();
        }
        if (drawing.Result is { } failure) ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>
    /// Works on the items of a sequence side by side, on as many cores as there are, some way ahead of whoever reads the results. The order stays, and
    /// memory holds a few items only.
    /// </summary>
    /// <param name="source">Enumerated once, by whoever enumerates this.</param>
    /// <param name="work">Called on other threads, several at a time, all of which have ended when this enumeration has.</param>
    /// <exception cref="Exception">What <paramref name="source"/> or <paramref name="work"/> throws, a few items early at most.</exception>
    public static IEnumerable<TResult> Map<T, TResult>(IEnumerable<T> source, Func<T, TResult> work)
    {
        var begun = new Queue<Task<TResult>>();
        try
        {
            foreach (var item in source)
            {
                // A thread of its own, not of the pool: requests of the same process must not queue behind this.
                begun.Enqueue(Task.Factory.StartNew(() => work(item), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
                if (begun.Count > Environment.ProcessorCount) yield return begun.Dequeue().GetAwaiter().GetResult();
            }
            while (begun.TryDequeue(out var next)) yield return next.GetAwaiter().GetResult();
        }
        finally
        {
            Task.WhenAll(begun).ContinueWith(_ => { }, TaskScheduler.Default).Wait();
        }
    }

    /// <returns>What went wrong; the reader meets it after every whole batch before it.</returns>
    private static Exception? Draw<T>(IEnumerable<T> source, int batchItems, ChannelWriter<List<T>> into, CancellationToken stop)
    {
        try
        {
            var batch = new List<T>(batchItems);
            foreach (var item in source)
            {
                batch.Add(item);
                if (batch.Count < batchItems) continue;
                into.WriteAsync(batch, stop).AsTask().GetAwaiter().GetResult();
                batch = new List<T>(batchItems);
            }
            if (batch.Count > 0) into.WriteAsync(batch, stop).AsTask().GetAwaiter().GetResult();
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
        finally
        {
            into.TryComplete();
        }
    }
}
