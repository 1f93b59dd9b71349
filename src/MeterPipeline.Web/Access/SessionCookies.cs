using MeterPipeline.Ledger.Users;
using Microsoft.AspNetCore.Http;

namespace MeterPipeline.Web.Access;

/// <summary>
/// The cookies that we give: 256 random bits each, out of reach of scripts, never sent along from other sites, gone when the browser is closed. Behind
/// TLS their names begin with <c>__Host-</c>, which keeps neighbouring hosts from setting them.
/// </summary>
internal static class SessionCookies
{
    private const string SessionCookie = "session";

    /// <summary>The session's token: given in this answer, else sent with the request. Null: neither.</summary>
    public static string? Token(HttpContext context) => context.Features.Get<Given>()?.Token ?? Read(context, SessionCookie);

    public static string? Read(HttpContext context, string name) => context.Request.Cookies[Name(context, name)] is { Length: > 0 and <= 64 } sent ? sent : null;

    /// <summary>Begins a session in the browser.</summary>
    public static string GiveSession(HttpContext context)
    {
        var token = Give(context, SessionCookie);
        context.Features.Set(new Given(token));
        return token;
    }

    /// <summary>Ends it there.</summary>
    public static void TakeSession(HttpContext context) => context.Response.Cookies.Delete(Name(context, SessionCookie), Options(context));

    public static string Give(HttpContext context, string name)
    {
        var token = AccessToken.New();
        context.Response.Cookies.Append(Name(context, name), token, Options(context));
        return token;
    }

    private static CookieOptions Options(HttpContext context) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/", IsEssential = true };

    private static string Name(HttpContext context, string name) => context.Request.IsHttps ? "__Host-" + name : name;

    private sealed record Given(string Token);
}
