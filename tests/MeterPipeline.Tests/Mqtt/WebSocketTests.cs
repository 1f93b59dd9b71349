using System.Net.WebSockets;

namespace MeterPipeline.Tests.Mqtt;

/// <summary>MQTT in WebSocket frames, whatever their borders [MQTT-6.0.0-1 to -4].</summary>
public sealed class WebSocketTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ProbeReceiver receiver = new();
    private readonly ClientWebSocket socket = new();
    private EndpointHost host = null!;

    public async Task InitializeAsync()
    {
        host = await EndpointHost.StartAsync(receiver);
        socket.Options.AddSubProtocol("mqtt");
        await socket.ConnectAsync(host.WebSockets, CancellationToken.None).WaitAsync(Patience);
    }

    public async Task DisposeAsync()
    {
        socket.Dispose();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task Packets_may_be_cut_and_glued_by_frames_MQTT_6_0_0_2()
    {
        Assert.Equal("mqtt", socket.SubProtocol);
        byte[] stream = [.. RawClient.Connect("a"), .. RawClient.Publish(1, "one"), .. RawClient.Publish(2, new string('x', 100_000), qos: 2), .. RawClient.Publish(3, "three")];
        foreach (var b in stream[..30]) await SendAsync([b]);
        await SendAsync(stream[30..]);
        Assert.Equal([0x20, 2, 0, 0, 0x40, 2, 0, 1, 0x50, 2, 0, 2, 0x40, 2, 0, 3], await ReceiveAsync(16));
        Assert.Equal(["one", new string('x', 100_000), "three"], receiver.Messages.Select(m => m.Payload));
    }

    [Fact]
    public async Task A_text_frame_ends_the_connection_MQTT_6_0_0_1()
    {
        await SendAsync(RawClient.Connect("a"));
        await ReceiveAsync(4);
        await socket.SendAsync(RawClient.Publish(1, "text"), WebSocketMessageType.Text, true, CancellationToken.None).WaitAsync(Patience);
        await AssertClosedAsync();
        Assert.Empty(receiver.Messages);
    }

    [Fact]
    public async Task Disconnect_and_a_broken_rule_close_the_websocket_after_the_last_word()
    {
        await SendAsync([.. Raw5.Connect("a", properties: [0x17, 0]), 0xC1, 0]);
        var connack = await ReceiveAsync(2);
        await ReceiveAsync(connack[1]);
        Assert.Equal([0xE0, 1, 0x81], await ReceiveAsync(3));
        await AssertClosedAsync();
    }

    [Fact]
    public async Task Draining_acknowledges_what_was_read_and_closes()
    {
        receiver.Hold();
        await SendAsync([.. RawClient.Connect("a"), .. RawClient.Publish(1, "read before")]);
        await receiver.UntilAsync(1);
        var drained = host.Services.DrainAsync(CancellationToken.None);
        receiver.Release();
        Assert.Equal([0x20, 2, 0, 0, 0x40, 2, 0, 1], await ReceiveAsync(8));
        await AssertClosedAsync();
        await drained.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_client_that_vanishes_leaves_nothing_behind()
    {
        await SendAsync(RawClient.Connect("a"));
        await ReceiveAsync(4);
        socket.Abort();
        await host.UntilConnectionsAsync(0);
    }

    private Task SendAsync(byte[] bytes) => socket.SendAsync(bytes, WebSocketMessageType.Binary, true, CancellationToken.None).WaitAsync(Patience);

    private async Task<byte[]> ReceiveAsync(int count)
    {
        var received = new byte[count];
        for (var at = 0; at < count;)
        {
            var read = await socket.ReceiveAsync(received.AsMemory(at), CancellationToken.None).AsTask().WaitAsync(Patience);
            Assert.Equal(WebSocketMessageType.Binary, read.MessageType);
            at += read.Count;
        }
        return received;
    }

    private async Task AssertClosedAsync()
    {
        var read = await socket.ReceiveAsync(new byte[16].AsMemory(), CancellationToken.None).AsTask().WaitAsync(Patience);
        Assert.Equal(WebSocketMessageType.Close, read.MessageType);
    }
}
