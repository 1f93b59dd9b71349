using System.Reflection;
using System.Security.Cryptography;
using MeterPipeline.Web.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MeterPipeline.Web.Assets;

/// <summary>Style, script and picture files, embedded in the assembly, addressed with a hash of their bytes so that they may be cached for good.</summary>
internal sealed class AssetFiles
{
    private const string Prefix = "assets/";
    private const int HashLength = 12;
    private readonly Dictionary<string, (byte[] Bytes, string Hash)> files = new(StringComparer.Ordinal);

    public AssetFiles()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames())
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal)) continue;
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            files[name[Prefix.Length..]] = (bytes, Convert.ToHexStringLower(SHA256.HashData(bytes))[..HashLength]);
        }
    }

    /// <summary>Whether the build could bring the chart library.</summary>
    public bool HasCharts => files.ContainsKey("echarts.js");

    public string Url(string name) => $"/assets/{files[name].Hash}/{name}";

    /// <summary>Null where there is no such file, or not with this hash.</summary>
    public byte[]? Find(string hash, string name) => files.TryGetValue(name, out var file) && file.Hash == hash ? file.Bytes : null;
}

internal static class AssetEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/assets/{hash}/{name}", (string hash, string name, AssetFiles files, HttpContext context) =>
        {
            if (files.Find(hash, name) is not { } bytes) return Results.NotFound();
            context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
            return Results.Bytes(bytes, TypeOf(name));
        }).ExcludeFromDescription().OpenToAll();

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };
}
