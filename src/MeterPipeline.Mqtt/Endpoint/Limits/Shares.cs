using System.Collections.Concurrent;

namespace MeterPipeline.Mqtt.Endpoint.Limits;

/// <summary>What the connections of one company take together. Thread-safe.</summary>
public sealed class CompanyShare(CompanyLimits limits)
{
    private readonly RateLimit messages = new(limits.MessagesPerSecond);
    private readonly RateLimit bytes = new(limits.BytesPerSecond);
    private int connections;

    public Inflight Inflight { get; } = new(limits.InflightMax);

    public int MaxPacketBytes => limits.MaxPacketBytes;

    public long MessagesPerSecond => limits.MessagesPerSecond;

    /// <returns>False: the company has all its connections; otherwise give it back with <see cref="Leave"/>.</returns>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref connections) <= limits.Connections) return true;
        Interlocked.Decrement(ref connections);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref connections);

    /// <returns>How long the connection that has taken this waits before it reads on.</returns>
    public TimeSpan Take(long messageCount, long byteCount, TimeSpan now)
    {
        var (forMessages, forBytes) = (messages.Take(messageCount, now), bytes.Take(byteCount, now));
        return forMessages > forBytes ? forMessages : forBytes;
    }
}

/// <summary>Shares by company, made at the first connection. As many as there are companies that proved themselves. Thread-safe.</summary>
public sealed class CompanyShares(AdmissionOptions options)
{
    private readonly ConcurrentDictionary<string, CompanyShare> shares = new(StringComparer.Ordinal);

    /// <param name="company">Null: anonymous.</param>
    public CompanyShare Of(string? company) =>
        shares.GetOrAdd(company ?? "", id => new CompanyShare(options.Companies.GetValueOrDefault(id) ?? options.Company));
}

/// <summary>What one connection takes, on its own account and on its company's. Owned by the connection's read loop but for <see cref="Committed"/>.</summary>
public sealed class ConnectionShare(AdmissionOptions options, CompanyShare company)
{
    private readonly RateLimit messages = new(options.ConnectionMessagesPerSecond);
    private readonly RateLimit bytes = new(options.ConnectionBytesPerSecond);
    private readonly Inflight inflight = new(options.ConnectionInflightMax);

    public CompanyShare Company => company;

    /// <summary>
    /// Messages taken before the rates are asked again. With a limit it is a tenth of a second's worth, so that what a client sends too fast does not
    /// come through in lumps that the others feel.
    /// </summary>
    public int MessagesAtOnce { get; } = AtOnce(options.ConnectionMessagesPerSecond, company.MessagesPerSecond);

    /// <returns>How long to wait before the socket is read again.</returns>
    public TimeSpan Take(long messageCount, long byteCount, TimeSpan now)
    {
        var longest = company.Take(messageCount, byteCount, now);
        foreach (var wait in (ReadOnlySpan<TimeSpan>)[messages.Take(messageCount, now), bytes.Take(byteCount, now)])
            if (wait > longest) longest = wait;
        return longest;
    }

    public void Submitted(int messageCount)
    {
        inflight.Begin(messageCount);
        company.Inflight.Begin(messageCount);
    }

    /// <summary>On the recorder's thread, or for what will never be told.</summary>
    public void Committed(int messageCount)
    {
        inflight.End(messageCount);
        company.Inflight.End(messageCount);
    }

    private static int AtOnce(long first, long second)
    {
        var lower = Math.Min(first == 0 ? long.MaxValue : first, second == 0 ? long.MaxValue : second);
        return lower == long.MaxValue ? int.MaxValue : (int)Math.Max(1, lower / 10);
    }

    public async ValueTask WaitForRoomAsync(CancellationToken cancel)
    {
        await inflight.WaitForRoomAsync(cancel).ConfigureAwait(false);
        await company.Inflight.WaitForRoomAsync(cancel).ConfigureAwait(false);
    }
}
