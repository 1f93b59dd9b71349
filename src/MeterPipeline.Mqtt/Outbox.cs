using System.IO.Pipelines;

namespace MeterPipeline.Mqtt;

/// <summary>
/// What waits to be sent to one peer. Any thread adds, in the order in which it must leave; one loop sends. Adding never blocks; the reader of
/// the same connection waits for room, so that a peer which does not read is not read either.
/// </summary>
internal sealed class Outbox(PipeWriter output, int unreadMax)
{
    private readonly Lock gate = new();
    private readonly SemaphoreSlim filled = new(0, 1);
    private readonly SemaphoreSlim emptied = new(0);
    private byte[] pending = new byte[256];
    private byte[] sending = new byte[256];
    private int length;
    private bool signalled;
    private bool closed;

    /// <summary>Nothing waits and nothing is on its way.</summary>
    public bool IsIdle { get; private set; } = true;

    /// <summary>So much waits that the peer must read first.</summary>
    public bool IsFull => Volatile.Read(ref length) > unreadMax;

    /// <summary>Told after bytes have been handed to the peer's socket.</summary>
    public Action? Flushed { private get; set; }

    /// <summary>Adds packets that are already rendered; after <see cref="Close"/> they are dropped.</summary>
    public void Add(ReadOnlySpan<byte> packets)
    {
        lock (gate)
        {
            if (closed) return;
            packets.CopyTo(Room(packets.Length));
            Filled(packets.Length);
        }
    }

    /// <summary>Completes when less than the limit waits.</summary>
    public async ValueTask WaitForRoomAsync(CancellationToken cancel)
    {
        while (IsFull && !closed) await emptied.WaitAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Sends until <see cref="Close"/>, or until the peer is gone.</summary>
    public async Task SendAsync()
    {
        try
        {
            await SendUntilClosedAsync().ConfigureAwait(false);
        }
        finally
        {
            // Whatever ended it: nobody waits for what can no longer be sent.
            lock (gate) (closed, length, IsIdle) = (true, 0, true);
            if (emptied.CurrentCount == 0) emptied.Release();
        }
    }

    private async Task SendUntilClosedAsync()
    {
        while (true)
        {
            await filled.WaitAsync().ConfigureAwait(false);
            int count;
            lock (gate)
            {
                (pending, sending) = (sending, pending);
                (count, length, signalled) = (length, 0, false);
                if (count == 0 && closed) return;
            }
            var flushed = await output.WriteAsync(sending.AsMemory(0, count)).ConfigureAwait(false);
            lock (gate)
            {
                IsIdle = length == 0;
                // Closed while these bytes waited: the signal that woke this round was the last one.
                if (closed && IsIdle) return;
            }
            if (emptied.CurrentCount == 0) emptied.Release();
            Flushed?.Invoke();
            if (flushed.IsCompleted || flushed.IsCanceled) Close();
        }
    }

    /// <summary>Lets the loop send what waits and end.</summary>
    /// <param name="lastWord">A packet that leaves last; empty: none.</param>
    public void Close(ReadOnlySpan<byte> lastWord = default)
    {
        lock (gate)
        {
            if (closed) return;
            if (!lastWord.IsEmpty)
            {
                lastWord.CopyTo(Room(lastWord.Length));
                Filled(lastWord.Length);
            }
            closed = true;
            Signal();
        }
        if (emptied.CurrentCount == 0) emptied.Release();
    }

    private Span<byte> Room(int bytes)
    {
        if (pending.Length - length < bytes) Array.Resize(ref pending, Math.Max(pending.Length * 2, length + bytes));
        return pending.AsSpan(length, bytes);
    }

    private void Filled(int bytes)
    {
        length += bytes;
        IsIdle = false;
        Signal();
    }

    private void Signal()
    {
        if (signalled) return;
        signalled = true;
        filled.Release();
    }
}
