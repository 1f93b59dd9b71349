using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MeterPipeline.Web.Access;

/// <summary>
/// Proof that a form is of one of our pages: a keyed hash of the browser's own cookie (the session's, before sign-in the visit's), which no other
/// site can read. Nothing is kept, so any node and any restart takes it. A browser's own word on where a request comes from is asked first.
/// </summary>
internal static class FormTokens
{
    public const string Field = "form_token";
    private const string VisitCookie = "visit";
    private static readonly byte[] Purpose = "meterpipeline form"u8.ToArray();

    /// <summary>The token for this browser's forms; a browser without a session is given a cookie of the visit.</summary>
    public static string Issue(HttpContext context) => Of(Key(context) ?? Visit(context));

    /// <summary>Whether a request that changes something may: it came with a key, or with this browser's token.</summary>
    public static bool IsProven(HttpContext context, string? token) => Viewer.Of(context).IsByKey || IsValid(context, token);

    public static bool IsValid(HttpContext context, string? token) =>
        token is not null && Key(context) is { } key
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(Of(key)));

    /// <summary>Whether the browser says that another site sent this; those that say nothing are not browsers, or old.</summary>
    public static bool IsCrossSite(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is [{ } site] ? site is not ("same-origin" or "none") : request.Headers.Origin.Count > 0 && !IsOwn(request);

    /// <summary>Whether the browser says that one of our own pages sent this.</summary>
    public static bool IsSameOrigin(HttpRequest request) => !IsCrossSite(request) && (request.Headers["Sec-Fetch-Site"] == "same-origin" || IsOwn(request));

    /// <returns>Null: larger than the endpoint's mark allows. A body that is no form is an empty one, and so is an upload, which is not taken into memory.</returns>
    public static async Task<IFormCollection?> ReadAsync(HttpContext context)
    {
        if (!IsUrlEncoded(context.Request)) return FormCollection.Empty;
        try
        {
            return await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception error) when (error is BadHttpRequestException or InvalidDataException)
        {
            return null;
        }
    }

    private static bool IsUrlEncoded(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);

    private static bool IsOwn(HttpRequest request) =>
        request.Headers.Origin is [{ } origin] && Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority == request.Host.Value;

    private static string Visit(HttpContext context)
    {
        if (context.Items[VisitCookie] is string given) return given;
        var token = SessionCookies.Give(context, VisitCookie);
        context.Items[VisitCookie] = token;
        return token;
    }

    private static string? Key(HttpContext context) => SessionCookies.Token(context) ?? SessionCookies.Read(context, VisitCookie);

    private static string Of(string key) => Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Purpose));
}
