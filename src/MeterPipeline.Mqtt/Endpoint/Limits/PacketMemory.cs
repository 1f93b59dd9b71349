namespace MeterPipeline.Mqtt.Endpoint.Limits;

/// <summary>
/// What all connections together may hold of large packets that are not complete. A connection takes the size of its packet before it reads on,
/// first come, first served, and gives it back with the packet's end. Thread-safe.
/// </summary>
public sealed class PacketMemory
{
    /// <summary>Packets up to this size, bytes, fit into a connection's read buffer and take nothing of what is shared.</summary>
    public const int Own = 64 * 1024;

    private readonly Lock gate = new();
    private readonly Queue<(int Bytes, TaskCompletionSource Granted)> waiting = [];
    private readonly long bytesMax;
    private long free;

    /// <param name="bytesMax">At least the largest packet.</param>
    public PacketMemory(long bytesMax) => this.bytesMax = free = bytesMax;

    public long Taken
    {
        get
        {
            lock (gate) return bytesMax - free;
        }
    }

    /// <exception cref="OperationCanceledException">Nothing was taken.</exception>
    public async ValueTask TakeAsync(int bytes, CancellationToken cancel)
    {
        TaskCompletionSource granted;
        lock (gate)
        {
            if (waiting.Count == 0 && bytes <= free)
            {
                free -= bytes;
                return;
            }
            granted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue((bytes, granted));
        }
        await using var gone = cancel.Register(() =>
        {
            if (granted.TrySetCanceled(cancel)) Give(0);
        });
        await granted.Task.ConfigureAwait(false);
    }

    public void Give(int bytes)
    {
        lock (gate)
        {
            free += bytes;
            while (waiting.TryPeek(out var first) && (first.Granted.Task.IsCompleted || first.Bytes <= free))
            {
                waiting.Dequeue();
                if (first.Granted.TrySetResult()) free -= first.Bytes;
            }
        }
    }
}
