using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Access;

/// <summary>The forms of somebody who comes in: name and password, another password, and what they had typed before.</summary>
internal sealed class SignInPage(PageFrame frame, string returnTo, Draft draft)
{
    private readonly AccessTexts texts = frame.Texts.Access;

    public Markup SignIn(SignInNote note, TimeSpan wait, string name) => Card(texts.SignIn, note, wait, Markup.Of($"""
        <form class="fields" method="post" action="/sign-in">{frame.Token}{Kept()}
        <label for="name">{texts.Name}</label><input id="name" name="name" value="{name}" maxlength="64" autocomplete="username" autocapitalize="none" spellcheck="false" required{Focus(name.Length == 0)}>
        <label for="password">{texts.Password}</label><input id="password" name="password" type="password" maxlength="256" autocomplete="current-password" required{Focus(name.Length > 0)}>
        <button class="main">{texts.SignIn}</button></form>
        """));

    public Markup Password(SignInNote note, TimeSpan wait, bool mustChange) => Card(texts.ChangePassword, note, wait, Markup.Of($"""
        <p>{(mustChange ? texts.MustChange : "")} {texts.PasswordRule}</p>
        <form class="fields" method="post" action="/password">{frame.Token}{Kept()}
        <input type="hidden" name="username" value="{frame.Viewer.Name}" autocomplete="username">
        <label for="password">{texts.OldPassword}</label><input id="password" name="password" type="password" maxlength="256" autocomplete="current-password" required{Focus(true)}>
        <label for="new-password">{texts.NewPassword}</label><input id="new-password" name="new-password" type="password" minlength="12" maxlength="256" autocomplete="new-password" required>
        <label for="again-password">{texts.Again}</label><input id="again-password" name="again-password" type="password" minlength="12" maxlength="256" autocomplete="new-password" required>
        <button class="main">{texts.ChangePassword}</button></form>
        """));

    /// <summary>What was typed before the session was over, to be sent now, or not.</summary>
    public Markup Continue()
    {
        var rows = draft.Fields.Select(field => Markup.Of($"<div><dt>{field.Key}</dt><dd>{(field.Value.Length == 0 ? "–" : field.Value)}</dd></div>"));
        return Card(texts.Continue, SignInNote.None, default, Markup.Of($"""
            <p>{texts.ContinueHint}</p><dl class="registry">{rows}</dl>
            <form class="fields" method="post" action="{returnTo}">{frame.Token}{draft.Own()}
            <button class="main"{Focus(true)}>{texts.Send}</button><a href="{frame.Viewer.Home}">{texts.DoNotSend}</a></form>
            """));
    }

    private Markup Kept() => Markup.Of($"<input type=\"hidden\" name=\"return\" value=\"{returnTo}\">{draft.Carried()}");

    private Markup Card(string title, SignInNote note, TimeSpan wait, Markup form)
    {
        var said = note == SignInNote.None ? Markup.Empty
            : Markup.Of($"<p class=\"note\" role=\"alert\">{Figures.Fill(texts.Notes[note], (int)Math.Ceiling(wait.TotalSeconds))}</p>");
        return Markup.Of($"<section class=\"card access\"><h1>{title}</h1>{said}{form}</section>");
    }

    private static Markup Focus(bool focused) => focused ? new Markup(" autofocus") : Markup.Empty;
}
