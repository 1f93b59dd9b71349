namespace MeterPipeline.Tests.Mqtt;

/// <summary>The built-in endpoint keeps the contract of a source.</summary>
public sealed class EndpointSourceTests : SourceContract
{
    protected override async Task<ISourceUnderTest> StartAsync()
    {
        var source = new Endpoint(Receiver);
        await source.BeginAsync();
        return source;
    }

    private sealed class Endpoint(ProbeReceiver receiver) : ISourceUnderTest
    {
        private readonly ResendingPublisher publisher = new("p");
        private EndpointHost? host;

        public async Task BeginAsync()
        {
            host = await EndpointHost.StartAsync(receiver);
            await publisher.ConnectAsync(host.Port);
        }

        public async Task PublishAsync(int from, int count)
        {
            for (var n = from; n < from + count; n++) await publisher.PublishAsync($"{n}");
        }

        public Task ReconnectAsync() => publisher.ConnectAsync(host!.Port);

        public async Task StopAndStartAsync(Func<Task> stopping)
        {
            var drained = host!.Services.DrainAsync(CancellationToken.None);
            await stopping();
            await drained.WaitAsync(TimeSpan.FromSeconds(30));
            await publisher.EndedAsync();
            await host.DisposeAsync();
            await BeginAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await publisher.DisposeAsync();
            await host!.DisposeAsync();
        }
    }
}
