using System.Net.Sockets;
using MeterPipeline.Mqtt.Packets;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace MeterPipeline.Mqtt.Subscriber;

/// <summary>
/// Takes messages from an external broker: MQTT 5 or 3.1.1, persistent session, QoS 1, acknowledged in order of receipt once they are durable, reconnecting for
/// as long as it lives. What the broker delivers twice is told apart by the readings' identity, not here.
/// </summary>
public sealed class Subscriber : IBrokerSource
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(30);

    private readonly SubscriberOptions options;
    private readonly SubscriberContext context;
    private readonly IReceiver receiver;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly ResiliencePipeline reconnect;
    private readonly Pauses pauses = new();
    private readonly VersionChoice versions;
    private readonly SysFigures figures = new();
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource giveUp = new();
    private Task loop = Task.CompletedTask;
    private Watch? watch;
    private string? lastSaid;
    private volatile BrokerSession? session;

    public Subscriber(SubscriberOptions options, IReceiver receiver, TimeProvider time, ILogger<Subscriber> log)
    {
        options.Validate();
        (this.options, this.receiver, this.time, this.log) = (options, receiver, time, log);
        context = new SubscriberContext(options, Counters, figures, time, log);
        versions = new VersionChoice(options.Version);
        reconnect = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<IOException>().Handle<SocketException>(),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = FirstRetry,
            MaxDelay = LastRetry,
            MaxRetryAttempts = int.MaxValue,
            OnRetry = retry =>
            {
                SayOnce(retry.Outcome.Exception!.Message);
                return default;
            },
        }).Build();
    }

    public string Name => options.Name;

    public bool Connected => session is not null;

    /// <summary>Version of the protocol that is spoken now: 5, or 4 for 3.1.1; 0 without a connection.</summary>
    public int ProtocolLevel => session?.Level ?? 0;

    /// <summary>Messages taken on this connection and not yet committed.</summary>
    public long Owed => session?.Owed ?? 0;

    /// <summary>Messages that the broker says it holds for its clients, ours among them; null: it does not tell.</summary>
    public long? Waiting => figures.Waiting;

    public Trouble Trouble => watch?.Trouble ?? Trouble.None;

    public SubscriberCounters Counters { get; } = new();

    public void Start()
    {
        watch = new Watch(context, () => session);
        loop = Task.Run(RunAsync);
    }

    public async Task StopAsync(CancellationToken cancel)
    {
        await using var giving = cancel.Register(giveUp.Cancel);
        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(false);
        watch?.Dispose();
    }

    private async Task RunAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            var since = time.GetTimestamp();
            var takenOver = false;
            try
            {
                await using var opened = await reconnect.ExecuteAsync(OpenAsync, stop.Token).ConfigureAwait(false);
                (session, since, lastSaid) = (opened, time.GetTimestamp(), null);
                log.LogInformation("Broker {Name} at {Host}:{Port}: connected with MQTT {Version}", options.Name, options.Host, options.Port, opened.Version);
                using var stream = receiver.Open(new Origin(options.Name, null, $"{options.Host}:{options.Port}"));
                await opened.ServeAsync(stream, stop.Token, giveUp.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
            }
            catch (Exception lost) when (lost is IOException or SocketException)
            {
                takenOver = lost is BrokerException { Code: ReasonCode.SessionTakenOver };
                log.LogWarning("Broker {Name} at {Host}:{Port}: connection lost: {Message}", options.Name, options.Host, options.Port, lost.Message);
            }
            catch (Exception error)
            {
                // The edge of the loop: a fault of ours must not end the source for good.
                log.LogError(error, "Broker {Name}: the session failed; trying again", options.Name);
            }
            session = null;
            figures.Disconnected();
            await Task.Delay(pauses.After(time.GetElapsedTime(since), takenOver), time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async ValueTask<BrokerSession> OpenAsync(CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return await BrokerSession.OpenAsync(context, versions.Level, cancel).ConfigureAwait(false);
            }
            catch (BrokerException refused) when (refused.Code == ReasonCode.UnsupportedProtocolVersion && versions.Refused())
            {
                // The line about the connection names the version; if this one fails too, that attempt is logged.
            }
            catch (SocketException)
            {
                versions.Unreachable();
                throw;
            }
        }
    }

    /// <summary>Attempts that fail for one reason are one line in the log.</summary>
    private void SayOnce(string message)
    {
        if (message == lastSaid) return;
        lastSaid = message;
        log.LogWarning("Broker {Name} at {Host}:{Port}: {Message} Trying again", options.Name, options.Host, options.Port, message);
    }
}
