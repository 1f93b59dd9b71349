using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace MeterPipeline.Ledger.Users;

/// <summary>
/// Checks passwords off the callers' threads, a few at a time. What was found right is remembered as a hash under a key of this process, one for
/// each user, so that ten thousand connections that come back together cost one check for each account, not one each. Thread-safe.
/// </summary>
public sealed class PasswordChecks(int atOnce, int waitingMax) : IDisposable
{
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, byte[]> known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<Task<bool>>> running = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim places = new(atOnce);
    private long derived;

    /// <summary>Derivations since the start, each 0.2 s of a core.</summary>
    public long Derived => Interlocked.Read(ref derived);

    /// <summary>Whether this very password was found right before, and not changed since. Quick.</summary>
    public bool IsKnown(User user, ReadOnlySpan<byte> password) =>
        known.TryGetValue(user.Name, out var tag) && CryptographicOperations.FixedTimeEquals(tag, Tag(user, password));

    /// <param name="user">Null: an unknown name, which takes as long.</param>
    /// <returns>Null: too many are waiting.</returns>
    public async ValueTask<bool?> CheckAsync(User? user, ReadOnlyMemory<byte> password)
    {
        if (password.Length > PasswordHash.LengthMax) return false;
        var tag = Tag(user, password.Span);
        var name = Convert.ToHexString(tag);
        if (!running.TryGetValue(name, out var check))
        {
            if (running.Count >= atOnce + waitingMax) return null;
            check = running.GetOrAdd(name, new Lazy<Task<bool>>(() => RunAsync(user, password, name, tag)));
        }
        return await check.Value.ConfigureAwait(false);
    }

    /// <summary>A new hash, made in turn with the checks.</summary>
    /// <exception cref="ArgumentException">Too short or too long; the message says so and holds nothing of it.</exception>
    public async Task<string> CreateAsync(ReadOnlyMemory<byte> password)
    {
        await places.WaitAsync().ConfigureAwait(false);
        try
        {
            return await OnItsOwnThread(() => PasswordHash.Create(password.Span)).ConfigureAwait(false);
        }
        finally
        {
            places.Release();
        }
    }

    public void Dispose() => places.Dispose();

    private async Task<bool> RunAsync(User? user, ReadOnlyMemory<byte> password, string name, byte[] tag)
    {
        try
        {
            await places.WaitAsync().ConfigureAwait(false);
            try
            {
                // The same question may have been answered since it was asked.
                if (user is not null && IsKnown(user, password.Span)) return true;
                Interlocked.Increment(ref derived);
                var right = await OnItsOwnThread(() => PasswordHash.Verify(password.Span, user?.Hash ?? PasswordHash.Nobody)).ConfigureAwait(false);
                if (right && user is not null) known[user.Name] = tag;
                return right && user is not null;
            }
            finally
            {
                places.Release();
            }
        }
        finally
        {
            running.TryRemove(name, out _);
        }
    }

    /// <summary>A fifth of a second is long for a thread of the pool, which requests and the pipeline wait for.</summary>
    private static Task<T> OnItsOwnThread<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>The stored hash is part of it: a password set anew makes the remembered one worthless.</summary>
    private byte[] Tag(User? user, ReadOnlySpan<byte> password)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(Encoding.UTF8.GetBytes($"{user?.Name}\0{user?.Hash}\0"));
        hmac.AppendData(password);
        return hmac.GetHashAndReset();
    }
}
