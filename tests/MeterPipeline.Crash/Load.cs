using System.Diagnostics;
using MeterFleet;

namespace MeterPipeline.Crash;

/// <summary>
/// Publishers that go on through every reconnect and remember each acknowledgement. They send the fleet's season in order, each its share of it,
/// paced so that it lasts; after its end they begin again, which changes no amount.
/// </summary>
internal sealed class Load : IAsyncDisposable
{
    private const int Publishers = 4;
    private const int Window = 64;
    private const int AtOnce = 16;
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(8);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(300);

    private readonly IReadOnlyList<FleetMessage> _messages;
    private readonly List<MqttPublisher> _publishers = [];
    private readonly CancellationTokenSource _enough = new();
    private readonly Task[] _publishing;
    private readonly bool[] _acknowledged;
    private volatile bool _paused;
    private long _acknowledgements;
    private readonly long[] _firstAfter = new long[Publishers];
    private long _armedAt;

    private Load(IReadOnlyList<FleetMessage> messages, IReadOnlyList<int> ports)
    {
        (_messages, _acknowledged) = (messages, new bool[messages.Count]);
        for (var n = 0; n < Publishers; n++)
        {
            var publisher = n;
            _publishers.Add(new MqttPublisher(new MqttPublisherOptions
            {
                Host = "127.0.0.1",
                Port = ports[n % ports.Count],
                OtherPorts = [.. ports.Where(port => port != ports[n % ports.Count])],
                ClientId = $"crash-{n}",
                Window = Window,
                Reconnect = true,
                ReconnectFor = _patience,
                RetryPauseMax = TimeSpan.FromMilliseconds(200),
                Acknowledged = message => Acknowledged(publisher, message),
            }));
        }
        _publishing = [.. _publishers.Select((publisher, n) => Task.Run(() => PublishAsync(publisher, n)))];
    }

    /// <summary>Acknowledgements so far, of repeated messages too.</summary>
    public long Acknowledgements => Interlocked.Read(ref _acknowledgements);

    /// <summary>While true no new message is sent; what is in flight goes on.</summary>
    public bool Paused
    {
        set => _paused = value;
    }

    public static Load Start(IReadOnlyList<FleetMessage> messages, IReadOnlyList<int> ports) => new(messages, ports);

    /// <summary>What was acknowledged at least once.</summary>
    public IEnumerable<FleetMessage> Remembered() => _messages.Where((_, i) => Volatile.Read(ref _acknowledged[i]));

    /// <summary>Seconds since <see cref="Arm"/>.</summary>
    public double SinceArmed => Stopwatch.GetElapsedTime(Interlocked.Read(ref _armedAt)).TotalSeconds;

    /// <summary>Begins to wait for each publisher's next acknowledgement, whose time <see cref="RecoveredAsync"/> tells.</summary>
    public void Arm()
    {
        for (var n = 0; n < Publishers; n++) Interlocked.Exchange(ref _firstAfter[n], 0);
        Interlocked.Exchange(ref _armedAt, Stopwatch.GetTimestamp());
    }

    /// <summary>Seconds from <see cref="Arm"/> until the last of the publishers had an acknowledgement again.</summary>
    /// <exception cref="CrashFailure">One had none.</exception>
    public async Task<double> RecoveredAsync()
    {
        await UntilAsync(() => Array.TrueForAll(_firstAfter, first => first != 0), "A publisher had no acknowledgement after a fault had gone");
        return Stopwatch.GetElapsedTime(Interlocked.Read(ref _armedAt), _firstAfter.Max()).TotalSeconds;
    }

    /// <summary>Until so many more are acknowledged.</summary>
    public Task MoreAsync(int count)
    {
        var wanted = Acknowledgements + count;
        return UntilAsync(() => Acknowledgements >= wanted, "The load stands still");
    }

    /// <summary>Until everything sent is acknowledged; meant for a load that is paused.</summary>
    public Task DrainedAsync() => UntilAsync(() => _publishers.All(p => p.Published == p.Acknowledged), "Messages stay unacknowledged");

    /// <summary>Ends the load and waits for every acknowledgement that is owed.</summary>
    public async Task FinishAsync()
    {
        await _enough.CancelAsync();
        await Task.WhenAll(_publishing).WaitAsync(_patience);
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        foreach (var publisher in _publishers) await publisher.DisposeAsync();
        try
        {
            await Task.WhenAll(_publishing);
        }
        catch (Exception e) when (e is MqttPublishException or OperationCanceledException or TimeoutException)
        {
            // Told already by whoever waited for it.
        }
        _enough.Dispose();
    }

    private async Task PublishAsync(MqttPublisher publisher, int n)
    {
        await publisher.ConnectAsync();
        for (var sent = 0; !_enough.IsCancellationRequested;)
        {
            if (!_paused)
            {
                for (var i = 0; i < AtOnce; i++, sent++)
                {
                    var message = (n + (long)sent * Publishers) % _messages.Count;
                    await publisher.PublishAsync(message, _messages[(int)message].Topic, _messages[(int)message].Payload);
                }
            }
            await Task.Delay(_pause);
        }
        await publisher.DrainAsync().WaitAsync(_patience);
    }

    private void Acknowledged(int publisher, long message)
    {
        Volatile.Write(ref _acknowledged[message], true);
        Interlocked.Increment(ref _acknowledgements);
        Interlocked.CompareExchange(ref _firstAfter[publisher], Stopwatch.GetTimestamp(), 0);
    }

    private async Task UntilAsync(Func<bool> holds, string otherwise)
    {
        for (var waited = Stopwatch.StartNew(); !holds(); await Task.Delay(2))
        {
            if (Array.Find(_publishing, one => one.IsFaulted) is { } failed) await failed;
            if (waited.Elapsed > _patience) throw new CrashFailure($"{otherwise} for {_patience.TotalSeconds:N0} s.");
        }
    }
}
