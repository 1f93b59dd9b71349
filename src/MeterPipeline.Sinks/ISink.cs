namespace MeterPipeline.Sinks;

/// <summary>
/// Where a projection of the ledger is written as line protocol. Guarantees:
/// <list type="bullet">
/// <item>Never called concurrently; batches arrive in journal order.</item>
/// <item>A batch, or any part of it, may be written again at any time: the same series, time and value overwrite themselves.</item>
/// <item>The bytes are read only until the returned task ends; the caller may reuse its buffer afterwards.</item>
/// <item>After <see cref="WriteOutcome.Keep"/> some lines may already be stored; the caller writes the same batch again.</item>
/// <item>Throws only <see cref="OperationCanceledException"/>, for the caller's own token; every failure of the server is a result.</item>
/// </list>
/// </summary>
public interface ISink : IAsyncDisposable
{
    /// <summary>Writes lines that each end in a line feed; empty memory is accepted at once.</summary>
    ValueTask<WriteResult> WriteAsync(ReadOnlyMemory<byte> lines, CancellationToken cancel);
}

/// <summary>What became of a batch.</summary>
public enum WriteOutcome
{
    /// <summary>Every line is stored.</summary>
    Accepted,

    /// <summary>The server refused some lines for good; all others are stored. The caller's cursor may move on.</summary>
    Rejected,

    /// <summary>The server did not take the batch now. The cursor stays; the same lines are tried later.</summary>
    Keep,
}

/// <summary>Lines that the server refused for one reason.</summary>
/// <param name="Reason">The server's words, at most 500 characters.</param>
/// <param name="Lines">How many lines.</param>
/// <param name="Line">The line's text without its line feed; null where the server told only a number and the lines were not sought one by one.</param>
public sealed record Rejection(string Reason, int Lines, string? Line);

/// <summary>The outcome of one write, made by the three factories. Immutable.</summary>
public sealed record WriteResult
{
    private WriteResult(WriteOutcome outcome, int stored) => (Outcome, Stored) = (outcome, stored);

    public WriteOutcome Outcome { get; }

    /// <summary>Lines known to be stored; 0 for <see cref="WriteOutcome.Keep"/>, where it is not known.</summary>
    public int Stored { get; }

    /// <summary>The lines set aside; empty unless <see cref="WriteOutcome.Rejected"/>.</summary>
    public IReadOnlyList<Rejection> Rejections { get; private init; } = [];

    /// <summary>Why the batch is kept, with place and remedy, free of secrets; null otherwise.</summary>
    public string? Reason { get; private init; }

    /// <summary>The least time to wait before the same lines are tried again; zero unless <see cref="WriteOutcome.Keep"/>.</summary>
    public TimeSpan RetryAfter { get; private init; }

    /// <summary>True where waiting does not help until someone changes a setting or the server's configuration.</summary>
    public bool NeedsOperator { get; private init; }

    /// <summary>Number of lines set aside.</summary>
    public int Refused => Rejections.Sum(r => r.Lines);

    public static WriteResult Accepted(int stored) => new(WriteOutcome.Accepted, stored);

    public static WriteResult Rejected(int stored, IReadOnlyList<Rejection> rejections) =>
        new(WriteOutcome.Rejected, stored) { Rejections = rejections };

    public static WriteResult Keep(string reason, TimeSpan retryAfter, bool needsOperator = false) =>
        new(WriteOutcome.Keep, 0) { Reason = reason, RetryAfter = retryAfter, NeedsOperator = needsOperator };
}
