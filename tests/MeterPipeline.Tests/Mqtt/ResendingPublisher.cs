using System.Collections.Concurrent;

namespace MeterPipeline.Tests.Mqtt;

/// <summary>A publisher that keeps what is not acknowledged and sends it again, in order, on its next connection.</summary>
internal sealed class ResendingPublisher(string id) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, string> unacknowledged = [];
    private RawClient? client;
    private Task listening = Task.CompletedTask;
    private int last;

    internal async Task ConnectAsync(int port)
    {
        await DisposeAsync();
        client = await RawClient.ConnectAsync(port, id);
        foreach (var (packet, payload) in unacknowledged.OrderBy(m => m.Key)) await client.SendAsync(RawClient.Publish(packet, payload, dup: true));
        listening = ListenAsync(client);
    }

    internal async Task PublishAsync(string payload)
    {
        unacknowledged[++last] = payload;
        await client!.SendAsync(RawClient.Publish(last, payload));
    }

    /// <summary>The server has closed, and everything that it said before has been read.</summary>
    internal Task EndedAsync() => listening;

    public async ValueTask DisposeAsync()
    {
        client?.Dispose();
        await listening;
    }

    private async Task ListenAsync(RawClient from)
    {
        try
        {
            while (await from.ReceiveAsync() is { } packet) unacknowledged.TryRemove((packet[2] << 8) | packet[3], out _);
        }
        catch (Exception gone) when (gone is ObjectDisposedException or InvalidOperationException or TimeoutException)
        {
            // The test has ended the connection.
        }
    }
}
