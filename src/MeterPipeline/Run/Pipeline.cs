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
/// All stages wired together: sources → intake → recorder → accruers, and projectors beside them. Stopping drains in that order, so that
/// everything read from a socket is committed and acknowledged, and everything committed to partitions that are folded here is folded.
/// </summary>
public sealed class Pipeline : IAsyncDisposable
{
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(20);

    /// <summary>A registry so large leaves a hundred megabytes behind when it is loaded, and collecting them takes most of a second.</summary>
    private const int ManyMeters = 500_000;

    private readonly Recorder recorder;
    private readonly QuarantineRoom room;
    private readonly ISink? sink;

    /// <exception cref="LedgerException">Another process folds this ledger, and it is not one that nodes share.</exception>
    public Pipeline(ILedger ledger, PolicyBook policies, PipelineSettings settings, TimeProvider time, ILoggerFactory logs)
    {
        Registry = new RegistryWatch(ledger, time);
        // What loading has left lies among what stays, and nobody waits yet: of a million meters a tenth of the memory.
        if (Registry.Registry.MeterNoLimit > ManyMeters) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        recorder = new Recorder(ledger, time, logs.CreateLogger<Recorder>(), Registry);
        room = new QuarantineRoom(ledger, settings.Quarantine, recorder.SubmitAsync, time, logs.CreateLogger<QuarantineRoom>());
        Intake = new ReadingIntake(Registry, room.SubmitAsync, time, settings.Intake);
        recorder.Done = Intake.Return;
        if (settings.Influx.ToOptions() is { } influx) sink = Clients.Sink(settings.Influx, influx, time);
        Folding = new FoldKit(ledger, Registry, policies, time, logs) { Recorder = recorder, Sink = sink };
        Keeper = new PartitionKeeper(ledger, Folding, time, logs.CreateLogger<PartitionKeeper>());
        recorder.FoldedSeq = Keeper.FoldedSeq;
        Keeper.Start();
        Accounts = new PublisherAccounts(
            ledger, settings.Mqtt.Accounts, settings.Mqtt.Tls.AsksClients ? new ClientCertificates(settings.Mqtt.Tls, time) : null, time, logs.CreateLogger<PublisherAccounts>());
        Endpoint = new EndpointServices(Intake, settings.Mqtt.Limits, Accounts, time, logs.CreateLogger<EndpointServices>());
        Subscribers = [.. settings.Subscribers.Select(options => Clients.Source(options, Intake, time, logs))];
    }

    public RegistryWatch Registry { get; }

    public ReadingIntake Intake { get; }

    public Recorder Recorder => recorder;

    /// <summary>What is folded here.</summary>
    public PartitionKeeper Keeper { get; }

    /// <summary>Counts what is folded and projected here.</summary>
    public FoldKit Folding { get; }

    /// <summary>Of the partitions folded here; none where no InfluxDB is configured.</summary>
    public IEnumerable<Projector> Projectors => Keeper.Folds.Select(fold => fold.Projector).OfType<Projector>();

    public PublisherAccounts Accounts { get; }

    public EndpointServices Endpoint { get; }

    public IReadOnlyList<IBrokerSource> Subscribers { get; }

    /// <summary>Why readings are not taken or not folded at this moment; empty: all is well.</summary>
    public IEnumerable<string> Unready()
    {
        if (recorder.Waiting is { } refused) yield return $"The ledger takes no commits, nothing is acknowledged and sockets wait: {refused}";
        if (room.Full) yield return "Quarantine is full of open messages: publishers of bad messages wait. Mend the causes and run: meterpipeline quarantine replay";
        foreach (var fold in Keeper.Folds)
        {
            if (fold.Accruer.Waiting is { } waiting) yield return $"Folding waits and goes on by itself: {waiting}";
            if (fold.Accruer.Failure is { } failure) yield return $"Folding stopped: {failure.Message}";
        }
        if (Keeper.Failure is { } error) yield return $"This node no longer takes part in folding: {error.Message}";
        if (Keeper.Unowned is { Count: > 0 } unowned) yield return $"Nobody folds the partitions {string.Join(", ", unowned)}; readings are still recorded.";
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
        await Keeper.DisposeAsync().ConfigureAwait(false);
        if (sink is not null) await sink.DisposeAsync().ConfigureAwait(false);
        Endpoint.Dispose();
        Accounts.Dispose();
    }
}
