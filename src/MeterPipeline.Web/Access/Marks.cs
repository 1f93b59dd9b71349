using Microsoft.AspNetCore.Builder;

namespace MeterPipeline.Web.Access;

/// <summary>How a request says which place it is about.</summary>
public enum About
{
    /// <summary>It is about everything: only for those who may see all places.</summary>
    Everything,

    /// <summary>The query's <c>division</c>, a code or prefix.</summary>
    Division,

    /// <summary>The route's <c>id</c>, a household.</summary>
    Household,

    /// <summary>The route's <c>run</c>, a settlement run.</summary>
    Run,

    /// <summary>The same, and the run may be of a wider place than the viewer's: the endpoint shows and takes what is the viewer's own only.</summary>
    RunOrPart,

    /// <summary>About no place, or cut to the viewer's own by the endpoint itself.</summary>
    Own,
}

/// <summary>What the gate asks before an endpoint runs. An endpoint without a mark is refused.</summary>
/// <param name="Right">Null: open to all, also to those who did not sign in.</param>
/// <param name="BodyMax">Bytes of a request's body.</param>
public sealed record Mark(Right? Right, About About, long BodyMax)
{
    /// <summary>64 KiB: any form of ours, and no upload.</summary>
    public const long FormMax = 64 * 1024;
}

/// <summary>See <see cref="Marks.OpenHere"/>.</summary>
internal sealed record HereToo;

/// <summary>See <see cref="Marks.ReadsItsUpload"/>.</summary>
internal sealed record OwnReader;

/// <summary>Marks endpoints and groups of them; the innermost mark counts.</summary>
public static class Marks
{
    /// <param name="bodyMax">Bytes; raise it for uploads only.</param>
    public static TBuilder Needs<TBuilder>(this TBuilder endpoint, Right right, About about = About.Everything, long bodyMax = Mark.FormMax)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new Mark(right, about, bodyMax));

    /// <summary>Besides whom the mark names, answers programs at this machine: what watches it, such as Prometheus.</summary>
    public static TBuilder OpenHere<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new HereToo());

    /// <summary>
    /// Takes a file as it comes in: the gate refuses what other sites send and leaves the body unread; the endpoint finds the token before the file, or
    /// refuses (<see cref="FormTokens.IsProven"/>).
    /// </summary>
    internal static TBuilder ReadsItsUpload<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new OwnReader());

    /// <summary>Answers whoever asks: it shows nothing that is anybody's.</summary>
    public static TBuilder OpenToAll<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new Mark(null, About.Own, Mark.FormMax));
}
