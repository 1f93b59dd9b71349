using Microsoft.AspNetCore.Http;

namespace MeterPipeline.Web;

/// <summary>Headers on every answer: only our own files load, nothing frames us, nothing guesses types.</summary>
internal static class SecurityHeaders
{
    /// <summary>ECharts positions its tooltip by element style properties, which style-src does not govern; no inline style is needed.</summary>
    public const string ContentPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public static Task Add(HttpContext context, RequestDelegate next)
    {
        Write(context);
        return next(context);
    }

    /// <summary>Once more after an exception, which clears the headers.</summary>
    public static void Write(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        if (context.Request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (!context.Request.Path.StartsWithSegments("/assets")) headers.CacheControl = "no-store";
    }
}
