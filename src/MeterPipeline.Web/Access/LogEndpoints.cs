using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MeterPipeline.Web.Access;

/// <summary>/access: the access log, newest first.</summary>
internal static class LogEndpoints
{
    private const int PageSize = 100;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/access", (HttpContext context, ILedger ledger, SeasonBoards seasons, long? before) =>
        {
            var frame = ErrorPages.Frame(context);
            var subjects = new AccessSubjects(frame.Texts, seasons.Newest.Registry, seasons, id => ledger.Settlements.Run(id) is not null);
            return frame.Page(frame.Texts.Access.Log, Body(frame.Texts.Access, subjects, ledger.Access.Log(before ?? long.MaxValue, PageSize)));
        }).ExcludeFromDescription().Needs(Right.SeeAudit);

    private static Markup Body(AccessTexts texts, AccessSubjects subjects, IReadOnlyList<AccessEntry> entries)
    {
        var rows = entries.Select(entry => Markup.Of($"""
            <tr><th scope="row">{Figures.Time(entry.AtMs)}</th><td class="text">{entry.Actor}</td><td class="text">{texts.Acts[entry.Act]}</td><td class="text prose" title="{entry.Subject}">{subjects.Of(entry)}</td><td class="text prose">{entry.Reason}</td></tr>

            """));
        var older = entries.Count < PageSize ? Markup.Empty : Markup.Of($"<p class=\"pager\"><a href=\"/access?before={entries[^1].Id}\">{texts.Older}</a></p>");
        var table = entries.Count == 0 ? Markup.Of($"<p class=\"empty\">{texts.LogEmpty}</p>") : Markup.Of($"""
            <div class="scroll"><table>
            <thead><tr><th scope="col">{texts.When}</th><th scope="col" class="text">{texts.WhoDid}</th><th scope="col" class="text">{texts.What}</th><th scope="col" class="text">{texts.Subject}</th><th scope="col" class="text">{texts.Why}</th></tr></thead>
            <tbody>{rows}</tbody></table></div>{older}
            """);
        return Markup.Of($"<div class=\"head\"><h1>{texts.Log}</h1></div><section class=\"card\"><p class=\"hint\">{texts.LogHint}</p>{table}</section>");
    }
}
