using System.Net;
using System.Text;
using System.Text.Json;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Access;

namespace MeterPipeline.Tests.Web;

/// <summary>A browser without script at the registry's pages, whose person has signed in.</summary>
public sealed class RegistrySite : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string token;

    private RegistrySite(WebSite site, HttpClient client, string token) => (Site, Client, this.token) = (site, client, token);

    public WebSite Site { get; }

    public HttpClient Client { get; }

    public static async Task<RegistrySite> StartAsync(Role role = Role.Bureau, params string[] divisions)
    {
        var site = await WebSite.StartAsync(new AccessOptions { FormsPerMinute = 10_000 });
        site.AddUser("li", role, WebVisitor.Password, divisions: divisions);
        using var visitor = await WebVisitor.SignedInAsync(site, "li");
        await visitor.GetAsync("/registry");
        var client = new HttpClient(new HttpClientHandler { CookieContainer = visitor.Cookies, AllowAutoRedirect = false }) { BaseAddress = site.Address };
        return new RegistrySite(site, client, visitor.Token);
    }

    public Task<HttpResponseMessage> SendAsync(string kind, HttpContent file, string name = "file.csv") =>
        SendAsync([new("form_token", token), new("kind", kind)], file, name);

    /// <summary>Fields, then the file, then other fields.</summary>
    public Task<HttpResponseMessage> SendAsync(KeyValuePair<string, string>[] before, HttpContent file, string name = "file.csv", params KeyValuePair<string, string>[] after)
    {
        var form = new MultipartFormDataContent();
        foreach (var (field, value) in before) form.Add(new StringContent(value), field);
        form.Add(file, "file", name);
        foreach (var (field, value) in after) form.Add(new StringContent(value), field);
        return Client.PostAsync("/registry/import?lang=en", form);
    }

    /// <summary>The upload with the token behind the file instead of before it.</summary>
    public Task<HttpResponseMessage> SendTokenLastAsync(string kind, HttpContent file) => SendAsync([new("kind", kind)], file, "file.csv", new KeyValuePair<string, string>("form_token", token));

    /// <summary>Uploads and waits for the preview.</summary>
    /// <returns>The import's key.</returns>
    public async Task<string> PreviewAsync(string kind, string text, string name = "file.csv") => await PreviewAsync(kind, Encoding.UTF8.GetBytes(text), name);

    public async Task<string> PreviewAsync(string kind, byte[] file, string name = "file.csv")
    {
        using var answer = await SendAsync(kind, new ByteArrayContent(file), name);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var key = answer.Headers.Location!.ToString().Split('/')[^1];
        await RestAsync(key);
        return key;
    }

    /// <summary>Sends one of the buttons' forms and waits until the import rests.</summary>
    public async Task<HttpStatusCode> PressAsync(string key, string button)
    {
        using var answer = await Client.PostAsync($"/registry/import/{key}/{button}", new FormUrlEncodedContent([new("form_token", token)]));
        if (answer.StatusCode == HttpStatusCode.Redirect && button != "discard") await RestAsync(key);
        return answer.StatusCode;
    }

    public async Task<JsonElement> RestAsync(string key)
    {
        var until = DateTime.UtcNow + Patience;
        while (true)
        {
            var state = JsonSerializer.Deserialize<JsonElement>(await Client.GetStringAsync($"/api/v1/registry/imports/{key}"));
            if (state.GetProperty("stage").GetString() is not ("previewing" or "applying")) return state;
            Assert.True(DateTime.UtcNow < until, "The import does not come to rest.");
            await Task.Delay(20);
        }
    }

    public Task<string> PageAsync(string key) => Client.GetStringAsync($"/registry/import/{key}?lang=en");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Site.DisposeAsync();
    }
}
