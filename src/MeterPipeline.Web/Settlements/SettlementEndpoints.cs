using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Exports.Bank;
using MeterPipeline.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using EntityTag = Microsoft.Net.Http.Headers.EntityTagHeaderValue;

namespace MeterPipeline.Web.Settlements;

/// <summary>Pages and files of settlements. Runs of other divisions than the viewer's are refused by the gate, and left out of lists.</summary>
internal static class SettlementEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup("/settlements").ExcludeFromDescription().Needs(Right.SeeHouseholds, About.Run);
        pages.MapGet("", (HttpContext context, SettlementDesk desk, string? season, string? division, int page = 1) => List(context, desk, season, division, page))
            .Needs(Right.SeeHouseholds, About.Own);
        pages.MapPost("/draft", (HttpContext context, SettlementDesk desk) => Draft(context, desk)).Needs(Right.DraftSettlements, About.Own);
        pages.MapGet("/{run:int}", (HttpContext context, SettlementDesk desk, int run, string? list, int page = 1) => RunPageOf(context, desk, run, list, page));
        pages.MapGet("/{run:int}/line", Line).Needs(Right.SeeHouseholds, About.RunOrPart);
        pages.MapGet("/{run:int}/objections", (HttpContext context, SettlementDesk desk, int run) => ObjectionsOf(context, desk, run)).Needs(Right.Object, About.RunOrPart);
        pages.MapGet("/{run:int}/bank", BankAsync).Needs(Right.Export, About.Run);
        pages.MapGet("/{run:int}/bank.txt", (HttpContext context, SettlementDesk desk, int run, string layout) => FileAsync(context, desk, run, "bank", layout)).Needs(Right.Export, About.Run);
        pages.MapGet("/{run:int}/workbook.xlsx", (HttpContext context, SettlementDesk desk, int run) => FileAsync(context, desk, run, "xlsx", null)).Needs(Right.Export, About.Run);
        pages.MapGet("/{run:int}/sheets.zip", (HttpContext context, SettlementDesk desk, int run) => FileAsync(context, desk, run, "csv", null)).Needs(Right.Export, About.Run);
        SettlementForms.Map(pages);
    }

    /// <param name="note">What could not be done, and why; null: nothing was tried.</param>
    /// <param name="tried">The form of it.</param>
    public static IResult RunPageOf(HttpContext context, SettlementDesk desk, int run, string? list, int page, string? note = null, TriedForm? tried = null)
    {
        var frame = ErrorPages.Frame(context);
        if (desk.Ledger.Settlements.Run(run) is not { } progress || !TryReadList(list, out var asked)) return ErrorPages.NotFound(frame);
        var body = new RunPage(frame, desk, progress, new RunLinesSection(frame, progress.Run, desk.Lines, asked, page), note, tried).Body();
        return frame.Page(
            Figures.Fill(SettlementTexts.For(frame.Texts).Run, run), body, note is null ? $"/api/v1/settlements/{run}" : null,
            note is null ? StatusCodes.Status200OK : StatusCodes.Status409Conflict);
    }

    /// <summary>A posted run of a wider place, as those see it who may object for their own households.</summary>
    public static IResult ObjectionsOf(HttpContext context, SettlementDesk desk, int run, string? note = null, TriedForm? tried = null)
    {
        var frame = ErrorPages.Frame(context);
        if (desk.Ledger.Settlements.Run(run) is not { } progress) return ErrorPages.NotFound(frame);
        if (progress.Notice is null && !frame.Viewer.MaySee(progress.Run.Division)) return Refusals.Forbidden(context);
        return frame.Page(
            SettlementTexts.For(frame.Texts).Objections, new ObjectionsPage(frame, desk, progress, note, tried).Body(),
            status: note is null ? StatusCodes.Status200OK : StatusCodes.Status409Conflict);
    }

    public static bool TryReadList(string? text, out LineList list)
    {
        list = LineList.All;
        return string.IsNullOrEmpty(text) || (Enum.TryParse(text, ignoreCase: true, out list) && Enum.IsDefined(list) && !char.IsAsciiDigit(text[0]));
    }

    private static IResult List(HttpContext context, SettlementDesk desk, string? season, string? division, int page, string? note = null, TriedForm? tried = null)
    {
        var frame = ErrorPages.Frame(context);
        if (!SettlementDesk.TryReadFilter(season, division, out var filter)) return ErrorPages.NotFound(frame);
        var body = new SettlementsPage(frame, desk, filter, Paged<RunProgress>.Of(desk.Runs(frame.Viewer, filter), page, run => run), note, tried).Body();
        return frame.Page(
            SettlementTexts.For(frame.Texts).Title, body, "/api/v1/settlements" + context.Request.QueryString, note is null ? StatusCodes.Status200OK : StatusCodes.Status409Conflict);
    }

    private static IResult Draft(HttpContext context, SettlementDesk desk)
    {
        var (form, viewer) = (context.Request.HasFormContentType ? context.Request.Form : FormCollection.Empty, Viewer.Of(context));
        var (texts, tried) = (ErrorPages.Frame(context).Texts, new TriedForm("draft", form));
        var words = SettlementTexts.For(texts);
        if (viewer.Session is null) return Refusals.Forbidden(context, SettlementDesk.PersonsOnly);
        if (!HeatingSeason.TryParseName(form["season"].ToString(), out var autumn) || !DivisionCode.TryReadPrefix(form["division"].ToString().Trim(), out var prefix) || !viewer.MaySee(prefix))
            return List(context, desk, null, null, 1, words.BadDraft, tried);
        var who = SettlementDesk.Signatory(viewer);
        if (RunProgress.DraftRefusal(who, prefix) is { } refusal) return List(context, desk, null, null, 1, RefusalTexts.Say(texts, refusal), tried);
        return desk.Drafts.Start(who, autumn, prefix, form["provisional"] == "true") ? Results.Redirect("/settlements") : List(context, desk, null, null, 1, words.Busy, tried);
    }

    private static IResult Line(HttpContext context, SettlementDesk desk, int run, string household)
    {
        var frame = ErrorPages.Frame(context);
        if (desk.Ledger.Settlements.Run(run) is not { } progress) return ErrorPages.NotFound(frame);
        household = household.Trim();
        var found = desk.Ledger.Settlements.Line(run, household);
        // To somebody who sees a part of the run only, a line elsewhere is no different from none, and amounts are theirs once they are posted.
        if (!frame.Viewer.MaySee(progress.Run.Division) && (found is null || progress.Notice is null || !frame.Viewer.MaySee(found.Household.Division))) return Refusals.Forbidden(context);
        if (found is not { } line)
            return RunPageOf(context, desk, run, null, 1, Figures.Fill(SettlementTexts.For(frame.Texts).NoSuchLine, household));
        return frame.Page($"{frame.Texts.Household} {household}", new LinePage(frame, progress, line).Body());
    }

    /// <summary>What a bank's file holds and what it leaves out, before it is taken.</summary>
    private static async Task<IResult> BankAsync(HttpContext context, SettlementDesk desk, int run, string layout)
    {
        var frame = ErrorPages.Frame(context);
        if (Found(desk, run, layout) is not ({ } progress, { } chosen)) return ErrorPages.NotFound(frame);
        if (progress.PayoutRefusal is { } refusal) return RunPageOf(context, desk, run, null, 1, RefusalTexts.Say(frame.Texts, refusal));
        try
        {
            var file = await desk.Files.Of(progress, "bank", chosen).ConfigureAwait(false);
            return frame.Page(Figures.Fill(SettlementTexts.For(frame.Texts).BankFile, chosen.Id), new BankPage(frame, progress.Run, chosen, file.Bank!).Body());
        }
        catch (InvalidDataException damage)
        {
            return NoFile(context, frame, damage);
        }
    }

    /// <summary>The file, or the part of it that a broken download still lacks. It is in the access log before its first byte leaves.</summary>
    private static async Task<IResult> FileAsync(HttpContext context, SettlementDesk desk, int run, string format, string? layout)
    {
        var frame = ErrorPages.Frame(context);
        var (progress, chosen) = Found(desk, run, layout);
        if (progress is null || (format == "bank" && chosen is null)) return ErrorPages.NotFound(frame);
        if (format == "bank" && progress.PayoutRefusal is { } refusal) return RunPageOf(context, desk, run, null, 1, RefusalTexts.Say(frame.Texts, refusal));
        try
        {
            var (file, content) = await desk.Files.OpenAsync(progress, format, chosen).ConfigureAwait(false);
            var viewer = frame.Viewer;
            desk.Ledger.Access.Record(new AccessEntry(0, desk.NowMs, viewer.Actor, viewer.Session ?? "", AccessAct.Export, file.Name, ""));
            return Results.File(content, TypeOf(format), file.Name, entityTag: new EntityTag($"\"{file.Tag}\""), enableRangeProcessing: true);
        }
        catch (InvalidDataException damage)
        {
            return NoFile(context, frame, damage);
        }
    }

    private static IResult NoFile(HttpContext context, PageFrame frame, InvalidDataException damage)
    {
        context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(SettlementEndpoints)).LogError(damage, "A file of a settlement run was not made.");
        var words = SettlementTexts.For(frame.Texts);
        return ErrorPages.Message(frame, words.NoFile, words.NoFileText, StatusCodes.Status500InternalServerError);
    }

    private static (RunProgress? Run, BankLayout? Layout) Found(SettlementDesk desk, int run, string? layout) =>
        (desk.Ledger.Settlements.Run(run), desk.Files.Settings.Layouts.FirstOrDefault(known => known.Id == layout));

    private static string TypeOf(string format) => format switch
    {
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "csv" => "application/zip",
        _ => "application/octet-stream",
    };
}
