using System.Diagnostics;

namespace MeterFleet;

/// <summary>
/// Publishes over MQTT 3.1.1 with QoS 1 and remembers what the broker acknowledged. <see cref="PublishAsync"/> and
/// <see cref="DrainAsync"/> are called by one task at a time; the properties may be read by any thread.
/// </summary>
/// <remarks>
/// Messages leave in the order of <see cref="PublishAsync"/>; after a reconnect, what is unacknowledged is sent again first, in
/// that order, with DUP set where it had been sent before. A packet identifier is the number of a place in the window.
/// </remarks>
public sealed class MqttPublisher : IAsyncDisposable
{
    private const int SendBufferBytes = 256 * 1024;
    private const string ClosedByBroker = "the broker closed it";
    private static readonly TimeSpan RetryPauseMin = TimeSpan.FromMilliseconds(50);

    private readonly MqttPublisherOptions options;
    private readonly SemaphoreSlim free;
    private readonly SemaphoreSlim wake = new(0, 1);
    private readonly CancellationTokenSource closing = new();

    // Shared by the caller, the send loop and the receive loop; guarded by `window`.
    private readonly object window = new();
    private readonly Inflight[] places;
    private readonly Stack<ushort> freeIds;
    private readonly Queue<ushort> toSend = new();
    private long published;
    private long acknowledged;
    private TaskCompletionSource? drained;
    private MqttPublishException? failure;

    // Owned by the connection loop.
    private byte[] sendBuffer = new byte[SendBufferBytes];
    private Task? running;

    /// <summary>Prepares a publisher; nothing is sent before <see cref="ConnectAsync"/>.</summary>
    /// <exception cref="ArgumentException">An option lies outside its range.</exception>
    public MqttPublisher(MqttPublisherOptions options)
    {
        options.Validate();
        this.options = options;
        free = new SemaphoreSlim(options.Window);
        places = new Inflight[options.Window + 1];
        freeIds = new Stack<ushort>(Enumerable.Range(1, options.Window).Reverse().Select(id => (ushort)id));
    }

    /// <summary>Messages taken by <see cref="PublishAsync"/>.</summary>
    public long Published => Interlocked.Read(ref published);

    /// <summary>Messages that the broker has acknowledged.</summary>
    public long Acknowledged => Interlocked.Read(ref acknowledged);

    /// <summary>How often the connection was opened again.</summary>
    public int Reconnects { get; private set; }

    /// <summary>Time from a message's last sending to its acknowledgement.</summary>
    public AckLatency Latency { get; } = new();

    /// <summary>
    /// The caller's sequence numbers that are not acknowledged, in order of publishing. The broker may have any of them, or none.
    /// </summary>
    public IReadOnlyList<long> Unacknowledged()
    {
        lock (window)
            return [.. InOrder().Select(id => places[id].Sequence)];
    }

    /// <summary>Connects and starts the loops.</summary>
    /// <exception cref="MqttPublishException">The broker is not there or refuses.</exception>
    public async Task ConnectAsync(CancellationToken cancel = default)
    {
        MqttConnection connection = await MqttConnection.OpenAsync(options, options.Port, cancel);
        running = Task.Run(() => KeepConnectedAsync(connection), CancellationToken.None);
    }

    /// <summary>
    /// Takes one message; completes when the window has room, which is not yet an acknowledgement.
    /// </summary>
    /// <param name="sequence">The caller's own number, handed back by <see cref="MqttPublisherOptions.Acknowledged"/>.</param>
    /// <param name="topic">UTF-8, must stay unchanged until acknowledged.</param>
    /// <param name="payload">Must stay unchanged until acknowledged, because it may have to be sent again.</param>
    /// <param name="cancel">Ends the wait for room; the message is then not taken.</param>
    /// <exception cref="MqttPublishException">The connection is lost for good.</exception>
    public ValueTask PublishAsync(
        long sequence, ReadOnlyMemory<byte> topic, ReadOnlyMemory<byte> payload, CancellationToken cancel = default)
    {
        if (running is null)
            throw new InvalidOperationException("Publishing before ConnectAsync: connect first.");
        if (topic.Length is 0 or > ushort.MaxValue)
            throw new ArgumentException($"A topic has 1 to {ushort.MaxValue} bytes, this one {topic.Length}.", nameof(topic));
        if (free.Wait(0, CancellationToken.None))
        {
            Take(sequence, topic, payload);
            return ValueTask.CompletedTask;
        }

        return WaitAndTakeAsync(sequence, topic, payload, cancel);
    }

