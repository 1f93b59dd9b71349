using System.Collections.Concurrent;
using System.Text;
using MeterPipeline.Mqtt;

namespace MeterPipeline.Tests.Mqtt;

/// <summary>One message as the receiver saw it.</summary>
public sealed record Seen(string Topic, string Payload, byte Qos, bool Retained);

/// <summary>Keeps what it is given in order, and commits at once or holds commits back until it is told.</summary>
public sealed class ProbeReceiver : IReceiver
{
    private readonly Lock gate = new();
    private readonly Queue<IOwedAcks> held = [];
    private bool holding;

    public ConcurrentQueue<Seen> Messages { get; } = new();

    public ConcurrentQueue<Origin> Origins { get; } = new();

    /// <summary>What to refuse; nothing at first.</summary>
    public Func<Seen, Rejection?> Reject { get; set; } = _ => null;

    public int Held
    {
        get
        {
            lock (gate) return held.Count;
        }
    }

    public IReceiverSession Open(Origin origin)
    {
        Origins.Enqueue(origin);
        return new Session(this);
    }

    public void Hold()
    {
        lock (gate) holding = true;
    }

    /// <summary>Commits what was held, in order, and everything from here on at once.</summary>
    public void Release()
    {
        lock (gate)
        {
            holding = false;
            while (held.TryDequeue(out var owed)) owed.Committed();
        }
    }

    public async Task UntilAsync(int messages)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (Messages.Count < messages)
        {
            if (limit.IsCancellationRequested) Assert.Fail($"{Messages.Count} of {messages} messages arrived.");
            await Task.Delay(2, CancellationToken.None);
        }
    }

    private sealed class Session(ProbeReceiver probe) : IReceiverSession
    {
        public Rejection? Take(in Delivery delivery)
        {
            var seen = new Seen(Encoding.UTF8.GetString(delivery.Topic), Encoding.UTF8.GetString(delivery.Payload), delivery.Qos, delivery.Retained);
            probe.Messages.Enqueue(seen);
            return probe.Reject(seen);
        }

        public ValueTask SubmitAsync(IOwedAcks? owed, CancellationToken cancel)
        {
            if (owed is null) return default;
            lock (probe.gate)
            {
                if (probe.holding) probe.held.Enqueue(owed);
                else owed.Committed();
            }
            return default;
        }

        public void Dispose()
        {
        }
    }
}
