using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Access;

/// <summary>What an administrator just did with a user, or could not.</summary>
/// <param name="Fault">A word of <see cref="AccessTexts.UserFaults"/>; null: nothing wrong.</param>
/// <param name="Password">Shown once, to be passed on to <paramref name="Name"/>.</param>
internal sealed record UserNote(string? Fault, string Name = "", string? Password = null);

/// <summary>Users for the administrator: list, add, disable, another password, divisions.</summary>
/// <param name="typed">Values of a form that was refused; null: none.</param>
internal sealed class UsersPage(PageFrame frame, IEnumerable<User> users, IReadOnlyList<ApiKey> keys, UserNote? note, UserForm? typed)
{
    private readonly AccessTexts texts = frame.Texts.Access;
    private readonly KeyTexts words = KeyTexts.For(frame.Texts);

    public Markup Body() => Markup.Of($"""
        <div class="head"><h1>{texts.Users}</h1></div>
        {Note()}
        <section class="card"><p class="hint">{texts.UsersHint}</p><div class="scroll"><table>
        <thead><tr><th scope="col">{texts.Name}</th><th scope="col" class="text">{texts.Role}</th><th scope="col" class="text">{texts.Divisions}</th><th scope="col" class="text">{texts.PasswordOf}</th><th scope="col" class="text">{texts.State}</th></tr></thead>
        <tbody>{users.Select(Row)}</tbody></table></div></section>
        {Keys()}{Add()}
        """);

    private Markup Note()
    {
        if (note?.Fault is { } fault) return Markup.Of($"<p class=\"note\" role=\"alert\">{texts.UserFaults[fault]}</p>");
        return note?.Password is { } password
            ? Markup.Of($"<p class=\"note\" role=\"status\">{Figures.Fill(texts.GivenPassword, note.Name)} <code>{password}</code></p>") : Markup.Empty;
    }

    private Markup Row(User user)
    {
        var path = $"/users/{Uri.EscapeDataString(user.Name)}";
        var company = user.Company is null ? "" : " " + user.Company;
        var divisions = user.Role == Role.Company ? Markup.Empty : Markup.Of($"""
            <form method="post" action="{path}/divisions">{frame.Token}<input name="divisions" value="{string.Join(',', user.Divisions)}" placeholder="{texts.AllDivisions}" aria-label="{texts.Divisions} {user.Name}" maxlength="2000"><button>{texts.Save}</button></form>
            """);
        return Markup.Of($"""
            <tr><th scope="row">{user.Name}</th><td class="text">{texts.Roles[user.Role]}{company}</td><td class="text">{divisions}</td><td class="text">{Figures.Time(user.PasswordAtMs)}</td>
            <td class="text"><div class="row">{State(user)}<form method="post" action="{path}/state">{frame.Token}<input type="hidden" name="enabled" value="{(user.Enabled ? "false" : "true")}"><button aria-label="{(user.Enabled ? texts.Disable : texts.Enable)} {user.Name}">{(user.Enabled ? texts.Disable : texts.Enable)}</button></form>
            <form method="post" action="{path}/password">{frame.Token}<button aria-label="{texts.ResetPassword} {user.Name}">{texts.ResetPassword}</button></form></div></td></tr>

            """);
    }

    private Markup State(User user) => user.Enabled ? Markup.Of($"<span class=\"ok\">{texts.Enabled}</span>") : Markup.Of($"<span class=\"flag\">{texts.Disabled}</span>");

    /// <summary>Keys of programs: what each may, when it was used, and its end. They are made on the server, where whoever makes one can read it.</summary>
    private Markup Keys()
    {
        var table = keys.Count == 0 ? Markup.Of($"<p class=\"empty\">{words.None}</p>") : Markup.Of($"""
            <div class="scroll"><table class="cards">
            <thead><tr><th scope="col">{words.Key}</th><th scope="col" class="text">{texts.Role}</th><th scope="col" class="text">{texts.Divisions}</th><th scope="col" class="text">{words.MadeAt}</th><th scope="col" class="text">{words.LastUsed}</th><th scope="col" class="text">{texts.State}</th></tr></thead>
            <tbody>{keys.Select(Row)}</tbody></table></div>
            """);
        return Markup.Of($"""
            <section class="card" id="keys"><h2>{words.Keys}</h2><p class="hint">{words.Hint} <a href="/openapi/v1.json">{words.Document}</a></p>{table}</section>
            """);
    }

    private Markup Row(ApiKey key)
    {
        var divisions = key.Company ?? (key.Divisions.Count == 0 ? texts.AllDivisions : string.Join(", ", key.Divisions));
        var state = key.RevokedAtMs is { } at
            ? Markup.Of($"<span class=\"flag\">{words.Revoked}</span> {Figures.Time(at)}")
            : Markup.Of($"<div class=\"row\"><span class=\"ok\">{texts.Enabled}</span><form method=\"post\" action=\"/users/keys/{Uri.EscapeDataString(key.Name)}/revoke\">{frame.Token}<button aria-label=\"{words.Revoke} {key.Name}\">{words.Revoke}</button></form></div>");
        return Markup.Of($"""
            <tr><th scope="row">{key.Name}</th><td class="text" data-label="{texts.Role}">{texts.Roles[key.Role]}</td><td class="text" data-label="{texts.Divisions}">{divisions}</td><td class="text" data-label="{words.MadeAt}">{Figures.Time(key.CreatedAtMs)}</td><td class="text" data-label="{words.LastUsed}">{(key.UsedDay is { } day ? new Domain.LocalDay(day).ToString() : words.Never)}</td><td class="text" data-label="{texts.State}">{state}</td></tr>

            """);
    }

    private Markup Add()
    {
        var roles = Enum.GetValues<Role>().Select(role => Markup.Of(
            $"<option value=\"{role.ToString().ToLowerInvariant()}\"{(role == (typed?.Role ?? Role.Township) ? new Markup(" selected") : Markup.Empty)}>{texts.Roles[role]}</option>"));
        return Markup.Of($"""
            <section class="card access"><h2>{texts.AddUser}</h2><form class="fields" method="post" action="/users">{frame.Token}
            <label for="add-name">{texts.Name}</label><input id="add-name" name="name" value="{typed?.Name ?? ""}" maxlength="64" autocomplete="off" autocapitalize="none" spellcheck="false" required>
            <label for="add-role">{texts.Role}</label><select id="add-role" name="role">{roles}</select>
            <label for="add-divisions">{texts.Divisions}<small>{texts.DivisionsHint}</small></label><input id="add-divisions" name="divisions" value="{typed?.Divisions ?? ""}" maxlength="2000">
            <label for="add-company">{texts.Roles[Role.Company]}</label><input id="add-company" name="company" value="{typed?.Company ?? ""}" maxlength="200">
            <button class="main">{texts.AddUser}</button></form></section>
            """);
    }
}

/// <summary>A form of /users as it was typed.</summary>
internal sealed record UserForm(string Name, Role? Role, string Divisions, string Company);
