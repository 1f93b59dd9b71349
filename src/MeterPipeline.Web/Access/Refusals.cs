using MeterPipeline.Web.Pages;
using MeterPipeline.Web.Registry;
using Microsoft.AspNetCore.Http;

namespace MeterPipeline.Web.Access;

/// <summary>What the gate answers to those whom it does not let pass: pages for people, problem details for programs.</summary>
internal static class Refusals
{
    private const string AntiforgeryWhy = "This form was not sent from one of our pages, or has lost its token. Open the page again.";

    /// <summary>401 for programs; people are asked to sign in, and a form that they sent is kept in what they are shown.</summary>
    public static async Task<IResult> UnknownAsync(HttpContext context)
    {
        if (ErrorPages.IsForPrograms(context))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Results.Problem(statusCode: StatusCodes.Status401Unauthorized, title: "Who are you?",
                detail: "Send a key as 'Authorization: Bearer KEY'. An administrator makes one with: meterpipeline users key add NAME --role ROLE");
        }
        if (HttpMethods.IsGet(context.Request.Method))
            return Results.Redirect("/sign-in?return=" + Uri.EscapeDataString(context.Request.Path + context.Request.QueryString));
        if (!FormTokens.IsSameOrigin(context.Request)) return Forbidden(context, AntiforgeryWhy);
        return await FormTokens.ReadAsync(context).ConfigureAwait(false) is { } form
            ? SignInEndpoints.Page(context, SignInNote.Expired, LocalPath.Of(context.Request.Path + context.Request.QueryString), Draft.Of(form))
            : TooLarge(context);
    }

    public static IResult MustChange(HttpContext context) => ErrorPages.IsForPrograms(context)
        ? Forbidden(context, "The password was given by somebody else and must be changed first, at /password.")
        : Results.Redirect("/password?return=" + Uri.EscapeDataString(HttpMethods.IsGet(context.Request.Method) ? context.Request.Path + context.Request.QueryString : "/"));

    public static IResult Forbidden(HttpContext context, string? detail = null)
    {
        const int status = StatusCodes.Status403Forbidden;
        if (ErrorPages.IsForPrograms(context))
            return Results.Problem(statusCode: status, title: "Not yours", detail: detail ?? "Your role or your divisions do not include this.");
        var frame = ErrorPages.Frame(context);
        return ErrorPages.Message(frame, frame.Texts.Access.ForbiddenTitle, frame.Texts.Access.ForbiddenText, status);
    }

    public static IResult TooLarge(HttpContext context)
    {
        const int status = StatusCodes.Status413PayloadTooLarge;
        if (ErrorPages.IsForPrograms(context)) return Results.Problem(statusCode: status);
        var frame = ErrorPages.Frame(context);
        if (context.Request.Path == "/registry/import")
        {
            var words = ImportTexts.For(frame.Texts);
            return ErrorPages.Message(frame, words.FaultTitle, words.Faults[UploadFault.TooLarge], status, ("/registry/import", words.Title));
        }
        return ErrorPages.Message(frame, frame.Texts.Access.TooLargeTitle, frame.Texts.Access.TooLargeText, status);
    }

    /// <summary>Refuses a form that a page of another site has sent with this browser's cookie. Keys are not sent by themselves: no token is asked for.</summary>
    /// <returns>Null: it is ours.</returns>
    public static async Task<IResult?> ForgedAsync(HttpContext context, Viewer viewer)
    {
        if (viewer.IsByKey) return null;
        if (CrossSite(context, viewer) is { } refused) return refused;
        if (await FormTokens.ReadAsync(context).ConfigureAwait(false) is not { } form) return TooLarge(context);
        return FormTokens.IsProven(context, form[FormTokens.Field]) ? null : Forbidden(context, AntiforgeryWhy);
    }

    /// <summary>The part of <see cref="ForgedAsync"/> that needs no body: what the browser itself says of where the form comes from.</summary>
    public static IResult? CrossSite(HttpContext context, Viewer viewer) =>
        !viewer.IsByKey && FormTokens.IsCrossSite(context.Request) ? Forbidden(context, AntiforgeryWhy) : null;
}
