using MeterPipeline.Mqtt.Subscriber;

namespace MeterPipeline.Tests.Mqtt.Brokers;

/// <summary>Trouble is shown while it lasts, and said when it begins, once in ten minutes of it, and at its end.</summary>
public sealed class WatchTests
{
    private readonly ManualClock clock = new();

    [Fact]
    public async Task Commits_that_do_not_come_are_shown_and_said_once_in_a_while()
    {
        await using var broker = new ScriptedBroker(new SubscriberOptions { KeepAliveSeconds = 3_600, NoCommitsSeconds = 30 }, clock);
        using var link = await broker.ServeAsync();
        broker.Receiver.Hold();
        await link.SendAsync(Raw5.Publish(1, "1"));
        await ScriptedBroker.UntilAsync(() => broker.Subscriber.Owed == 1);
        Pass(29);
        Assert.Equal(Trouble.None, broker.Subscriber.Trouble);
        Pass(1);
        Assert.Equal(Trouble.NoCommits, broker.Subscriber.Trouble);
        Pass(599);
        Assert.Equal(1, broker.CountLog("1 messages wait and none was committed for 30 s"));
        Pass(1);
        Assert.Equal(2, broker.CountLog("1 messages wait and none was committed for 30 s"));
        broker.Receiver.Release();
        Assert.Equal(1, await link.AckAsync());
        Pass(1);
        Assert.Equal(Trouble.None, broker.Subscriber.Trouble);
        Assert.Equal(1, broker.CountLog("NoCommits is over"));
    }

    [Fact]
    public async Task A_broker_that_does_not_answer_is_shown()
    {
        await using var broker = new ScriptedBroker(new SubscriberOptions { KeepAliveSeconds = 3_600 }, clock);
        using var link = await broker.AcceptAsync();
        await link.ReceiveAsync();
        Pass(60);
        Assert.Equal(Trouble.NotConnected, broker.Subscriber.Trouble);
        Assert.Equal(1, broker.CountLog("no connection for 60 s or more"));
    }

    [Fact]
    public async Task A_broker_that_fills_up_is_shown()
    {
        await using var broker = new ScriptedBroker(new SubscriberOptions { KeepAliveSeconds = 3_600 }, clock);
        using var link = await broker.ServeAsync();
        await link.SendAsync(Raw5.Publish(0, "10001", "$SYS/broker/store/messages/count", qos: 0));
        await ScriptedBroker.UntilAsync(() => broker.Subscriber.Waiting == 10_001);
        Pass(61);
        Assert.Equal(Trouble.Backlog, broker.Subscriber.Trouble);
        Assert.Equal(1, broker.CountLog("holds 10001 messages, and not fewer for 60 s or more"));
    }

    /// <summary>Once in some hundred runs the last acknowledgement was still on its way to the socket when a test stopped, and the stopped clock held it for ever.</summary>
    [Fact]
    public async Task Stopping_ends_when_what_is_owed_is_committed_though_the_clock_stands_still()
    {
        await using var broker = new ScriptedBroker(new SubscriberOptions { KeepAliveSeconds = 3_600 }, clock);
        using var link = await broker.ServeAsync();
        broker.Receiver.Hold();
        await link.SendAsync(Raw5.Publish(1, "1"));
        await ScriptedBroker.UntilAsync(() => broker.Receiver.Held == 1);
        var stopped = broker.Subscriber.StopAsync(CancellationToken.None);
        await Task.Delay(50);
        Assert.False(stopped.IsCompleted);
        broker.Receiver.Release();
        await stopped.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1, await link.AckAsync());
    }

    private void Pass(int seconds)
    {
        for (var second = 0; second < seconds; second++) clock.Advance(TimeSpan.FromSeconds(1));
    }
}
