using MeterPipeline.Domain.Holds;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Assets;
using MeterPipeline.Web.Boards;
using Microsoft.AspNetCore.Http;

namespace MeterPipeline.Web.Pages;

/// <summary>POST /holds: lifts or places holds of the rows that were chosen, and says of each what became of it.</summary>
internal static class HoldActionEndpoint
{
    /// <param name="reason">Of the part of the list that was looked at, as the other names of the address: the form's own is the reason of a new hold.</param>
    public static IResult Say(
        HttpContext context, AssetFiles assets, SeasonBoards seasons, UseBoards boards, HoldActions actions, string? season, string? division, string? reason, string? sort, int page = 1)
    {
        var frame = new PageFrame(context, assets);
        var place = Place.Of(context, seasons, season, division);
        if (place.Problem != PlaceProblem.None) return ErrorPages.NotFound(frame);
        var words = HoldActionTexts.For(frame.Texts);
        var head = BoardPages.Head(frame, seasons, place, "/holds");
        var form = context.Request.Form;
        var note = form["note"].ToString().Trim();
        var marks = form["hold"].Select(HoldMark.Read).ToList();
        var placed = form["act"] == "place" ? HoldReason.Find(form["reason"].ToString()) : null;
        if (marks.Count is 0 or > Paged<HoldLine>.Size || marks.Contains(null) || note.Length is 0 or > HoldActions.NoteChars || note.Any(char.IsControl)
            || (form["act"] == "place" ? placed is not { ByHand: true } : form["act"] != "lift"))
            return BoardPages.HoldsOf(context, assets, seasons, boards, new HoldsAsked(season, division, reason, sort, page), form);
        return actions.Say(frame.Viewer, place, placed, note, [.. marks.Select(mark => mark!.Value)]) is { } outcomes
            ? frame.Page(words.Result, Body(frame, head, $"/holds{context.Request.QueryString}", words, placed, note, outcomes)) : Refusals.Forbidden(context);
    }

    private static Markup Body(
        PageFrame frame, PlaceHead head, string back, HoldActionTexts words, HoldReason? placed, string note, IReadOnlyList<(HoldMark Mark, HoldOutcome Outcome)> outcomes)
    {
        var rows = outcomes.Select(row => Markup.Of($"""
            <tr><th scope="row"><a href="{head.Household(row.Mark.Household)}">{row.Mark.Household}</a></th><td class="text" data-label="{frame.Texts.Reason}">{Texts.Word(frame.Texts.HoldReasons, placed?.Name ?? row.Mark.Reason)}</td><td class="text" data-label="{words.Result}"><span class="{(row.Outcome == HoldOutcome.Done ? "ok" : "flag")}">{words.Outcomes[row.Outcome]}</span></td></tr>

            """));
        return Markup.Of($"""
            {head.Head(words.Result)}<section class="card"><p>{words.Note}{frame.Texts.Colon}{note}</p><div class="scroll"><table class="cards">
            <thead><tr><th scope="col">{frame.Texts.HouseholdId}</th><th scope="col" class="text">{frame.Texts.Reason}</th><th scope="col" class="text">{words.Result}</th></tr></thead>
            <tbody>{rows}</tbody></table></div><p><a class="button" href="{back}">{words.Back}</a></p></section>
            """);
    }
}
