using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MeterPipeline.Servers;

/// <summary>
/// A TCP way to a server that can lose an answer (what the client asked arrives, what the server says does not, and the connection ends), hold
/// everything back as a cut cable does, or end every connection.
/// </summary>
public sealed class LosingProxy : IDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<TcpClient, byte> _clients = new();
    private volatile TaskCompletionSource _open = new();
    private volatile TaskCompletionSource _answering = new();
    private int _answersToLose;

    public LosingProxy(int serverPort)
    {
        ServerPort = serverPort;
        _open.SetResult();
        _answering.SetResult();
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>For connections made from now on.</summary>
    public int ServerPort { get; set; }

    public int AnswersToLose
    {
        get => Volatile.Read(ref _answersToLose);
        set => Volatile.Write(ref _answersToLose, value);
    }

    /// <summary>From now on nothing passes, and nobody is told. Connections are still taken, as by a machine whose way onwards is cut.</summary>
    public void Hold() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>From now on what is asked arrives, and what is answered does not yet.</summary>
    public void HoldAnswers() => _answering = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What was held back arrives, late.</summary>
    public void Release()
    {
        _open.TrySetResult();
        _answering.TrySetResult();
    }

    /// <summary>Ends every connection; what was held back is lost.</summary>
    public void Sever()
    {
        foreach (var client in _clients.Keys) client.Close();
    }

    public void Dispose()
    {
        _end.Cancel();
        Release();
        _listener.Stop();
        Sever();
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
            _clients[client] = 0;
            try
            {
                await _open.Task.WaitAsync(end);
                await server.ConnectAsync(IPAddress.Loopback, ServerPort, end);
                await Task.WhenAny(PassAsync(client.GetStream(), server.GetStream(), false, end), PassAsync(server.GetStream(), client.GetStream(), true, end));
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // Either side is gone; both are closed now.
            }
            _clients.TryRemove(client, out _);
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to, bool answers, CancellationToken end)
    {
        var buffer = new byte[65_536];
        while (await from.ReadAsync(buffer, end) is var count and > 0)
        {
            await _open.Task.WaitAsync(end);
            if (answers)
            {
                await _answering.Task.WaitAsync(end);
                if (Interlocked.Decrement(ref _answersToLose) >= 0) return;
                Interlocked.Exchange(ref _answersToLose, 0);
            }
            await to.WriteAsync(buffer.AsMemory(0, count), end);
        }
    }
}
