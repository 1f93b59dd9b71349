using System.Net;
using MeterPipeline.Access;
using MeterPipeline.Cli;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Ingest;
using MeterPipeline.Ledger;
using MeterPipeline.Mqtt.Endpoint;
using MeterPipeline.Web;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace MeterPipeline.Run;

/// <summary>A pipeline behind its sockets: MQTT and web on one Kestrel.</summary>
public sealed class PipelineHost : IAsyncDisposable
{
    /// <summary>
    /// The pool gives so many threads at once. On two cores it would give two, and begin others when something has waited: then what viewers ask stands
    /// behind pages of households and the reading of sockets, however short it is, and has the cores less often than the fold, a flush and a board.
    /// </summary>
    private const int PoolThreadsMin = 8;

    private readonly WebApplication app;

    private readonly Certificates tls;

    private readonly GcPauses pauses = new();

    private PipelineHost(WebApplication app, Pipeline pipeline, Certificates tls) => (this.app, Pipeline, this.tls) = (app, pipeline, tls);

    public Pipeline Pipeline { get; }

    /// <summary>Completes when the process is told to stop (SIGTERM, SIGINT).</summary>
    public CancellationToken Stopping => app.Lifetime.ApplicationStopping;

    /// <summary>Binds every address and starts every stage.</summary>
    /// <exception cref="CommandException">An address is in use, or a certificate cannot be used.</exception>
    public static async Task<PipelineHost> StartAsync(
        WebApplicationBuilder builder, ILedger ledger, PolicyBook policies, PipelineSettings settings, Listeners listeners)
    {
        ThreadPool.GetMinThreads(out var workers, out var others);
        ThreadPool.SetMinThreads(Math.Max(workers, PoolThreadsMin), others);
        PipelineHost? host = null;
        builder.Services.AddMeterWeb(
            ledger, policies, () => new ReadinessReport([.. host!.Pipeline.Unready()]), () => PipelineMetrics.Of(host!.Pipeline, host.tls, host.pauses),
            ValidationSettings.Read(builder.Configuration), settings.Web, () => host!.Pipeline.Accounts.Checks, UsageBoardSettings.Read(builder.Configuration),
            ExportSettings.Settlements(builder.Configuration),
            (scope, dryRun, progress) => new QuarantineReplay(ledger, settings.Intake, TimeProvider.System, dryRun).Run(scope, progress));
        builder.Services.Configure<SocketTransportOptions>(o => o.MaxReadBufferSize = EndpointOptions.ReadBufferBytes);
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, settings, listeners, () => host!));
        var app = builder.Build();
        app.MapMeterWeb();
        MqttOverWebSocket.Map(app, () => host!.Pipeline.Endpoint);
        var logs = app.Services.GetRequiredService<ILoggerFactory>();
        var tls = LoadTls(settings, logs);
        host = new PipelineHost(app, new Pipeline(ledger, policies, settings, TimeProvider.System, logs), tls);
        if (listeners.Mqtt is { } plain && !IPAddress.IsLoopback(plain.Address))
            logs.CreateLogger<PipelineHost>().LogWarning("MQTT on {Address} is not encrypted: passwords can be read on the way. Let publishers use Mqtt:Tls.", plain);
        try
        {
            await app.StartAsync().ConfigureAwait(false);
        }
        catch (IOException error)
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw new CommandException($"Cannot listen on {listeners}: {error.Message} Choose others with --mqtt and --web, or Mqtt:Tls:Address.");
        }
        host.Pipeline.StartSubscribers();
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        await Pipeline.DisposeAsync().ConfigureAwait(false);
        await app.StopAsync().ConfigureAwait(false);
        await app.DisposeAsync().ConfigureAwait(false);
        tls.Mqtt?.Dispose();
        tls.Web?.Dispose();
        pauses.Dispose();
    }

    private static void Listen(KestrelServerOptions kestrel, PipelineSettings settings, Listeners listeners, Func<PipelineHost> host)
    {
        kestrel.AddServerHeader = false;
        if (listeners.Mqtt is { } plain) kestrel.Listen(plain, listen => listen.Run(connection => ServeAsync(connection, host())));
        if (listeners.MqttTls is { } mqttTls)
        {
            kestrel.Listen(mqttTls, listen =>
            {
                // No word of HTTP in the handshake's list of protocols.
                listen.Protocols = HttpProtocols.None;
                listen.Use(next => connection => host().Pipeline.Endpoint.ServeBehindTlsAsync(connection, () => next(connection)));
                listen.UseTls(
                    settings.Mqtt.Tls, () => host().tls.Mqtt!, () => host().Pipeline.Accounts.Certificates, settings.Mqtt.Tls.RequireClientCertificate);
                listen.Run(connection => ServeAsync(connection, host()));
            });
        }
        kestrel.Listen(listeners.Web, listen =>
        {
            if (settings.Web.Tls.IsOn) listen.UseTls(settings.Web.Tls, () => host().tls.Web!, () => null);
        });
    }

    private static Task ServeAsync(ConnectionContext connection, PipelineHost host) => new EndpointConnectionHandler(host.Pipeline.Endpoint).OnConnectedAsync(connection);

    private static Certificates LoadTls(PipelineSettings settings, ILoggerFactory logs)
    {
        try
        {
            return new Certificates(Load(settings.Mqtt.Tls, settings.Mqtt.Tls.ClientCa), Load(settings.Web.Tls, ""));
        }
        catch (ArgumentException error)
        {
            throw new CommandException(error.Message);
        }

        TlsFiles? Load(KeyPairSettings pair, string authorities) =>
            pair.IsOn ? new TlsFiles(pair, authorities, TimeProvider.System, logs.CreateLogger<TlsFiles>()) : null;
    }
}

/// <summary>Of the listeners with TLS; null: not one.</summary>
internal sealed record Certificates(TlsFiles? Mqtt, TlsFiles? Web);
