using System.Net;
using MeterPipeline.Mqtt;
using MeterPipeline.Mqtt.Endpoint;
using MeterPipeline.Mqtt.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.Tests.Mqtt;

/// <summary>The endpoint behind a real Kestrel on a port of its own.</summary>
public sealed class EndpointHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private EndpointHost(WebApplication app, EndpointServices services) => (this.app, Services) = (app, services);

    public EndpointServices Services { get; }

    public int Port => new Uri(app.Urls.First()).Port;

    /// <summary>Where a WebSocket of any path is accepted.</summary>
    public Uri WebSockets => new($"ws://127.0.0.1:{new Uri(app.Urls.Last()).Port}/mqtt");

    public static async Task<EndpointHost> StartAsync(
        IReceiver receiver, EndpointOptions? options = null, IAuthenticator? authenticator = null, TimeProvider? time = null)
    {
        var services = new EndpointServices(
            receiver, options ?? new EndpointOptions(), authenticator, time ?? TimeProvider.System, NullLogger<EndpointServices>.Instance);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(services);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseConnectionHandler<EndpointConnectionHandler>());
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync(WebSocketConnection.SubProtocol);
            await using var connection = new WebSocketConnection(socket, context.Connection.Id, null, context.Features);
            await connection.RunAsync(new EndpointConnectionHandler(services), context.RequestAborted);
        });
        await app.StartAsync();
        return new EndpointHost(app, services);
    }

    public async Task UntilConnectionsAsync(int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Services.Count != count)
        {
            if (limit.IsCancellationRequested) Assert.Fail($"{Services.Count} connections, {count} expected.");
            await Task.Delay(2, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Kestrel waits for connections otherwise, and a test may have left some.
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
        Services.Dispose();
    }
}
