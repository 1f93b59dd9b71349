using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace MeterPipeline.Mqtt.Subscriber;

/// <summary>
/// Takes messages from an external broker: persistent session, QoS 1, acknowledged in order of receipt once they are durable, reconnecting for
/// as long as it lives. What the broker delivers twice is told apart by the readings' identity, not here.
/// </summary>
public sealed class Subscriber : IBrokerSource
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(30);

    private readonly SubscriberOptions options;
    private readonly IReceiver receiver;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly ResiliencePipeline reconnect;
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource giveUp = new();
    private Task loop = Task.CompletedTask;

    public Subscriber(SubscriberOptions options, IReceiver receiver, TimeProvider time, ILogger<Subscriber> log)
    {
        options.Validate();
        (this.options, this.receiver, this.time, this.log) = (options, receiver, time, log);
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
                if (retry.AttemptNumber == 0) log.LogWarning("Broker {Name} at {Host}:{Port}: {Message} Trying again", options.Name, options.Host, options.Port, retry.Outcome.Exception?.Message);
                return default;
            },
        }).Build();
    }

    public string Name => options.Name;

    public bool Connected { get; private set; }

    public SubscriberCounters Counters { get; } = new();

    public void Start() => loop = Task.Run(RunAsync);

    public async Task StopAsync(CancellationToken cancel)
    {
        await using var giving = cancel.Register(giveUp.Cancel);
        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var session = await reconnect.ExecuteAsync(
                    async cancel => await BrokerSession.OpenAsync(options, Counters, time, log, cancel).ConfigureAwait(false), stop.Token).ConfigureAwait(false);
                Connected = true;
                log.LogInformation("Broker {Name} at {Host}:{Port}: connected", options.Name, options.Host, options.Port);
                using var stream = receiver.Open(new Origin(options.Name, null, $"{options.Host}:{options.Port}"));
                await session.ServeAsync(stream, stop.Token, giveUp.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
            }
            catch (Exception lost) when (lost is IOException or SocketException)
            {
                log.LogWarning("Broker {Name} at {Host}:{Port}: connection lost: {Message}", options.Name, options.Host, options.Port, lost.Message);
            }
            catch (Exception error)
            {
                // The edge of the loop: a fault of ours must not end the source for good.
                log.LogError(error, "Broker {Name}: the session failed; trying again", options.Name);
            }
            Connected = false;
            await Task.Delay(FirstRetry, time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
