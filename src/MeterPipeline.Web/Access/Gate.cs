using MeterPipeline.Ledger;
using MeterPipeline.Web.Boards;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Web.Access;

/// <summary>
/// The one place that decides, before an endpoint runs, who asks and whether they may: the endpoint's <see cref="Mark"/>, the viewer's rights and
/// divisions, the size of the body, and for forms that they are our own. An endpoint without a mark is refused. Any thread.
/// </summary>
internal sealed class Gate(Visitors visitors, ILedger ledger, ILogger<Gate> log)
{
    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        var viewer = visitors.Of(context);
        context.Features.Set(viewer);
        // What is no route of ours is an answer of routing itself: not found, or another method.
        if (context.GetEndpoint() is RouteEndpoint endpoint && await RefusalAsync(context, viewer, endpoint).ConfigureAwait(false) is { } refused)
            await refused.ExecuteAsync(context).ConfigureAwait(false);
        else
            await next(context).ConfigureAwait(false);
    }

    /// <returns>Null: the endpoint may run.</returns>
    private async Task<IResult?> RefusalAsync(HttpContext context, Viewer viewer, Endpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<Mark>() is not { } mark)
        {
            log.LogError("{Endpoint} has no mark that says who may call it; it is refused to everybody.", endpoint.DisplayName);
            return Refusals.Forbidden(context);
        }
        if (await LimitAsync(context, mark.BodyMax).ConfigureAwait(false) is { } tooLarge) return tooLarge;
        if (endpoint.Metadata.GetMetadata<HereToo>() is not null && visitors.IsAtThisMachine(context)) return null;
        if (mark.Right is { } right)
        {
            if (viewer.IsNobody) return await Refusals.UnknownAsync(context).ConfigureAwait(false);
            if (viewer.MustChange) return Refusals.MustChange(context);
            if (!viewer.May(right)) return IsHome(context) && viewer.Home != "/" ? Results.Redirect(viewer.Home) : Refusals.Forbidden(context);
            if (!MaySeePlace(context, viewer, mark.About))
                return IsHome(context) && context.Request.Query["division"].Count == 0 ? Results.Redirect(viewer.Home) : Refusals.Forbidden(context);
        }
        if (IsSafe(context.Request.Method)) return null;
        return endpoint.Metadata.GetMetadata<OwnReader>() is null
            ? await Refusals.ForgedAsync(context, viewer).ConfigureAwait(false)
            : Refusals.CrossSite(context, viewer);
    }

    private bool MaySeePlace(HttpContext context, Viewer viewer, About about)
    {
        if (about == About.Own || viewer.MaySee("")) return true;
        return about switch
        {
            About.Division => DivisionCode.TryReadPrefix(context.Request.Query["division"].ToString(), out var prefix) && viewer.MaySee(prefix),
            About.Household => context.Request.RouteValues["id"] is string id && DivisionOf(id) is { } division && viewer.MaySee(division),
            About.Run => RunOf(context) is { } division && viewer.MaySee(division),
            About.RunOrPart => RunOf(context) is { } division && (viewer.MaySee(division) || viewer.IsWithin(division)),
            _ => false,
        };
    }

    /// <summary>The division of the route's run; null: there is no such run.</summary>
    private string? RunOf(HttpContext context) => int.TryParse(context.Request.RouteValues["run"] as string, out var run) ? ledger.Settlements.Run(run)?.Run.Division : null;

    /// <summary>Null where there is no such household: to somebody of another place that is no different from one that they may not see.</summary>
    private string? DivisionOf(string household)
    {
        using var view = ledger.OpenView();
        return view.Registry().Households.GetValueOrDefault(household)?.Division;
    }

    private static async Task<IResult?> LimitAsync(HttpContext context, long bodyMax)
    {
        var limit = context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } settable ? settable : null;
        if (context.Request.ContentLength > bodyMax)
        {
            // Nobody has said yet that the body may come: whoever asks first is told no, and sends nothing.
            if (context.Request.Headers.Expect.Count > 0) return Refusals.TooLarge(context);
            if (limit is not null) limit.MaxRequestBodySize = null; // counted by whoever discards it
            await RefusedBody.DiscardAsync(context.Request.Body, context.RequestAborted).ConfigureAwait(false);
            return Refusals.TooLarge(context);
        }
        // Without a stated length Kestrel counts what comes, and ends the reading.
        if (limit is not null) limit.MaxRequestBodySize = bodyMax;
        return null;
    }

    private static bool IsHome(HttpContext context) => context.Request.Path == "/" && HttpMethods.IsGet(context.Request.Method);

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);
}
