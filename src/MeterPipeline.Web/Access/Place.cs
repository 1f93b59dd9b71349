using MeterPipeline.Web.Boards;
using Microsoft.AspNetCore.Http;

namespace MeterPipeline.Web.Access;

internal enum PlaceProblem : byte { None, Season, Division, NotVisible }

/// <summary>The season and division that a request is about: the one way from what was asked to what may be seen.</summary>
/// <param name="Prefix">Of division codes; empty: everything.</param>
internal readonly record struct Place(int Autumn, string Prefix, PlaceProblem Problem)
{
    /// <summary>The season was asked for by its name; otherwise it is the newest with data, which may be another one soon.</summary>
    public bool NamesSeason { get; private init; }

    /// <summary>Where no division is asked for, everything, or the first division of a viewer who may not see everything.</summary>
    public static Place Of(HttpContext context, SeasonBoards seasons, string? season, string? division)
    {
        var viewer = Viewer.Of(context);
        if (!seasons.TryReadSeason(season, out var autumn)) return new Place(autumn, "", PlaceProblem.Season);
        if (!DivisionCode.TryReadPrefix(division, out var prefix)) return new Place(autumn, "", PlaceProblem.Division);
        if (prefix.Length == 0 && !viewer.MaySee("")) prefix = viewer.Divisions[0];
        return new Place(autumn, prefix, viewer.MaySee(prefix) ? PlaceProblem.None : PlaceProblem.NotVisible) { NamesSeason = !string.IsNullOrEmpty(season) };
    }
}
