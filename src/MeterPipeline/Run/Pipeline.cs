using MeterPipeline.Access;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Ingest;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ledger;
using MeterPipeline.Mqtt.Endpoint;
using MeterPipeline.Mqtt.Subscriber;
using MeterPipeline.Sinks;

namespace MeterPipeline.Run;

/// <summary>
/// All stages wired together: sources → intake → recorder → accruer, and the projector beside them. Stopping drains in that order, so that
/// everything read from a socket is committed and acknowledged, and everything committed is folded.
/// </summary>
public sealed class Pipeline : IAsyncDisposable
{
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(20);

    private readonly Recorder recorder;
    private readonly QuarantineRoom room;
    private readonly ISink? sink;

    /// <exception cref="LedgerException">Another process folds this ledger.</exception>
    public Pipeline(ILedger ledger, PolicyBook policies, PipelineSettings settings, TimeProvider time, ILoggerFactory logs)
    {
        Registry = new RegistryWatch(ledger, time);
        var villages = new VillageBoard(policies, time);
        recorder = new Recorder(ledger, time, logs.CreateLogger<Recorder>());
        room = new QuarantineRoom(ledger, settings.Quarantine, recorder.SubmitAsync, time, logs.CreateLogger<QuarantineRoom>());
        Intake = new ReadingIntake(Registry, room.SubmitAsync, time, settings.Intake);
        recorder.Done = Intake.Return;
        if (settings.Influx.ToOptions() is { } influx)
        {
            sink = Clients.Sink(settings.Influx, influx, time);
            Projector = new Projector(ledger, Registry, sink, villages, time, logs.CreateLogger<Projector>());
        }
        Accruer = new Accruer(ledger, Registry, recorder.Recorded, villages, time, logs.CreateLogger<Accruer>()) { Projected = Projector is null ? null : () => Projector.Cursor };
        // Where folding has stopped or waits, readings are still recorded as long as the ledger takes them.
        recorder.FoldedSeq = () => Accruer is { Failure: null, Waiting: null } ? Accruer.AppliedSeq : long.MaxValue;
        Accruer.Start();
        Projector?.Start();
        Accounts = new PublisherAccounts(
            ledger, settings.Mqtt.Accounts, settings.Mqtt.Tls.AsksClients ? new ClientCertificates(settings.Mqtt.Tls, time) : null, time, logs.CreateLogger<PublisherAccounts>());
        Endpoint = new EndpointServices(Intake, settings.Mqtt.Limits, Accounts, time, logs.CreateLogger<EndpointServices>());
        Subscribers = [.. settings.Subscribers.Select(options => Clients.Source(options, Intake, time, logs))];
    }

    public RegistryWatch Registry { get; }

    public ReadingIntake Intake { get; }

    public Recorder Recorder => recorder;

    public Accruer Accruer { get; }

    /// <summary>Null where no InfluxDB is configured.</summary>
    public Projector? Projector { get; }

    public PublisherAccounts Accounts { get; }

    public EndpointServices Endpoint { get; }

    public IReadOnlyList<IBrokerSource> Subscribers { get; }

    /// <summary>Why readings are not taken or not folded at this moment; empty: all is well.</summary>
    public IEnumerable<string> Unready()
    {
        if (recorder.Waiting is { } refused) yield return $"The ledger takes no commits, nothing is acknowledged and sockets wait: {refused}";
        if (room.Full) yield return "Quarantine is full of open messages: publishers of bad messages wait. Mend the causes and run: meterpipeline quarantine replay";
        if (Accruer.Waiting is { } waiting) yield return $"Folding waits and goes on by itself: {waiting}";
        if (Accruer.Failure is { } failure) yield return $"Folding stopped: {failure.Message}";
    }

    /// <summary>Opens the sources that connect out.</summary>
    public void StartSubscribers()
    {
        foreach (var subscriber in Subscribers) subscriber.Start();
    }

    public async ValueTask DisposeAsync()
    {
        room.Dispose();
        using (var patience = new CancellationTokenSource(DrainMax))
        {
            await Task.WhenAll(Subscribers.Select(subscriber => subscriber.StopAsync(patience.Token))).ConfigureAwait(false);
            await Endpoint.DrainAsync(patience.Token).ConfigureAwait(false);
        }
        await recorder.DisposeAsync().ConfigureAwait(false);
        await Accruer.DisposeAsync().ConfigureAwait(false);
        if (Projector is not null) await Projector.DisposeAsync().ConfigureAwait(false);
        if (sink is not null) await sink.DisposeAsync().ConfigureAwait(false);
        Endpoint.Dispose();
        Accounts.Dispose();
    }
}
