using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MeterPipeline.Web.Api;

/// <summary>Answers whose tag is a hash of what they say: whoever has the same already is told so, without a body.</summary>
internal static class Tagged
{
    private const int TagLength = 32;

    public static IResult Ok<T>(HttpContext context, T answer)
    {
        var options = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var bytes = JsonSerializer.SerializeToUtf8Bytes(answer, options);
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..TagLength]}\"";
        context.Response.Headers.ETag = tag;
        return context.Request.Headers.IfNoneMatch.Contains(tag) ? Results.StatusCode(StatusCodes.Status304NotModified) : Results.Bytes(bytes, "application/json; charset=utf-8");
    }
}
