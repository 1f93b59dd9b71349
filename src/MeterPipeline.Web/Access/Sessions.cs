using System.Collections.Concurrent;
using System.Threading.Channels;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Web.Access;

/// <summary>
/// Who is signed in. A request costs no look at the disk: sessions are kept in memory until the ledger's users or sessions change, and what was used
/// is written behind, at most once a minute for each. Any thread.
/// </summary>
internal sealed class Sessions(ILedger ledger, Accounts accounts, AccessOptions options, TimeProvider time, ILogger<Sessions> log) : BackgroundService
{
    /// <summary>Sessions in memory; beyond it all are read again. Some 500 bytes each.</summary>
    private const int KeptMax = 10_000;
    private const int WrittenApartMs = 60_000;
    private const int WritesWaitingMax = 10_000;

    /// <summary>Digits of a session's hash by which the log names it.</summary>
    private const int SessionPrint = 16;

    private readonly ConcurrentDictionary<string, int> keyDays = new(StringComparer.Ordinal);

    // What finds no room is written a minute later.
    private readonly Channel<Action<IAccess>> writes = Channel.CreateBounded<Action<IAccess>>(new BoundedChannelOptions(WritesWaitingMax) { SingleReader = true });

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    private long IdleMs => options.IdleMinutes * 60_000L;

    /// <summary>The viewer of a browser's token; null: there is no such session any more.</summary>
    /// <param name="isUse">The person did something, so the session goes on.</param>
    public Viewer? Find(string token, bool isUse)
    {
        var (known, id, now) = (accounts.Now(), AccessToken.Hash(token), NowMs);
        if ((known.Sessions.TryGetValue(id, out var open) ? open : Read(known, id)) is not { } found) return null;
        // Another node may know of a later use.
        if (IsOver(found, now) && ((found = Read(known, id)) is null || IsOver(found, now))) return null;
        if (known.Users.GetValueOrDefault(found.Session.User) is not { Enabled: true } user) return null;
        if (isUse) Use(found, now);
        return ViewerOf(user) with { Session = id[..SessionPrint] };
    }

    /// <summary>Begins a session; the token is the browser's alone.</summary>
    public void Begin(User user, string token)
    {
        var now = NowMs;
        var session = new Session(AccessToken.Hash(token), user.Name, now, now);
        ledger.Access.Begin(session, now - IdleMs - WrittenApartMs);
        ledger.Access.Record(new AccessEntry(0, now, user.Name, session.Id[..SessionPrint], AccessAct.SignIn, "", ""));
    }

    public void End(string token)
    {
        ledger.Access.End(AccessToken.Hash(token));
        accounts.Changed();
    }

    /// <summary>The viewer of a machine's key; null: no such key, or revoked.</summary>
    public Viewer? OfKey(string key)
    {
        if (accounts.Now().Keys.GetValueOrDefault(AccessToken.Hash(key)) is not { } known) return null;
        var today = Domain.LocalDay.Of(NowMs).Number;
        if (keyDays.TryGetValue(known.Name, out var day) && day == today) return OfKey(known);
        if (writes.Writer.TryWrite(access => access.KeyUsed(known.Name, today))) keyDays[known.Name] = today;
        return OfKey(known);
    }

    public static Viewer ViewerOf(User user) =>
        new(user.Name, Prefixes(user.Divisions)) { Role = user.Role, Company = user.Company, MustChange = user.MustChange };

    /// <summary>Writes uses behind, until the host stops; what waits then is written too.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ends = stoppingToken.Register(() => writes.Writer.TryComplete());
        await foreach (var write in writes.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            try
            {
                write(ledger.Access);
            }
            catch (LedgerException error)
            {
                log.LogWarning("The last use of a session or key was not written: {Message}", error.Message);
            }
        }
    }

    private static Viewer OfKey(ApiKey key) => new("key:" + key.Name, Prefixes(key.Divisions)) { Role = key.Role, Company = key.Company };

    /// <summary>Codes of any form to prefixes; one that cannot be read stands for no place at all.</summary>
    private static List<string> Prefixes(IReadOnlyList<string> divisions) =>
        [.. divisions.Select(code => Boards.DivisionCode.TryReadPrefix(code, out var prefix) && prefix.Length > 0 ? prefix : "?")];

    private OpenSession? Read(KnownAccounts known, string id)
    {
        if (ledger.Access.Find(id) is not { } session) return null;
        if (known.Sessions.Count >= KeptMax) known.Sessions.Clear();
        return known.Sessions[id] = new OpenSession(session);
    }

    private bool IsOver(OpenSession open, long now) =>
        now - open.UsedAtMs > IdleMs || now - open.Session.CreatedAtMs > options.SessionHours * 3_600_000L;

    private void Use(OpenSession open, long now)
    {
        open.Use(now);
        if (now - open.WrittenAtMs < WrittenApartMs) return;
        if (writes.Writer.TryWrite(access => access.Used(open.Session.Id, now))) open.WrittenAtMs = now;
    }
}
