using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ledger;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Ingest;

/// <summary>How much quarantine keeps. Replayed messages are deleted first, oldest first; open ones never.</summary>
public sealed record QuarantineOptions
{
    /// <summary>Messages, open and replayed. Default 1,000,000, at least 1.</summary>
    public long MaxMessages { get; init; } = 1_000_000;

    /// <summary>Payloads, MiB. Default 1,024, at least 1.</summary>
    public long MaxMebibytes { get; init; } = 1_024;

    internal long MaxBytes => MaxMebibytes << 20;

    /// <exception cref="ArgumentException">A value out of its range; names setting and range.</exception>
    public void Validate()
    {
        if (MaxMessages < 1) throw new ArgumentException($"Quarantine:MaxMessages is {MaxMessages}; at least 1 is needed.");
        if (MaxMebibytes is < 1 or > 1 << 20) throw new ArgumentException($"Quarantine:MaxMebibytes is {MaxMebibytes}; allowed are 1 to 1048576.");
    }

    /// <summary>Whether nothing more fits once replayed messages are gone.</summary>
    public bool IsFull(in QuarantineSize size) => size.Replayed == 0 && (size.Open >= MaxMessages || size.Bytes >= MaxBytes);
}

/// <summary>
/// The bound of quarantine, before the recorder: a batch that brings bad messages waits while quarantine is full of open ones, unacknowledged,
/// and its connection is not read meanwhile. Nothing is lost, and publishers of good readings notice nothing. Any thread.
/// </summary>
public sealed class QuarantineRoom(
    ILedger ledger, QuarantineOptions options, Func<IntakeBatch, CancellationToken, ValueTask> submit, TimeProvider time, ILogger<QuarantineRoom> log) : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private readonly CancellationTokenSource closed = new();
    private QuarantineSize size;
    private long? measured;

    /// <summary>Nothing more can be quarantined until messages are replayed or a limit is raised.</summary>
    public bool Full
    {
        get
        {
            lock (gate)
            {
                if (Due || options.IsFull(size)) Measure();
                return options.IsFull(size);
            }
        }
    }

    /// <summary>A size measured may be this old while far from full: others may have replayed or trimmed.</summary>
    private bool Due => measured is not { } at || time.GetElapsedTime(at) > TimeSpan.FromMinutes(1);

    /// <summary>Hands the batch on, once there is room for its bad messages.</summary>
    /// <exception cref="OperationCanceledException">Cancelled or closed while it waited: the batch is not recorded and not acknowledged.</exception>
    public ValueTask SubmitAsync(IntakeBatch batch, CancellationToken cancel) =>
        batch.Quarantined.Count == 0 || TryEnter(batch) ? submit(batch, cancel) : WaitAsync(batch, cancel);

    /// <summary>Lets everybody who waits go without room.</summary>
    public void Dispose() => closed.Cancel();

    private async ValueTask WaitAsync(IntakeBatch batch, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, closed.Token);
        do await Task.Delay(Poll, time, either.Token).ConfigureAwait(false);
        while (!TryEnter(batch));
        await submit(batch, cancel).ConfigureAwait(false);
    }

    /// <summary>Takes room for a batch: the first that comes when there is any may overshoot the limit by itself.</summary>
    private bool TryEnter(IntakeBatch batch)
    {
        lock (gate)
        {
            if (Due || size.Open + size.Replayed >= options.MaxMessages || size.Bytes >= options.MaxBytes) Measure();
            if (options.IsFull(size)) return false;
            var bytes = 0L;
            foreach (var message in batch.Quarantined) bytes += message.Payload.Length;
            size = size with { Open = size.Open + batch.Quarantined.Count, Bytes = size.Bytes + bytes };
            return true;
        }
    }

    private void Measure()
    {
        if (measured is { } at && time.GetElapsedTime(at) < Poll / 2) return;
        var wasFull = options.IsFull(size);
        try
        {
            size = ledger.TrimQuarantine(options.MaxMessages - 1, options.MaxBytes - 1);
        }
        catch (LedgerException error)
        {
            log.LogWarning("The size of quarantine is not known at this moment: {Message}", error.Message);
        }
        measured = time.GetTimestamp();
        if (!wasFull && options.IsFull(size))
            log.LogError("Quarantine is full of {Open} open messages: publishers of bad messages wait. Mend the causes and run: meterpipeline quarantine replay; or raise MeterPipeline:Quarantine:MaxMessages, MaxMebibytes", size.Open);
    }
}