    /// <summary>Completes when everything published is acknowledged.</summary>
    /// <exception cref="MqttPublishException">The connection is lost for good.</exception>
    public Task DrainAsync(CancellationToken cancel = default)
    {
        lock (window)
        {
            if (failure is { } lost)
                throw lost;
            if (freeIds.Count == options.Window)
                return Task.CompletedTask;
            drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return drained.Task.WaitAsync(cancel);
        }
    }

    /// <summary>
    /// Closes at once: what is unacknowledged stays so, and the broker then sees a broken connection; call
    /// <see cref="DrainAsync"/> first for an orderly end.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        if (running is not null)
            await running;
        Fail(new MqttPublishException("The publisher was closed; make a new one."));
        closing.Dispose();
        wake.Dispose();
    }

    private async ValueTask WaitAndTakeAsync(
        long sequence, ReadOnlyMemory<byte> topic, ReadOnlyMemory<byte> payload, CancellationToken cancel)
    {
        await free.WaitAsync(cancel);
        Take(sequence, topic, payload);
    }

    private void Take(long sequence, ReadOnlyMemory<byte> topic, ReadOnlyMemory<byte> payload)
    {
        lock (window)
        {
            if (failure is { } lost)
            {
                free.Release();
                throw lost;
            }

            ushort id = freeIds.Pop();
            places[id] = new Inflight(sequence, topic, payload, published++);
            toSend.Enqueue(id);
            if (toSend.Count > 1)
                return;
        }

        Wake();
    }

    private void Wake()
    {
        if (wake.CurrentCount == 0)
        {
            try
            {
                wake.Release();
            }
            catch (SemaphoreFullException)
            {
                // Another thread woke the send loop in between, which is what was wanted.
            }
        }
    }

    private async Task KeepConnectedAsync(MqttConnection first)
    {
        MqttConnection connection = first;
        while (true)
        {
            Exception? lost = await RunConnectionAsync(connection);
            if (closing.IsCancellationRequested)
                return;
            if (!options.Reconnect)
            {
                Fail(new MqttPublishException(
                    $"The connection to {connection.Peer} was lost with {Published - Acknowledged} messages unacknowledged: "
                    + $"{lost?.Message ?? ClosedByBroker}. Check the broker's log, or publish with reconnecting.", lost));
                return;
            }

            if (await ReopenAsync() is not { } again)
                return;
            connection = again;
            Reconnects++;
            ResendAll();
        }
    }

    /// <summary>Runs both directions until one of them ends; returns why.</summary>
    private async Task<Exception?> RunConnectionAsync(MqttConnection connection)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(closing.Token);
        Task send = SendAsync(connection, ended.Token);
        Task receive = ReceiveAsync(connection, ended.Token);
        Task firstEnded = await Task.WhenAny(send, receive);
        await ended.CancelAsync();
        if (closing.IsCancellationRequested && Unacknowledged().Count == 0)
            await connection.GoodbyeAsync();
        connection.Dispose();
        try
        {
            await Task.WhenAll(send, receive);
        }
        catch (Exception problem) when (problem is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The first end is the cause; the other direction's is its consequence.
        }

        return firstEnded.Exception?.InnerException;
    }

    private async Task<MqttConnection?> ReopenAsync()
    {
        long started = Stopwatch.GetTimestamp();
        TimeSpan pause = RetryPauseMin;
        int attempts = 0;
        while (true)
        {
            try
            {
                if (attempts++ > 0)
                    await Task.Delay(pause, closing.Token);
                return await MqttConnection.OpenAsync(options, PortOf(attempts - 1), closing.Token);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
            catch (MqttPublishException problem)
            {
                if (Stopwatch.GetElapsedTime(started) > options.ReconnectFor)
                {
                    Fail(new MqttPublishException($"Gave up after {options.ReconnectFor.TotalSeconds:0} s. {problem.Message}", problem));
                    return null;
                }
            }

            if (attempts > 1)
                pause = pause * 2 < options.RetryPauseMax ? pause * 2 : options.RetryPauseMax;
        }
    }

    private int PortOf(int attempt) =>
        attempt % (options.OtherPorts.Count + 1) is var turn and > 0 ? options.OtherPorts[turn - 1] : options.Port;

    private void ResendAll()
    {
        lock (window)
        {
            toSend.Clear();
            foreach (ushort id in InOrder())
                toSend.Enqueue(id);
        }

        Wake();
    }

    private IEnumerable<ushort> InOrder() =>
        Enumerable.Range(1, options.Window).Where(id => places[id].InUse).OrderBy(id => places[id].Order).Select(id => (ushort)id);

    private async Task SendAsync(MqttConnection connection, CancellationToken cancel)
    {
        while (true)
        {
            int length = FillSendBuffer();
            if (length == 0)
                await wake.WaitAsync(cancel);
            else
                await connection.Stream.WriteAsync(sendBuffer.AsMemory(0, length), cancel);
        }
    }

    private int FillSendBuffer()
    {
        int length = 0;
        long now = Stopwatch.GetTimestamp();
        lock (window)
        {
            while (toSend.TryPeek(out ushort id))
            {
                ref Inflight place = ref places[id];
                int need = MqttPackets.PublishOverheadMax + place.Topic.Length + place.Payload.Length;
                if (length + need > sendBuffer.Length)
                {
                    if (length > 0)
                        break;
                    sendBuffer = new byte[need];
                }

                length += MqttPackets.PutPublish(sendBuffer.AsSpan(length), place.Topic.Span, place.Payload.Span, id, place.SentTicks != 0);
                place.SentTicks = now;
                toSend.Dequeue();
            }
        }

        return length;
    }

    private async Task ReceiveAsync(MqttConnection connection, CancellationToken cancel)
    {
        long[] sequences = new long[MqttConnection.AcksPerReadMax];
        while (true)
        {
            int count = await connection.ReadAcksAsync(cancel);
            if (count == 0)
                throw new MqttPublishException(ClosedByBroker);
            Release(connection, count, sequences);
            for (int i = 0; i < count; i++)
                options.Acknowledged?.Invoke(sequences[i]);
            Settle(connection, count);
        }
    }

    /// <summary>Empties the acknowledged places; <see cref="Settle"/> hands them out again once the callbacks have been told.</summary>
    private void Release(MqttConnection connection, int count, long[] sequences)
    {
        long now = Stopwatch.GetTimestamp();
        lock (window)
        {
            for (int i = 0; i < count; i++)
            {
                ushort id = connection.Acks[i];
                if (id >= places.Length || id == 0 || !places[id].InUse || places[id].SentTicks == 0)
                    throw new MqttPublishException($"it acknowledged packet {id}, which is not in flight");
                sequences[i] = places[id].Sequence;
                Latency.Record(now - places[id].SentTicks);
                places[id] = default;
            }
        }
    }

    private void Settle(MqttConnection connection, int count)
    {
        lock (window)
        {
            for (int i = 0; i < count; i++)
                freeIds.Push(connection.Acks[i]);
            acknowledged += count;
            if (freeIds.Count == options.Window && drained is { } waiting)
            {
                drained = null;
                waiting.SetResult();
            }
        }

        free.Release(count);
    }

    private void Fail(MqttPublishException problem)
    {
        lock (window)
        {
            failure ??= problem;
            drained?.TrySetException(problem);
        }

        // Whoever waits for room finds the failure instead.
        free.Release();
    }

    private record struct Inflight(long Sequence, ReadOnlyMemory<byte> Topic, ReadOnlyMemory<byte> Payload, long Order)
    {
        public readonly bool InUse => !Topic.IsEmpty;
        public long SentTicks { get; set; }
    }
}
