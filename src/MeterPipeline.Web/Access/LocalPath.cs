namespace MeterPipeline.Web.Access;

/// <summary>Where to go after signing in: a path of this server, never an address elsewhere.</summary>
internal static class LocalPath
{
    private const int LengthMax = 2_000;

    /// <returns>The text, or <c>/</c> where it could lead elsewhere: browsers take <c>//</c> and <c>/\</c> for another host.</returns>
    public static string Of(string? text) =>
        text is ['/', ..] and not ['/', '/' or '\\', ..] && text.Length <= LengthMax && !text.Any(char.IsControl) && !text.Contains('\\', StringComparison.Ordinal) ? text : "/";
}
