using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace MeterPipeline.Web.Access;

/// <summary>/sign-in, /sign-out and /password. Open to all: what they show is only what was sent to them.</summary>
internal static class SignInEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var open = routes.MapGroup("").ExcludeFromDescription().WithMetadata(new Mark(null, About.Own, Draft.BodyMax));
        open.MapGet("/sign-in", (HttpContext context) => Page(
            context, context.RequestServices.GetRequiredService<Accounts>().Now().Users.Count == 0 ? SignInNote.NoUsers : SignInNote.None,
            LocalPath.Of(context.Request.Query["return"]), Draft.None, StatusCodes.Status200OK));
        open.MapPost("/sign-in", SignInAsync);
        open.MapPost("/sign-out", SignOut);
        open.MapGet("/password", (HttpContext context) =>
            PasswordPage(context, SignInNote.None, default, LocalPath.Of(context.Request.Query["return"]), Draft.None, StatusCodes.Status200OK));
        open.MapPost("/password", PasswordAsync);
    }

    /// <summary>Asks who it is; the draft is what they had typed.</summary>
    public static IResult Page(
        HttpContext context, SignInNote note, string returnTo, Draft draft, int status = StatusCodes.Status401Unauthorized, TimeSpan wait = default, string name = "")
    {
        var frame = ErrorPages.Frame(context);
        return frame.Page(frame.Texts.Access.SignIn, new SignInPage(frame, returnTo, draft).SignIn(note, wait, name), status: status);
    }

    private static async Task<IResult> SignInAsync(HttpContext context, SignIns signIns, Sessions sessions)
    {
        var form = context.Request.Form;
        var (name, draft, returnTo) = (form["name"].ToString(), Draft.CarriedBy(form), LocalPath.Of(form["return"]));
        var answer = await signIns.CheckAsync(name, form["password"].ToString(), context.Connection.RemoteIpAddress, context.RequestAborted).ConfigureAwait(false);
        if (answer.User is not { } user) return Page(context, answer.Note, returnTo, draft, StatusOf(context, answer), answer.Wait, User.IsName(name) ? name : "");
        if (SessionCookies.Token(context) is { } former) sessions.End(former);
        Enter(context, sessions, user);
        return Onward(context, returnTo, draft);
    }

    private static IResult SignOut(HttpContext context, Sessions sessions)
    {
        if (SessionCookies.Token(context) is { } token) sessions.End(token);
        SessionCookies.TakeSession(context);
        return Results.Redirect("/sign-in");
    }

    private static async Task<IResult> PasswordAsync(HttpContext context, SignIns signIns, Sessions sessions, Accounts accounts, ILedger ledger, TimeProvider time)
    {
        var form = context.Request.Form;
        var (draft, returnTo) = (Draft.CarriedBy(form), LocalPath.Of(form["return"]));
        var viewer = Viewer.Of(context);
        if (viewer.Session is null || viewer.Name is not { } name) return Page(context, SignInNote.Expired, returnTo, draft);
        var (old, chosen) = (form["password"].ToString(), form["new-password"].ToString());
        if (chosen != form["again-password"].ToString()) return PasswordPage(context, SignInNote.Differ, default, returnTo, draft, StatusCodes.Status400BadRequest);
        if (chosen == old || !PasswordHash.IsFit(chosen)) return PasswordPage(context, SignInNote.Unfit, default, returnTo, draft, StatusCodes.Status400BadRequest);
        var answer = await signIns.CheckAsync(name, old, context.Connection.RemoteIpAddress, context.RequestAborted).ConfigureAwait(false);
        if (answer.User is not { } user) return PasswordPage(context, answer.Note, answer.Wait, returnTo, draft, StatusOf(context, answer));
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var changed = user with { Hash = await signIns.HashAsync(chosen).ConfigureAwait(false), MustChange = false, PasswordAtMs = now };
        ledger.PutUser(changed, user.Name, now);
        accounts.Changed();
        Enter(context, sessions, changed);
        return Onward(context, returnTo, draft);
    }

    private static IResult PasswordPage(HttpContext context, SignInNote note, TimeSpan wait, string returnTo, Draft draft, int status)
    {
        var viewer = Viewer.Of(context);
        if (viewer.Session is null) return Results.Redirect("/sign-in?return=/password");
        var frame = ErrorPages.Frame(context);
        return frame.Page(frame.Texts.Access.ChangePassword, new SignInPage(frame, returnTo, draft).Password(note, wait, viewer.MustChange), status: status);
    }

    private static void Enter(HttpContext context, Sessions sessions, User user)
    {
        var token = SessionCookies.GiveSession(context);
        sessions.Begin(user, token);
        context.Features.Set(sessions.Find(token, isUse: true) ?? Sessions.ViewerOf(user));
    }

    /// <summary>To where they wanted to go; with a draft, to what they had typed; before either, to another password where that is asked.</summary>
    private static IResult Onward(HttpContext context, string returnTo, Draft draft)
    {
        var viewer = Viewer.Of(context);
        if (viewer.MustChange) return PasswordPage(context, SignInNote.None, default, returnTo, draft, StatusCodes.Status200OK);
        if (draft.IsEmpty) return Results.Redirect(returnTo == "/" ? viewer.Home : returnTo);
        var frame = ErrorPages.Frame(context);
        return frame.Page(frame.Texts.Access.Continue, new SignInPage(frame, returnTo, draft).Continue());
    }

    private static int StatusOf(HttpContext context, SignInAnswer answer)
    {
        if (answer.Note == SignInNote.Busy) return StatusCodes.Status503ServiceUnavailable;
        if (answer.Note != SignInNote.LockedOut) return StatusCodes.Status401Unauthorized;
        context.Response.Headers.RetryAfter = ((int)Math.Ceiling(answer.Wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return StatusCodes.Status429TooManyRequests;
    }
}
