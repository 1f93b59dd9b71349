using System.Net;
using System.Net.Sockets;
using MeterPipeline.ServerTests.Servers;

namespace MeterPipeline.ServerTests.Ledger;

/// <summary>A TCP way to a server that can lose an answer: what the client asked arrives, what the server says does not, and the connection ends.</summary>
internal sealed class LosingProxy : IDisposable
{
    private readonly TcpListener _listener;
    private readonly int _serverPort;
    private readonly CancellationTokenSource _end = new();
    private int _answersToLose;

    public LosingProxy(int serverPort)
    {
        _serverPort = serverPort;
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port { get; } = FreePort.Next();

    public int AnswersToLose
    {
        get => Volatile.Read(ref _answersToLose);
        set => Volatile.Write(ref _answersToLose, value);
    }

    public void Dispose()
    {
        _end.Cancel();
        _listener.Stop();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                _ = ForwardAsync(await _listener.AcceptTcpClientAsync(_end.Token), _end.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ForwardAsync(TcpClient client, CancellationToken end)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _serverPort, end);
                await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream(), end), AnswerAsync(server.GetStream(), client.GetStream(), end));
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
            {
                // Either side is gone; both are closed now.
            }
        }
    }

    private async Task AnswerAsync(NetworkStream server, NetworkStream client, CancellationToken end)
    {
        var buffer = new byte[65_536];
        while (await server.ReadAsync(buffer, end) is var count and > 0)
        {
            if (Interlocked.Decrement(ref _answersToLose) >= 0) return;
            Interlocked.Exchange(ref _answersToLose, 0);
            await client.WriteAsync(buffer.AsMemory(0, count), end);
        }
    }
}
