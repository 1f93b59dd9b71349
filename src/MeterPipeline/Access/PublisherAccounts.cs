using System.Net;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Mqtt.Endpoint;

namespace MeterPipeline.Access;

/// <summary>
/// Who a publisher is: by client certificate, by user and password, or, on loopback while there are no users, anybody. Follows the users in the
/// ledger, whoever changes them. Thread-safe.
/// </summary>
public sealed class PublisherAccounts : IAuthenticator, IDisposable
{
    /// <summary>A look costs one indexed query; this keeps a flood of clients from asking more often.</summary>
    private const int LooksApartMs = 100;

    /// <summary>Wrong passwords remembered. An entry is some 200 bytes.</summary>
    private const int FailuresKept = 10_000;

    /// <summary>Failures of one address over all users before it is locked out, as a multiple of those of one user.</summary>
    private const int UsersPerAddress = 20;

    private readonly ILedger ledger;
    private readonly AccountSettings settings;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly PasswordChecks checks;
    private readonly FailedAttempts<(string User, IPAddress Address)> byUser;
    private readonly FailedAttempts<IPAddress> byAddress;
    private readonly Lock gate = new();
    private long lastLook;
    private volatile State state;

    /// <param name="certificates">Null where no client certificates are asked for.</param>
    public PublisherAccounts(ILedger ledger, AccountSettings settings, ClientCertificates? certificates, TimeProvider time, ILogger<PublisherAccounts> log)
    {
        (this.ledger, this.settings, Certificates, this.time, this.log) = (ledger, settings, certificates, time, log);
        var firstLock = TimeSpan.FromSeconds(settings.LockSeconds);
        checks = new PasswordChecks(settings.VerificationsAtOnce, settings.VerificationsWaiting);
        byUser = new(settings.FailuresMax, firstLock, FailuresKept);
        byAddress = new(settings.FailuresMax * UsersPerAddress, firstLock, FailuresKept);
        state = Load();
        lastLook = time.GetTimestamp();
    }

    /// <summary>Null: clients are not asked for certificates.</summary>
    public ClientCertificates? Certificates { get; }

    /// <summary>For whoever else checks passwords in this process, so that all of them together take no more than their share of it.</summary>
    public PasswordChecks Checks => checks;

    /// <summary>Password derivations since the start.</summary>
    public long Derived => checks.Derived;

    public async ValueTask<Admission> AuthenticateAsync(Credentials credentials, CancellationToken cancel)
    {
        LookAgain();
        var shown = CompanyOf(credentials);
        if (credentials.Certificate is not null && shown is null)
            return Admission.Refuse(Denial.NotAuthorised, "unknown-certificate", "The client certificate stands for no company. Its CN must be a registered company's id, or Mqtt:Tls:Pinned must name it.");
        if (shown is not null && credentials.User is null) return new Admission(new Identity(shown, $"certificate of {shown}"));
        if (shown is null && MayBeAnonymous(credentials.Address)) return new Admission(new Identity(null, "anonymous"));
        if (credentials.User is null)
            return Admission.Refuse(Denial.NotAuthorised, "no-credentials", "Publishers have to sign in here: use a user and its password. See: meterpipeline users");
        var admission = await CheckAsync(credentials, cancel).ConfigureAwait(false);
        if (shown is null || admission.Identity is null || admission.Identity.Company == shown) return admission;
        return Admission.Refuse(Denial.NotAuthorised, "other-company", $"The client certificate belongs to {shown}, the user to another company.");
    }

    /// <summary>Until the account is disabled, its password set anew, or, for the anonymous, somebody has to sign in.</summary>
    public bool StillHolds(Identity identity)
    {
        LookAgain();
        if (identity.Company is null) return MayBeAnonymous(IPAddress.Loopback);
        return identity.Proof is not User then || (state.Users.TryGetValue(then.Name, out var now) && now.Enabled && now.Hash == then.Hash && now.Company == then.Company);
    }

    public void Dispose() => checks.Dispose();

    private async ValueTask<Admission> CheckAsync(Credentials credentials, CancellationToken cancel)
    {
        var named = User.IsName(credentials.User!);
        var who = (named ? credentials.User! : "", Address: credentials.Address ?? IPAddress.None);
        if (byUser.LockedFor(who, Now) is { Ticks: > 0 } locked) return LockedOut(locked);
        var user = named && state.Users.GetValueOrDefault(credentials.User!) is { Enabled: true, Role: Role.Company, Company: not null } enabled ? enabled : null;
        if (user is null || !checks.IsKnown(user, credentials.Password.Span))
        {
            if (byAddress.LockedFor(who.Address, Now) is { Ticks: > 0 } lockedAddress) return LockedOut(lockedAddress);
            if (await checks.CheckAsync(user, credentials.Password).ConfigureAwait(false) is not { } right)
                return Admission.Refuse(Denial.Busy, "sign-in-busy", $"{settings.VerificationsWaiting} passwords wait to be checked; come again later.");
            if (!right) return await FailAsync(who, cancel).ConfigureAwait(false);
        }
        byUser.Succeeded(who);
        return new Admission(new Identity(user!.Company, user.Name, user));
    }

    private async ValueTask<Admission> FailAsync((string, IPAddress Address) who, CancellationToken cancel)
    {
        byAddress.Failed(who.Address, Now);
        await Task.Delay(byUser.Failed(who, Now), time, cancel).ConfigureAwait(false);
        return Admission.Refuse(Denial.BadUserOrPassword, "bad-password", "Unknown user, wrong password, or a disabled account.");
    }

    private static Admission LockedOut(TimeSpan locked) =>
        Admission.Refuse(Denial.BadUserOrPassword, "locked-out", $"Too many wrong passwords; tried again in {Math.Ceiling(locked.TotalSeconds)} s it may work.");

    private string? CompanyOf(Credentials credentials) =>
        credentials.Certificate is { } certificate && Certificates?.CompanyOf(certificate) is { } company && state.Companies.Contains(company) ? company : null;

    /// <summary>A disabled user is a user too: disabling the last one must not open the door.</summary>
    private bool MayBeAnonymous(IPAddress? address) =>
        address is not null && IPAddress.IsLoopback(address)
        && (settings.Anonymous == AnonymousAccess.Loopback || (settings.Anonymous == AnonymousAccess.UntilUsers && state.Users.Count == 0));

    private TimeSpan Now => time.GetElapsedTime(0);

    private void LookAgain()
    {
        lock (gate)
        {
            if (time.GetElapsedTime(lastLook).TotalMilliseconds < LooksApartMs) return;
            lastLook = time.GetTimestamp();
            try
            {
                if (ledger.UsersVersion() != state.UsersVersion || ledger.RegistryVersion() != state.RegistryVersion) state = Load();
            }
            catch (LedgerException error)
            {
                log.LogError("Users are those of the last look: {Message}", error.Message);
            }
        }
    }

    private State Load()
    {
        var version = ledger.UsersVersion();
        using var view = ledger.OpenView();
        var registry = view.Registry();
        return new State(version, registry.Version, ledger.Users().ToDictionary(u => u.Name, StringComparer.Ordinal), [.. registry.Companies.Keys]);
    }

    private sealed record State(long UsersVersion, long RegistryVersion, Dictionary<string, User> Users, HashSet<string> Companies);
}
