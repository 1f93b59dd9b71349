using MeterPipeline.Ledger;
using MeterPipeline.Web.Assets;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MeterPipeline.Web.Pages;

/// <summary>What is shown where nothing can be shown: a page for people, problem details for programs.</summary>
internal static class ErrorPages
{
    private const string RetryAfterSeconds = "10";

    public static IResult NotFound(PageFrame frame) => Message(frame, frame.Texts.NotFoundTitle, frame.Texts.NotFoundText, StatusCodes.Status404NotFound);

    /// <summary>Fills an answer that has a status of failure and no body.</summary>
    public static Task Missing(StatusCodeContext status)
    {
        var context = status.HttpContext;
        if (IsForPrograms(context)) return Results.Problem(statusCode: context.Response.StatusCode).ExecuteAsync(context);
        // An address with a page that is no number, and one that only takes forms, are not pages either.
        if (context.Response.StatusCode is not (StatusCodes.Status400BadRequest or StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed)
            || !HttpMethods.IsGet(context.Request.Method)) return Task.CompletedTask;
        var frame = Frame(context);
        return Message(frame, frame.Texts.NotFoundTitle, frame.Texts.NotFoundText, context.Response.StatusCode).ExecuteAsync(context);
    }

    /// <summary>After an exception, which the server has logged; the answer does not repeat it.</summary>
    public static Task Failed(HttpContext context)
    {
        SecurityHeaders.Write(context);
        if (context.Features.Get<IExceptionHandlerFeature>()?.Error is LedgerException { IsAway: true }) return Away(context);
        const int status = StatusCodes.Status500InternalServerError;
        if (IsForPrograms(context)) return Results.Problem(statusCode: status).ExecuteAsync(context);
        var frame = Frame(context);
        return Message(frame, frame.Texts.FailedTitle, frame.Texts.FailedText, status).ExecuteAsync(context);
    }

    /// <summary>Nothing is wrong with the request: it may be asked again when the ledger is back.</summary>
    private static Task Away(HttpContext context)
    {
        const int status = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = RetryAfterSeconds;
        if (IsForPrograms(context)) return Results.Problem(AwayTexts.English.Text, statusCode: status, title: AwayTexts.English.Title).ExecuteAsync(context);
        var frame = Frame(context);
        var words = AwayTexts.For(frame.Texts);
        return Message(frame, words.Title, words.Text, status).ExecuteAsync(context);
    }

    internal static bool IsForPrograms(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/api") || context.Request.Path.StartsWithSegments("/openapi") || context.Request.Path == "/metrics"
        || context.Request.Headers.Authorization.Count > 0;

    internal static PageFrame Frame(HttpContext context) => new(context, context.RequestServices.GetRequiredService<AssetFiles>());

    /// <param name="back">Where to go on, and what that page is called; null: the overview.</param>
    internal static IResult Message(PageFrame frame, string title, string text, int status, (string Address, string Text)? back = null)
    {
        var (address, name) = back ?? ("/", frame.Texts.Back);
        return frame.Page(title, Markup.Of($"<section class=\"card message\"><h1>{title}</h1><p>{text}</p><p><a href=\"{address}\">{name}</a></p></section>"), status: status);
    }
}
