using Microsoft.AspNetCore.Http;

namespace MeterPipeline.Web.Access;

/// <summary>Who looks, and at which places they may look.</summary>
/// <param name="Name">Null: a guest on a loopback address, where no users are configured.</param>
/// <param name="Divisions">Prefixes of division codes; empty: all places.</param>
internal sealed record Viewer(string? Name, IReadOnlyList<string> Divisions)
{
    public static Viewer Guest { get; } = new(null, []);

    public static Viewer Of(HttpContext context) => context.Features.Get<Viewer>() ?? Guest;

    /// <param name="prefix">Of division codes; empty: everything.</param>
    public bool MaySee(string prefix) => Divisions.Count == 0 || Divisions.Any(own => prefix.StartsWith(own, StringComparison.Ordinal));
}
