using System.Text;
using System.Threading.Channels;
using MeterPipeline.Mqtt;
using MeterPipeline.Mqtt.Subscriber;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Client;
using MQTTnet.Exceptions;
using MQTTnet.Extensions.ManagedClient;
using MQTTnet.Formatter;

namespace MeterPipeline.Adapters;

/// <summary>
/// Takes messages from an external broker through MQTTnet's managed client: persistent session, QoS 1, AutoAcknowledge off, each message
/// acknowledged in order of receipt once it is durable, and only on the connection that delivered it.
/// </summary>
public sealed class ManagedClientSource : IBrokerSource
{
    /// <summary>Messages between MQTTnet and the receiver; what waits beyond them waits in MQTTnet, as far as the broker's window lets it.</summary>
    private const int WaitingMax = 16 * 1024;

    private const int BatchMax = 4_096;
    private static readonly TimeSpan CheckEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ReconnectAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AcknowledgeMax = TimeSpan.FromSeconds(10);

    private readonly SubscriberOptions options;
    private readonly IReceiver receiver;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly IManagedMqttClient client = new MqttFactory().CreateManagedMqttClient();
    private readonly Channel<Arrived> arrived = Channel.CreateBounded<Arrived>(new BoundedChannelOptions(WaitingMax) { SingleReader = true });
    private readonly Channel<Batch> committed = Channel.CreateUnbounded<Batch>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource giveUp = new();

    /// <summary>Held while acknowledging, and while the connection changes: an acknowledgement never meets another connection than its own.</summary>
    private readonly SemaphoreSlim connectionGate = new(1);

    private Task delivering = Task.CompletedTask;
    private Task acknowledging = Task.CompletedTask;
    private volatile int connection;
    private volatile bool subscribed;
    private volatile bool failing;
    private int owedBatches;

    public ManagedClientSource(SubscriberOptions options, IReceiver receiver, TimeProvider time, ILogger<ManagedClientSource> log)
    {
        options.Validate();
        (this.options, this.receiver, this.time, this.log) = (options, receiver, time, log);
        client.ApplicationMessageReceivedAsync += ArriveAsync;
        client.InternalClient.ConnectingAsync += _ => ChangeConnectionAsync();
        client.ConnectedAsync += ConnectedAsync;
        client.DisconnectedAsync += lost => LostAsync("connection lost", lost.ClientWasConnected ? lost.Exception : null);
        client.ConnectingFailedAsync += failed => LostAsync("no connection; check ClientId, User and Password", failed.Exception);
        client.SubscriptionsChangedAsync += SubscribedAsync;
    }

    public string Name => options.Name;

    public bool Connected => subscribed && client.IsConnected;

    public SubscriberCounters Counters { get; } = new();

    public void Start()
    {
        delivering = Task.Run(DeliverAsync);
        acknowledging = Task.Run(AcknowledgeAsync);
        var filters = options.FiltersOrDefault.Select(filter => new MqttTopicFilterBuilder().WithTopic(filter).WithAtLeastOnceQoS().Build()).ToList();
        client.SubscribeAsync(filters).GetAwaiter().GetResult();
        client.StartAsync(new ManagedMqttClientOptions { ClientOptions = ClientOptions(), ConnectionCheckInterval = CheckEvery, AutoReconnectDelay = ReconnectAfter }).GetAwaiter().GetResult();
    }

    public async Task StopAsync(CancellationToken cancel)
    {
        await using var giving = cancel.Register(giveUp.Cancel);
        arrived.Writer.TryComplete();
        await delivering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (Volatile.Read(ref owedBatches) > 0 && !giveUp.IsCancellationRequested)
            await Task.Delay(TimeSpan.FromMilliseconds(5), CancellationToken.None).ConfigureAwait(false);
        committed.Writer.TryComplete();
        await acknowledging.ConfigureAwait(false);
        await client.StopAsync(cleanDisconnect: true).ConfigureAwait(false);
        client.Dispose();
    }

    private MqttClientOptions ClientOptions()
    {
        var built = new MqttClientOptionsBuilder().WithTcpServer(options.Host, options.Port).WithClientId(options.ClientId).WithProtocolVersion(MqttProtocolVersion.V311)
            .WithCleanSession(false).WithKeepAlivePeriod(TimeSpan.FromSeconds(options.KeepAliveSeconds));
        if (options.User is not null) built.WithCredentials(options.User, options.Password);
        if (options.Tls) built.WithTlsOptions(tls => tls.UseTls());
        return built.Build();
    }

    /// <summary>MQTTnet calls it for one message after the other, and before a new connection begins all calls of the one before have returned.</summary>
    private async Task ArriveAsync(MqttApplicationMessageReceivedEventArgs message)
    {
        message.AutoAcknowledge = false;
        var next = new Arrived(message, connection);
        while (await arrived.Writer.WaitToWriteAsync(giveUp.Token).ConfigureAwait(false))
            if (arrived.Writer.TryWrite(next)) return;
        // Stopping: it is not acknowledged, so the broker keeps it.
    }

