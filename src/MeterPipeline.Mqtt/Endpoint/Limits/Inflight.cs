namespace MeterPipeline.Mqtt.Endpoint.Limits;

/// <summary>
/// Messages handed over for recording and not committed yet, of one connection or of a company's together. Readers wait for room before they read on.
/// Thread-safe.
/// </summary>
public sealed class Inflight(int max)
{
    private readonly Lock gate = new();
    private long count;
    private TaskCompletionSource? room;

    public long Count => Interlocked.Read(ref count);

    public void Begin(int messages) => Interlocked.Add(ref count, messages);

    /// <summary>Never blocks: called on the recorder's thread.</summary>
    public void End(int messages)
    {
        if (Interlocked.Add(ref count, -messages) >= max) return;
        lock (gate)
        {
            room?.TrySetResult();
            room = null;
        }
    }

    /// <summary>Completes when fewer than the limit are on their way. Several that wait are let go together: the limit bounds when reading begins.</summary>
    public async ValueTask WaitForRoomAsync(CancellationToken cancel)
    {
        while (Count >= max)
        {
            Task waiting;
            lock (gate)
            {
                if (Count < max) return;
                waiting = (room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
            await waiting.WaitAsync(cancel).ConfigureAwait(false);
        }
    }
}
