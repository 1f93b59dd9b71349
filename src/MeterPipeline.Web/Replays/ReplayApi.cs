using System.Text.Json.Serialization;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Api;
using MeterPipeline.Web.Boards;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MeterPipeline.Web.Replays;

/// <summary>Which open messages to replay.</summary>
/// <param name="Ids">One by one, 1,000 at most; absent: all that company and reason let through.</param>
public sealed record ReplayRequest(IReadOnlyList<long>? Ids, string? Company, string? Reason);

/// <param name="Note">Why, in one line of at most 500 characters; kept in the access log.</param>
public sealed record ReplayConfirmation(string Note);

/// <param name="Detail">Of the first.</param>
public sealed record StaysAnswer(string Reason, long Count, string Detail);

/// <param name="Reason">Why it stays, or why items of it do; absent: all of it was taken.</param>
public sealed record ReplayedMessageAnswer(long Id, bool Taken, int Readings, string? Reason, string? Detail);

/// <param name="Messages">Decoded again.</param>
/// <param name="Taken">Of these, how many leave quarantine, with <paramref name="Readings"/>.</param>
/// <param name="Stays">Messages and items that stay open, by reason.</param>
/// <param name="First">The oldest 50 of them.</param>
public sealed record ReplayTold(long Messages, long Taken, long Readings, IReadOnlyList<StaysAnswer> Stays, IReadOnlyList<ReplayedMessageAnswer> First);

/// <param name="Looked">Open messages looked at, of about <paramref name="Of"/>.</param>
/// <param name="Preview">What would become of them; absent until it is known.</param>
/// <param name="Result">What became of them; absent before the end.</param>
/// <param name="Fault">Absent: nothing wrong.</param>
public sealed record ReplayAnswer(
    string Key, ReplayStage Stage, long Looked, long Of, ReplayTold? Preview, ReplayTold? Result, ReplayFault? Fault, [property: JsonPropertyName("fault_detail")] string? Detail);

/// <summary>The same two steps as on the pages: nothing is replayed that was not previewed.</summary>
internal static class ReplayApi
{
    /// <summary>Messages that may be named one by one.</summary>
    public const int IdsMax = 1_000;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/quarantine/replays", Begin).Produces<ReplayAnswer>(StatusCodes.Status202Accepted)
            .WithSummary("Begin to find out what would become of open messages if they were decoded again; nothing is stored. Ask the Location for its end.").Needs(Right.ReplayQuarantine);
        api.MapGet("/quarantine/replays/{replay}", One).Produces<ReplayAnswer>().WithSummary("How far a replay is, what it would do, and what it did; for whoever began it.").Needs(Right.ReplayQuarantine);
        api.MapPost("/quarantine/replays/{replay}/confirm", Confirm).Produces<ReplayAnswer>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Replay what was previewed, for a reason that is kept.").Needs(Right.ReplayQuarantine);
    }

    private static IResult Begin(HttpContext context, QuarantineReplays replays, ReplayRequest asked)
    {
        if (!replays.Offered) return Problem(StatusCodes.Status503ServiceUnavailable, "No replay here", "This process does not take readings in.");
        if (asked.Ids is { Count: > IdsMax } or { Count: 0 }) return BoardEndpoints.Bad("Which messages?", $"Name 1 to {IdsMax} ids, or leave them out for all that match.");
        var choice = new ReplayChoice(new HashSet<long>(asked.Ids ?? []), QuarantineSearch.Filter(asked.Company, asked.Reason, open: true));
        return replays.Add(Viewer.Of(context).Actor, choice) is { } job ? Accepted(job)
            : Problem(StatusCodes.Status503ServiceUnavailable, "Too many replays", "Others are at work. Try again in a moment.");
    }

    private static IResult One(HttpContext context, QuarantineReplays replays, string replay) =>
        replays.Find(replay, Viewer.Of(context).Actor) is { } job ? TypedResults.Ok(Answer(job)) : Unknown();

    private static IResult Confirm(HttpContext context, QuarantineReplays replays, string replay, ReplayConfirmation said)
    {
        if (replays.Find(replay, Viewer.Of(context).Actor) is not { } job) return Unknown();
        if (NoteOf(said.Note) is not { } note) return BoardEndpoints.Bad("No note", $"Say why in one line of at most {AccessEntry.ReasonMax} characters.");
        return replays.Confirm(job, Viewer.Of(context), note) ? Accepted(job)
            : Problem(StatusCodes.Status409Conflict, "Not waiting", "It is still being previewed, matches no open message, or was confirmed already.");
    }

    /// <summary>Null: nothing that could be kept.</summary>
    public static string? NoteOf(string? text) => AccessEntry.Kept(text) is { Length: > 0 } note ? note : null;

    private static IResult Accepted(ReplayJob job) => TypedResults.Accepted($"/api/v1/quarantine/replays/{job.Key}", Answer(job));

    private static ProblemHttpResult Problem(int status, string title, string detail) => TypedResults.Problem(statusCode: status, title: title, detail: detail);

    private static ProblemHttpResult Unknown() => Problem(StatusCodes.Status404NotFound, "Unknown replay", "It was forgotten, or it is not yours. Begin another one.");

    private static ReplayAnswer Answer(ReplayJob job)
    {
        var state = job.State;
        return new ReplayAnswer(job.Key, state.Stage, state.Looked, state.Of, Told(state.Preview), Told(state.Result), state.Fault, state.Detail.Length == 0 ? null : state.Detail);
    }

    private static ReplayTold? Told(ReplayResult? result) => result is null ? null : new ReplayTold(
        result.Messages, result.Taken, result.Readings,
        [.. result.StillBad.OrderByDescending(bad => bad.Value.Count).ThenBy(bad => bad.Key, StringComparer.Ordinal).Select(bad => new StaysAnswer(bad.Key, bad.Value.Count, bad.Value.Detail))],
        [.. result.First.Select(message => new ReplayedMessageAnswer(message.Id, message.Taken, message.Readings, message.Reason, message.Detail))]);
}
