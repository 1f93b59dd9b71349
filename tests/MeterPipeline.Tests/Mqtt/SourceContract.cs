namespace MeterPipeline.Tests.Mqtt;

/// <summary>A source under test together with whoever feeds it.</summary>
public interface ISourceUnderTest : IAsyncDisposable
{
    /// <summary>Publishes messages <c>from</c> to <c>from + count - 1</c> at QoS 1, each with its number as payload.</summary>
    Task PublishAsync(int from, int count);

    /// <summary>Breaks the connection that delivers and brings it back; the sender then sends again what is not acknowledged.</summary>
    Task ReconnectAsync();

    /// <summary>Stops the source in an orderly way, and then brings it and the delivering connection back.</summary>
    /// <param name="stopping">Runs while the source drains.</param>
    Task StopAndStartAsync(Func<Task> stopping);
}

/// <summary>What every source of messages owes to its receiver and to its sender, whoever opened the connection.</summary>
public abstract class SourceContract
{
    private const int Many = 500;
    private const int Marker = 1_000_000;

    protected ProbeReceiver Receiver { get; } = new();

    protected abstract Task<ISourceUnderTest> StartAsync();

    [Fact]
    public async Task Delivers_every_message_once_and_in_order()
    {
        await using var source = await StartAsync();
        await source.PublishAsync(1, Many);
        await Receiver.UntilAsync(Many);
        Assert.Equal(Numbers(1, Many), Payloads());
        Assert.All(Receiver.Messages, m => Assert.Equal(("t/a", (byte)1, false), (m.Topic, m.Qos, m.Retained)));
    }

    [Fact]
    public async Task What_was_committed_is_not_sent_again_and_what_was_not_is()
    {
        await using var source = await StartAsync();
        await source.PublishAsync(1, 10);
        await Receiver.UntilAsync(10);
        await SettleAsync(source);
        Receiver.Hold();
        await source.PublishAsync(11, 5);
        await Receiver.UntilAsync(16);
        Receiver.Messages.Clear();
        await source.ReconnectAsync();
        await Receiver.UntilAsync(5);
        Assert.Equal(Numbers(11, 5), Payloads());
    }

    [Fact]
    public async Task A_commit_after_the_connection_is_gone_acknowledges_nothing_on_the_next()
    {
        await using var source = await StartAsync();
        Receiver.Hold();
        await source.PublishAsync(1, 5);
        await Receiver.UntilAsync(5);
        await source.ReconnectAsync();
        await Receiver.UntilAsync(10);
        Receiver.Release();
        await SettleAsync(source);
        Receiver.Messages.Clear();
        await source.PublishAsync(20, 5);
        await Receiver.UntilAsync(5);
        Assert.Equal(Numbers(20, 5), Payloads());
    }

    [Fact]
    public async Task Stopping_waits_for_owed_acknowledgements_so_that_nothing_is_sent_again()
    {
        await using var source = await StartAsync();
        Receiver.Hold();
        await source.PublishAsync(1, 20);
        await Receiver.UntilAsync(20);
        await source.StopAndStartAsync(async () =>
        {
            await Task.Delay(100);
            // Before the source is back: whatever is sent again must show.
            Receiver.Messages.Clear();
            Receiver.Release();
        });
        await source.PublishAsync(21, 3);
        await Receiver.UntilAsync(3);
        Assert.Equal(Numbers(21, 3), Payloads());
    }

    /// <summary>One more message through the whole way: whatever was acknowledged before it has reached the sender when it has come back.</summary>
    private async Task SettleAsync(ISourceUnderTest source)
    {
        var before = Receiver.Messages.Count;
        await source.PublishAsync(Marker, 1);
        await Receiver.UntilAsync(before + 1);
        await Task.Delay(500);
    }

    private static IEnumerable<string> Numbers(int from, int count) => Enumerable.Range(from, count).Select(n => $"{n}");

    private IEnumerable<string> Payloads() => Receiver.Messages.Select(m => m.Payload);
}
