using System.Net;
using System.Net.Http.Headers;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>People and machines at the web port as an operator lets them in, by command, beside a running pipeline.</summary>
public sealed class PeopleTests : IDisposable
{
    private const string Password = "a long enough one";
    private readonly PipelineProcess pipeline = new();

    public void Dispose() => pipeline.Dispose();

    [Fact]
    public async Task The_first_administrator_ends_guests_and_machines_come_with_keys()
    {
        SmallRegistry.Import(pipeline);
        await pipeline.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{pipeline.WebPort}") };
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/seasons")).StatusCode);
        Assert.Equal(0, pipeline.VerbReading(Password, "users", "add", "admin", "--role", "administrator").Code);
        await Until(client, HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/metrics")).StatusCode);
        var (code, key, _) = pipeline.Verb("users", "key", "add", "scada", "--role", "bureau", "--divisions", "1408");
        Assert.Equal(0, code);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Trim());
        await Until(client, HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/api/v1/overview")).StatusCode);
        Assert.DoesNotContain(key.Trim(), pipeline.Verb("users", "key", "list").Output, StringComparison.Ordinal);
        Assert.Equal(0, pipeline.Verb("users", "key", "revoke", "scada").Code);
        await Until(client, HttpStatusCode.Unauthorized);
        Assert.Contains("revoked", pipeline.Verb("users", "key", "list").Output, StringComparison.Ordinal);
        Assert.Contains("administrator  all divisions", pipeline.Verb("users", "list").Output, StringComparison.Ordinal);
        Assert.Equal(0, await pipeline.StopAsync());
    }

    [Fact]
    public void What_is_no_user_and_no_safe_address_is_refused_with_the_remedy()
    {
        Refused("--divisions", "users", "add", "town", "--role", "township");
        Refused("no role", "users", "add", "x", "--role", "king");
        Refused("--company", "users", "add", "x");
        Refused("division codes", "users", "add", "x", "--role", "bureau", "--divisions", "14x");
        Refused("users add NAME --role administrator", "run", "--mqtt", "127.0.0.1:0", "--web", "0.0.0.0:0");
        Assert.Equal(0, pipeline.VerbReading(Password, "users", "add", "admin", "--role", "administrator").Code);
        Refused("Web:BehindTls", "run", "--mqtt", "127.0.0.1:0", "--web", "0.0.0.0:0");
    }

    private void Refused(string remedy, params string[] verb)
    {
        var (code, _, errors) = pipeline.VerbReading(Password, verb);
        Assert.Equal(2, code);
        Assert.Contains(remedy, errors, StringComparison.Ordinal);
    }

    /// <summary>A running pipeline follows within a tenth of a second, on a machine that has nothing else to do.</summary>
    private static async Task Until(HttpClient client, HttpStatusCode status)
    {
        for (var attempt = 0; attempt < 300; attempt++)
        {
            if ((await client.GetAsync("/api/v1/seasons")).StatusCode == status) return;
            await Task.Delay(50);
        }
        Assert.Fail($"The API never answered {status}.");
    }
}
