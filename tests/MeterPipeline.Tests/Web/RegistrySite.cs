using System.Net;
using System.Text;
using System.Text.Json;

namespace MeterPipeline.Tests.Web;

/// <summary>A browser without script at the registry's pages.</summary>
public sealed class RegistrySite(WebSite site) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public WebSite Site => site;

    public HttpClient Client { get; } = new(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = site.Address };

    public static async Task<RegistrySite> StartAsync(string? person = "bureau:li", params string[] divisions) => new(await WebSite.StartAsync(person, divisions));

    public Task<HttpResponseMessage> SendAsync(string kind, HttpContent file, string name = "file.csv")
    {
        var form = new MultipartFormDataContent { { new StringContent(kind), "kind" } };
        form.Add(file, "file", name);
        return Client.PostAsync("/registry/import?lang=en", form);
    }

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
        using var answer = await Client.PostAsync($"/registry/import/{key}/{button}", new FormUrlEncodedContent([]));
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
        await site.DisposeAsync();
    }
}
