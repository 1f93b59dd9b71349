using Microsoft.Extensions.Logging;

namespace MeterPipeline.Mqtt.Subscriber;

/// <summary>Looks every second whether a subscriber gets on, and says so in the log: when trouble begins, once in each window of it, and at its end.</summary>
internal sealed class Watch : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private readonly SubscriberContext context;
    private readonly Func<BrokerSession?> session;
    private readonly Progress progress;
    private readonly Lock gate = new();
    private readonly ITimer timer;
    private LogWindow lines = new(Window);
    private volatile Trouble trouble;

    /// <param name="session">The connection as it is now; null: none.</param>
    public Watch(SubscriberContext context, Func<BrokerSession?> session)
    {
        (this.context, this.session) = (context, session);
        progress = new Progress(context.Options, context.Now);
        timer = context.Time.CreateTimer(_ => Look(), null, Every, Every);
    }

    public Trouble Trouble => trouble;

    public void Dispose() => timer.Dispose();

    private void Look()
    {
        lock (gate)
        {
            var now = context.Now;
            var open = session();
            var seen = progress.At(now, open is not null, open?.Owed ?? 0, context.Counters.Committed, context.Figures.Waiting);
            if (seen != trouble) Changed(seen);
            if (seen != Trouble.None && lines.Opens(now)) Say(seen, open?.Owed ?? 0);
        }
    }

    private void Changed(Trouble seen)
    {
        lines = new LogWindow(Window);
        if (seen == Trouble.None) context.Log.LogInformation("Broker {Name}: {Trouble} is over", context.Options.Name, trouble);
        trouble = seen;
    }

    private void Say(Trouble seen, long owed)
    {
        var (log, options) = (context.Log, context.Options);
        switch (seen)
        {
            case Trouble.NotConnected:
                log.LogError("Broker {Name} at {Host}:{Port}: no connection for {Seconds} s or more. See whether it runs and can be reached", options.Name, options.Host, options.Port, options.NotConnectedSeconds);
                break;
            case Trouble.NoCommits:
                log.LogError("Broker {Name}: {Owed} messages wait and none was committed for {Seconds} s or more. See the ledger's disk and /readyz", options.Name, owed, options.NoCommitsSeconds);
                break;
            case Trouble.Backlog:
                log.LogError("Broker {Name} holds {Waiting} messages, and not fewer for {Seconds} s or more. Share the filters among more processes, or find the client that does not read",
                    options.Name, context.Figures.Waiting, options.BacklogSeconds);
                break;
        }
    }
}
