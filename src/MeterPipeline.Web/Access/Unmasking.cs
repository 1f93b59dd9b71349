using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MeterPipeline.Web.Access;

/// <summary>
/// Who may see the name and account numbers of a household at this moment: the session that asked for them, said why, and is on record with it. The
/// record itself is asked, so that nothing is shown that is not in it. Any thread.
/// </summary>
internal sealed class Unmasking(ILedger ledger, AccessOptions options, TimeProvider time)
{
    public int Minutes => options.UnmaskMinutes;

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/households/{id}/unmask", (HttpContext context, Unmasking unmasking, string id) => unmasking.Record(context, id))
            .ExcludeFromDescription().Needs(Right.Unmask, About.Household);

    public bool Shows(Viewer viewer, string household) =>
        viewer.Session is { } session && viewer.May(Right.Unmask)
        && ledger.Access.Newest(session, AccessAct.Unmask, household) is { } entry && NowMs - entry.AtMs < options.UnmaskMinutes * 60_000L;

    /// <summary>Account numbers that stand for a household, those that no longer do too.</summary>
    public IReadOnlyList<string> AccountsOf(string household)
    {
        using var view = ledger.OpenView();
        return [.. view.Aliases(household).Select(alias => alias.Account)];
    }

    private IResult Record(HttpContext context, string id)
    {
        var viewer = Viewer.Of(context);
        var reason = context.Request.HasFormContentType ? context.Request.Form["reason"].ToString().Trim() : "";
        if (viewer.Session is not { } session || reason.Length is 0 or > AccessEntry.ReasonMax) return Refusals.Forbidden(context);
        using (var view = ledger.OpenView())
            if (!view.Registry().Households.ContainsKey(id)) return ErrorPages.NotFound(ErrorPages.Frame(context));
        ledger.Access.Record(new AccessEntry(0, NowMs, viewer.Actor, session, AccessAct.Unmask, id, reason));
        return Results.Redirect($"/households/{Uri.EscapeDataString(id)}{context.Request.QueryString}");
    }
}
