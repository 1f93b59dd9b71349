using System.Net;
using Microsoft.AspNetCore.Http;

namespace MeterPipeline.Web.Access;

/// <summary>Who asks: a machine by its key, a person by the session, a guest on loopback while there are no people, else nobody. Any thread.</summary>
internal sealed class Visitors(Sessions sessions, Accounts accounts, AccessOptions options)
{
    private const string Scheme = "Bearer ";

    public Viewer Of(HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        if (authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return sessions.OfKey(authorization[Scheme.Length..].Trim()) ?? Viewer.Nobody;
        if (SessionCookies.Token(context) is { } token && sessions.Find(token, IsUse(context.Request)) is { } viewer) return viewer;
        return !accounts.Now().HasPeople && IsAtThisMachine(context) ? Viewer.Guest : Viewer.Nobody;
    }

    /// <summary>
    /// Whether the request comes from loopback and was meant for it: a page elsewhere whose name was made to point here still sends that name. Behind a
    /// proxy everybody comes from loopback.
    /// </summary>
    public bool IsAtThisMachine(HttpContext context) =>
        !options.BehindTls && context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && (context.Request.Host.Host == "localhost" || (IPAddress.TryParse(context.Request.Host.Host.Trim('[', ']'), out var named) && IPAddress.IsLoopback(named)));

    /// <summary>Pages that keep themselves current say that they do not navigate; programs that say nothing are taken for people.</summary>
    private static bool IsUse(HttpRequest request) => request.Headers["Sec-Fetch-Mode"] is not [{ } mode] || mode == "navigate";
}