    private async Task DeliverAsync()
    {
        IReceiverSession? session = null;
        var of = -1;
        try
        {
            while (await arrived.Reader.WaitToReadAsync(giveUp.Token).ConfigureAwait(false))
            {
                if (!arrived.Reader.TryPeek(out var first)) continue;
                if (first.Connection != of)
                {
                    session?.Dispose();
                    session = receiver.Open(new Origin(options.Name, null, $"{options.Host}:{options.Port}"));
                    of = first.Connection;
                }
                var batch = new Batch(of, committed.Writer);
                while (batch.Count < BatchMax && arrived.Reader.TryPeek(out var next) && next.Connection == of && arrived.Reader.TryRead(out next)) Take(session!, next.Message, batch);
                if (!batch.IsEmpty) Interlocked.Increment(ref owedBatches);
                await session!.SubmitAsync(batch.IsEmpty ? null : batch, giveUp.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            // What was not handed over is not acknowledged: the broker delivers it again.
        }
        finally
        {
            session?.Dispose();
        }
    }

    private void Take(IReceiverSession session, MqttApplicationMessageReceivedEventArgs received, Batch batch)
    {
        var message = received.ApplicationMessage;
        var qos = (byte)message.QualityOfServiceLevel;
        Counters.CountMessage(qos, message.Retain);
        session.Take(new Delivery(Encoding.UTF8.GetBytes(message.Topic), message.PayloadSegment, qos, message.Retain));
        batch.Add(received, owed: qos > 0);
    }

    private async Task AcknowledgeAsync()
    {
        await foreach (var batch in committed.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            await connectionGate.WaitAsync().ConfigureAwait(false);
            try
            {
                using var late = new CancellationTokenSource(AcknowledgeMax, time);
                foreach (var message in batch.Owed)
                    if (batch.Connection == connection) await message.AcknowledgeAsync(late.Token).ConfigureAwait(false);
            }
            catch (Exception gone) when (gone is MqttCommunicationException or MqttClientNotConnectedException or InvalidOperationException or OperationCanceledException)
            {
                log.LogInformation("Broker {Name}: the connection ended before everything was acknowledged; the broker delivers again: {Message}", options.Name, gone.Message);
            }
            finally
            {
                connectionGate.Release();
                Interlocked.Decrement(ref owedBatches);
            }
        }
    }

    private async Task ChangeConnectionAsync()
    {
        await connectionGate.WaitAsync().ConfigureAwait(false);
        connection++;
        connectionGate.Release();
    }

    private Task ConnectedAsync(MqttClientConnectedEventArgs connected)
    {
        failing = false;
        Counters.CountConnect();
        log.LogInformation("Broker {Name} at {Host}:{Port}: connected", options.Name, options.Host, options.Port);
        return Task.CompletedTask;
    }

    private Task LostAsync(string what, Exception? why)
    {
        if (why is not null && !failing) log.LogWarning("Broker {Name} at {Host}:{Port}: {What}: {Message} Trying again", options.Name, options.Host, options.Port, what, why.Message);
        failing |= why is not null;
        return Task.CompletedTask;
    }

    private Task SubscribedAsync(SubscriptionsChangedEventArgs changed)
    {
        foreach (var item in changed.SubscribeResult.SelectMany(result => result.Items))
        {
            subscribed = true;
            if (item.ResultCode == MqttClientSubscribeResultCode.GrantedQoS1) continue;
            Counters.CountRefusedFilter();
            log.LogError("Broker {Name}: subscription to {Filter} was answered with {Answer}. Give user {User} read access at QoS 1", options.Name, item.TopicFilter.Topic, item.ResultCode, options.User ?? "(anonymous)");
        }
        return Task.CompletedTask;
    }

    /// <param name="Connection">Number of the connection that delivered it.</param>
    private readonly record struct Arrived(MqttApplicationMessageReceivedEventArgs Message, int Connection);

    /// <summary>Messages of one connection on their way to the disk. When they are there they go to whoever acknowledges, without waiting.</summary>
    private sealed class Batch(int connection, ChannelWriter<Batch> committed) : IOwedAcks
    {
        private readonly List<MqttApplicationMessageReceivedEventArgs> owed = [];

        public int Connection => connection;

        public int Count { get; private set; }

        public bool IsEmpty => owed.Count == 0;

        public IReadOnlyList<MqttApplicationMessageReceivedEventArgs> Owed => owed;

        public void Add(MqttApplicationMessageReceivedEventArgs message, bool owed)
        {
            Count++;
            if (owed) this.owed.Add(message);
        }

        public void Committed() => committed.TryWrite(this);
    }
}
