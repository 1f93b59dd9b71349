using System.IO.Pipelines;
using System.Net;
using System.Net.WebSockets;
using MeterPipeline.Mqtt.Endpoint;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace MeterPipeline.Mqtt.WebSockets;

/// <summary>
/// A WebSocket as a connection that the endpoint serves like any other [MQTT-6.0.0-1 to -4]. Packets may be cut by frames at any byte; only binary
/// frames are taken. Whoever accepts the WebSocket checks the path, the subprotocol <see cref="SubProtocol"/> and the origin.
/// </summary>
public sealed class WebSocketConnection : ConnectionContext
{
    public const string SubProtocol = "mqtt";

    private const int FrameBytesMax = 64 * 1024;

    private static readonly TimeSpan CloseMax = TimeSpan.FromSeconds(2);

    private readonly WebSocket socket;
    private readonly Pipe input;
    private readonly Pipe output = new();
    private readonly CancellationTokenSource aborted = new();

    /// <param name="features">Of the HTTP request: what is known of TLS and the client's certificate.</param>
    public WebSocketConnection(WebSocket socket, string id, EndPoint? peer, IFeatureCollection features)
    {
        this.socket = socket;
        input = new Pipe(new PipeOptions(pauseWriterThreshold: EndpointOptions.ReadBufferBytes, resumeWriterThreshold: EndpointOptions.ReadBufferBytes / 2, useSynchronizationContext: false));
        (ConnectionId, RemoteEndPoint, Features) = (id, peer, features);
        ConnectionClosed = aborted.Token;
        Transport = new Duplex(input.Reader, output.Writer);
    }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; }

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    public override void Abort(ConnectionAbortedException abortReason) => aborted.Cancel();

    /// <summary>Serves the connection and closes the WebSocket.</summary>
    /// <param name="cancel">The request is gone.</param>
    public async Task RunAsync(ConnectionHandler handler, CancellationToken cancel)
    {
        await using var gone = cancel.Register(aborted.Cancel);
        var (receiving, sending) = (ReceiveAsync(), SendAsync());
        try
        {
            await handler.OnConnectedAsync(this).ConfigureAwait(false);
        }
        finally
        {
            await Transport.Output.CompleteAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(false);
            await Transport.Input.CompleteAsync().ConfigureAwait(false);
            await CloseAsync().ConfigureAwait(false);
            // The peer's answer to the close ends receiving; a peer that gives none is cut off.
            await Task.WhenAny(receiving, Task.Delay(CloseMax, CancellationToken.None)).ConfigureAwait(false);
            await aborted.CancelAsync().ConfigureAwait(false);
            await receiving.ConfigureAwait(false);
        }
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(input.Writer.GetMemory(FrameBytesMax), aborted.Token).ConfigureAwait(false);
                // A text frame is against the rules and ends the connection [MQTT-6.0.0-1].
                if (received.MessageType != WebSocketMessageType.Binary) break;
                input.Writer.Advance(received.Count);
                if ((await input.Writer.FlushAsync(CancellationToken.None).ConfigureAwait(false)).IsCompleted) break;
            }
        }
        catch (Exception lost) when (lost is WebSocketException or OperationCanceledException)
        {
        }
        await input.Writer.CompleteAsync().ConfigureAwait(false);
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                var read = await output.Reader.ReadAsync(aborted.Token).ConfigureAwait(false);
                foreach (var part in read.Buffer) await socket.SendAsync(part, WebSocketMessageType.Binary, true, aborted.Token).ConfigureAwait(false);
                output.Reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }
        }
        catch (Exception lost) when (lost is WebSocketException or OperationCanceledException)
        {
        }
        await output.Reader.CompleteAsync().ConfigureAwait(false);
    }

    private async Task CloseAsync()
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(aborted.Token);
            patience.CancelAfter(CloseMax);
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token).ConfigureAwait(false);
        }
        catch (Exception lost) when (lost is WebSocketException or OperationCanceledException)
        {
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
