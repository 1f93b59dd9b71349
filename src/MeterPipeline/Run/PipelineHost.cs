using System.Net;
using MeterPipeline.Cli;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Ledger;
using MeterPipeline.Mqtt.Endpoint;
using MeterPipeline.Web;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace MeterPipeline.Run;

/// <summary>A pipeline behind its sockets: MQTT and web on one Kestrel.</summary>
public sealed class PipelineHost : IAsyncDisposable
{
    /// <summary>Kestrel stops reading a socket at this much; twice the largest packet, so that one always fits.</summary>
    internal const int ReadBufferFactor = 2;

    private readonly WebApplication app;

    private PipelineHost(WebApplication app, Pipeline pipeline) => (this.app, Pipeline) = (app, pipeline);

    public Pipeline Pipeline { get; }

    /// <summary>Completes when the process is told to stop (SIGTERM, SIGINT).</summary>
    public CancellationToken Stopping => app.Lifetime.ApplicationStopping;

    /// <summary>Binds both addresses and starts every stage.</summary>
    /// <exception cref="CommandException">An address is refused or in use.</exception>
    public static async Task<PipelineHost> StartAsync(
        WebApplicationBuilder builder, ILedger ledger, PolicyBook policies, PipelineSettings settings, IPEndPoint mqtt, IPEndPoint web)
    {
        Pipeline? pipeline = null;
        builder.Services.AddMeterWeb(
            ledger, policies, () => new ReadinessReport([.. pipeline!.Unready()]), () => PipelineMetrics.Of(pipeline!));
        builder.Services.Configure<SocketTransportOptions>(o => o.MaxReadBufferSize = settings.Mqtt.Limits.MaxPacketBytes * ReadBufferFactor);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(mqtt, listen => listen.Run(connection => new EndpointConnectionHandler(pipeline!.Endpoint).OnConnectedAsync(connection)));
            kestrel.Listen(web);
        });
        var app = builder.Build();
        app.MapMeterWeb();
        MqttOverWebSocket.Map(app, () => pipeline!.Endpoint);
        pipeline = new Pipeline(ledger, policies, settings, TimeProvider.System, app.Services.GetRequiredService<ILoggerFactory>());
        var host = new PipelineHost(app, pipeline);
        try
        {
            await app.StartAsync().ConfigureAwait(false);
        }
        catch (IOException error)
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw new CommandException($"Cannot listen on {mqtt} (MQTT) and {web} (web): {error.Message} Choose others with --mqtt and --web.");
        }
        pipeline.StartSubscribers();
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        await Pipeline.DisposeAsync().ConfigureAwait(false);
        await app.StopAsync().ConfigureAwait(false);
        await app.DisposeAsync().ConfigureAwait(false);
    }
}
