using System.Net;
using System.Net.Sockets;
using System.Text;
using MeterPipeline.Ledger.Users;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Web.Access;

/// <summary>What the page says above the form.</summary>
internal enum SignInNote
{
    None,

    /// <summary>The session is over; what was typed comes along.</summary>
    Expired,
    Wrong,
    LockedOut,
    Busy,

    /// <summary>Of a password that is to be changed: the two differ.</summary>
    Differ,

    /// <summary>Too short, too long, or the old one.</summary>
    Unfit,

    /// <summary>There is nobody who could sign in.</summary>
    NoUsers,
}

/// <param name="User">Null: the note says why not.</param>
/// <param name="Wait">How long the lockout lasts.</param>
internal readonly record struct SignInAnswer(User? User, SignInNote Note, TimeSpan Wait = default);

/// <summary>
/// Checks passwords against guessing: wrong ones are answered later and later and lock out the name at that address, the address, and, for guesses
/// from many addresses, the name. An unknown name takes as long as a known one. The slow hash runs a few at a time, together with the publishers'.
/// Memory is bounded. Any thread.
/// </summary>
internal sealed class SignIns
{
    private const int FailuresKept = 10_000;

    /// <summary>Failures of one address over all names, and of one name over all addresses, as multiples of those of both.</summary>
    private const int NamesPerAddress = 20;
    private const int AddressesPerName = 20;

    private readonly Accounts accounts;
    private readonly Func<PasswordChecks> checks;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly FailedAttempts<(string Name, IPAddress Address)> byBoth;
    private readonly FailedAttempts<string> byName;
    private readonly FailedAttempts<IPAddress> byAddress;

    public SignIns(Accounts accounts, Func<PasswordChecks> checks, AccessOptions options, TimeProvider time, ILogger<SignIns> log)
    {
        (this.accounts, this.checks, this.time, this.log) = (accounts, checks, time, log);
        var firstLock = TimeSpan.FromSeconds(options.LockSeconds);
        byBoth = new(options.FailuresMax, firstLock, FailuresKept);
        byName = new(options.FailuresMax * AddressesPerName, firstLock, FailuresKept);
        byAddress = new(options.FailuresMax * NamesPerAddress, firstLock, FailuresKept);
    }

    public async Task<SignInAnswer> CheckAsync(string name, string password, IPAddress? from, CancellationToken cancel)
    {
        var who = User.IsName(name) ? name : "";
        var address = Network(from);
        var now = time.GetElapsedTime(0);
        var locked = Longest(byBoth.LockedFor((who, address), now), byName.LockedFor(who, now), byAddress.LockedFor(address, now));
        if (locked > TimeSpan.Zero) return new SignInAnswer(null, SignInNote.LockedOut, locked);
        var user = accounts.Now().Users.GetValueOrDefault(who) is { Enabled: true } enabled ? enabled : null;
        if (await checks().CheckAsync(user, Encoding.UTF8.GetBytes(password)).ConfigureAwait(false) is not { } right) return new SignInAnswer(null, SignInNote.Busy);
        if (right)
        {
            byBoth.Succeeded((who, address));
            return new SignInAnswer(user, SignInNote.None);
        }
        await FailAsync(who, address, cancel).ConfigureAwait(false);
        return new SignInAnswer(null, SignInNote.Wrong);
    }

    /// <summary>A new hash; waits its turn among the checks.</summary>
    public Task<string> HashAsync(string password) => checks().CreateAsync(Encoding.UTF8.GetBytes(password));

    private async Task FailAsync(string who, IPAddress address, CancellationToken cancel)
    {
        var now = time.GetElapsedTime(0);
        byAddress.Failed(address, now);
        byName.Failed(who, now);
        var delay = byBoth.Failed((who, address), now);
        // Names may be passwords typed into the wrong field: only the address is told.
        if (byBoth.LockedFor((who, address), now) > TimeSpan.Zero) log.LogWarning("Too many wrong passwords from {Address}; sign-in is locked there for a while.", address);
        await Task.Delay(delay, time, cancel).ConfigureAwait(false);
    }

    /// <summary>A household has a /64 of IPv6 addresses to guess from.</summary>
    private static IPAddress Network(IPAddress? address)
    {
        if (address is null) return IPAddress.None;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    private static TimeSpan Longest(params ReadOnlySpan<TimeSpan> times)
    {
        var longest = TimeSpan.Zero;
        foreach (var one in times) longest = one > longest ? one : longest;
        return longest;
    }
}
