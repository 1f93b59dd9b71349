namespace MeterPipeline.Tests.Web;

/// <summary>The pages without people, and a client that keeps no cookies.</summary>
public sealed class OpenSite : IAsyncLifetime
{
    public WebSite Site { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Site = await WebSite.StartAsync();
        Client = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = Site.Address };
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Site.DisposeAsync();
    }
}
