using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace MeterPipeline.Ledger;

/// <summary>A sequence drawn, worked on or taken by other threads, some way ahead of one another, so that all cores have a share. The order stays.</summary>
public static class Ahead
{
    /// <summary>Batches, or items given, that wait to be read.</summary>
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
        using var waiting = new BlockingCollection<Task>();
        // Threads for all items: a buffer that goes back to the shared pool stays with the thread that gave it.
        var workers = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Begin(() =>
        {
            foreach (var item in waiting.GetConsumingEnumerable()) item.RunSynchronously();
        })).ToArray();
        try
        {
            foreach (var item in source)
            {
                var next = new Task<TResult>(() => work(item));
                begun.Enqueue(next);
                waiting.Add(next);
                if (begun.Count > workers.Length) yield return begun.Dequeue().GetAwaiter().GetResult();
            }
            while (begun.TryDequeue(out var next)) yield return next.GetAwaiter().GetResult();
        }
        finally
        {
            waiting.CompleteAdding();
            Task.WaitAll(workers);
        }
    }

    /// <summary>
    /// Gives every item of a sequence to each of several takers. Each has a thread of its own and takes them in their order; one may be a few items ahead of
    /// another, so that none waits for the slowest at each item.
    /// </summary>
    /// <param name="source">Enumerated once, by whoever calls.</param>
    /// <exception cref="Exception">What <paramref name="source"/> or a taker throws; all have ended then.</exception>
    public static void Give<T>(IEnumerable<T> source, IEnumerable<Action<T>> takers)
    {
        using var stop = new CancellationTokenSource();
        var queues = new List<BlockingCollection<T>>();
        var taking = new List<Task>();
        foreach (var take in takers)
        {
            var queue = new BlockingCollection<T>(BatchesMax);
            queues.Add(queue);
            taking.Add(Begin(() => Take(queue, take, stop)));
        }
        try
        {
            foreach (var item in source) queues.ForEach(queue => queue.Add(item, stop.Token));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // A taker has failed, and is asked why below.
        }
        finally
        {
            queues.ForEach(queue => queue.CompleteAdding());
            Task.WhenAll(taking).ContinueWith(_ => { }, TaskScheduler.Default).Wait();
            queues.ForEach(queue => queue.Dispose());
        }
        taking.Find(task => task.IsFaulted)?.GetAwaiter().GetResult();
    }

    /// <summary>A thread of its own, not of the pool: requests of the same process must not queue behind this.</summary>
    private static Task Begin(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Take<T>(BlockingCollection<T> queue, Action<T> take, CancellationTokenSource stop)
    {
        try
        {
            foreach (var item in queue.GetConsumingEnumerable())
            {
                if (stop.IsCancellationRequested) return;
                take(item);
            }
        }
        catch
        {
            stop.Cancel();
            throw;
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
