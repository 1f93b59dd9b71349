using System.Globalization;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Assets;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Web.Replays;

/// <summary>From the list of quarantine to a preview, and from the preview to the replay.</summary>
internal static class ReplayEndpoints
{
    public static IServiceCollection AddReplays(this IServiceCollection services, ILedger ledger, Replay? replay) => services.AddSingleton(provider =>
        new QuarantineReplays(ledger, replay, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<QuarantineReplays>>()));

    public static void Map(IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup("/quarantine/replays").ExcludeFromDescription().Needs(Right.ReplayQuarantine);
        pages.MapPost("", Begin);
        pages.MapGet("/{replay}", One);
        pages.MapPost("/{replay}/confirm", Confirm);
    }

    private static IResult Begin(HttpContext context, AssetFiles assets, QuarantineReplays replays)
    {
        var (frame, form) = (new PageFrame(context, assets), context.Request.Form);
        var words = ReplayTexts.For(frame.Texts);
        var all = form["act"] == "all";
        var ids = all ? [] : form["message"].Select(id => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var known) ? known : 0).ToHashSet();
        if (!replays.Offered || (!all && (ids.Count is 0 or > ReplayApi.IdsMax || ids.Contains(0))))
            return ErrorPages.Message(frame, words.Title, words.NothingChosen, StatusCodes.Status400BadRequest, ("/quarantine", frame.Texts.Quarantine));
        return replays.Add(frame.Viewer.Actor, new ReplayChoice(ids, QuarantineSearch.Filter(form["company"], form["reason"], open: true))) is { } job
            ? Results.Redirect($"/quarantine/replays/{job.Key}") : ErrorPages.Message(frame, words.Title, words.Busy, StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult One(HttpContext context, AssetFiles assets, SeasonBoards seasons, QuarantineReplays replays, string replay)
    {
        var frame = new PageFrame(context, assets);
        return replays.Find(replay, frame.Viewer.Actor) is { } job ? Page(frame, seasons, job) : ErrorPages.NotFound(frame);
    }

    private static IResult Confirm(HttpContext context, AssetFiles assets, SeasonBoards seasons, QuarantineReplays replays, string replay)
    {
        var frame = new PageFrame(context, assets);
        if (replays.Find(replay, frame.Viewer.Actor) is not { } job) return ErrorPages.NotFound(frame);
        if (ReplayApi.NoteOf(context.Request.Form["note"]) is not { } note) return Page(frame, seasons, job, badNote: true);
        // Sent twice, it is confirmed once: the page tells how far it is.
        replays.Confirm(job, frame.Viewer, note);
        return Results.Redirect($"/quarantine/replays/{job.Key}");
    }

    private static IResult Page(PageFrame frame, SeasonBoards seasons, ReplayJob job, bool badNote = false)
    {
        var state = job.State;
        return frame.Page(
            ReplayTexts.For(frame.Texts).Title, new ReplayPage(frame, job, state, seasons.Newest.Registry, badNote).Body(), state.IsRunning ? $"/api/v1/quarantine/replays/{job.Key}" : null,
            badNote ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK);
    }
}
