using System.Security.Cryptography;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MeterPipeline.Web.Access;

/// <summary>/users: an administrator's page. Given passwords are made here, shown once, and have to be changed at the first sign-in.</summary>
internal static class UserEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var users = routes.MapGroup("/users").ExcludeFromDescription().Needs(Right.ManageUsers);
        users.MapGet("", (HttpContext context, ILedger ledger) => Page(context, ledger));
        users.MapPost("", AddAsync);
        users.MapPost("/{name}/state", SetState);
        users.MapPost("/{name}/password", ResetPasswordAsync);
        users.MapPost("/{name}/divisions", SetDivisions);
        users.MapPost("/keys/{name}/revoke", Revoke);
    }

    private static IResult Page(HttpContext context, ILedger ledger, UserNote? note = null, UserForm? typed = null)
    {
        var frame = ErrorPages.Frame(context);
        var status = note?.Fault is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;
        return frame.Page(frame.Texts.Access.Users, new UsersPage(frame, ledger.Users(), ledger.Access.Keys(), note, typed).Body(), status: status);
    }

    private static async Task<IResult> AddAsync(HttpContext context, ILedger ledger, SignIns signIns, Accounts accounts, TimeProvider time)
    {
        var form = context.Request.Form;
        var role = Enum.TryParse<Role>(form["role"], ignoreCase: true, out var parsed) && Enum.IsDefined(parsed) ? parsed : Role.Township;
        var typed = new UserForm(form["name"].ToString(), role, form["divisions"].ToString(), form["company"].ToString());
        if (Fault(ledger, typed, role, out var divisions) is { } fault) return Page(context, ledger, new UserNote(fault), typed);
        var (password, now) = (NewPassword(), time.GetUtcNow().ToUnixTimeMilliseconds());
        var hash = await signIns.HashAsync(password).ConfigureAwait(false);
        var company = role == Role.Company ? typed.Company : null;
        ledger.PutUser(new User(typed.Name, role, company, divisions, hash, MustChange: role != Role.Company, Enabled: true, now, now), Viewer.Of(context).Actor, now);
        accounts.Changed();
        return Page(context, ledger, new UserNote(null, typed.Name, password));
    }

    private static string? Fault(ILedger ledger, UserForm typed, Role role, out IReadOnlyList<string> divisions)
    {
        divisions = [];
        if (!User.IsName(typed.Name)) return "name";
        if (ledger.Users().Any(user => user.Name == typed.Name)) return "taken";
        if (!DivisionCode.TryReadList(typed.Divisions, out divisions)) return "divisions";
        if (role == Role.Township && divisions.Count == 0) return "township";
        if (role != Role.Company) return null;
        using var view = ledger.OpenView();
        return view.Registry().Companies.ContainsKey(typed.Company) ? null : "company";
    }

    private static IResult SetState(HttpContext context, ILedger ledger, Accounts accounts, TimeProvider time, string name)
    {
        var enabled = context.Request.Form["enabled"] == "true";
        if (!enabled && name == Viewer.Of(context).Name) return Page(context, ledger, new UserNote("self"));
        return Change(context, ledger, accounts, time, name, user => user with { Enabled = enabled }) ?? Results.Redirect("/users");
    }

    private static IResult SetDivisions(HttpContext context, ILedger ledger, Accounts accounts, TimeProvider time, string name)
    {
        if (!DivisionCode.TryReadList(context.Request.Form["divisions"], out var divisions)) return Page(context, ledger, new UserNote("divisions"));
        if (divisions.Count == 0 && ledger.Users().Any(user => user.Name == name && user.Role == Role.Township)) return Page(context, ledger, new UserNote("township"));
        return Change(context, ledger, accounts, time, name, user => user with { Divisions = divisions }) ?? Results.Redirect("/users");
    }

    private static async Task<IResult> ResetPasswordAsync(HttpContext context, ILedger ledger, SignIns signIns, Accounts accounts, TimeProvider time, string name)
    {
        var password = NewPassword();
        var hash = await signIns.HashAsync(password).ConfigureAwait(false);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return Change(context, ledger, accounts, time, name, user => user with { Hash = hash, MustChange = user.IsPerson, PasswordAtMs = now })
            ?? Page(context, ledger, new UserNote(null, name, password));
    }

    /// <summary>For good: a key that is needed again is made anew, under another name.</summary>
    private static IResult Revoke(HttpContext context, ILedger ledger, Accounts accounts, TimeProvider time, string name)
    {
        if (ledger.Access.Keys().FirstOrDefault(key => key.Name == name) is not { } key) return ErrorPages.NotFound(ErrorPages.Frame(context));
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (key.RevokedAtMs is null) ledger.Access.PutKey(key with { RevokedAtMs = now }, Viewer.Of(context).Actor, now);
        accounts.Changed();
        return Results.Redirect("/users#keys");
    }

    /// <returns>Null: done.</returns>
    private static IResult? Change(HttpContext context, ILedger ledger, Accounts accounts, TimeProvider time, string name, Func<User, User> change)
    {
        if (ledger.Users().FirstOrDefault(user => user.Name == name) is not { } user) return ErrorPages.NotFound(ErrorPages.Frame(context));
        ledger.PutUser(change(user), Viewer.Of(context).Actor, time.GetUtcNow().ToUnixTimeMilliseconds());
        accounts.Changed();
        return null;
    }

    /// <summary>Some 100 random bits, without characters that are mistaken for others.</summary>
    private static string NewPassword() => RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 18);
}
