using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace MeterPipeline.Ledger;

/// <summary>A sequence drawn on a thread of its own, some way ahead of whoever reads it, so that drawing and reading share two cores. The order stays.</summary>
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
