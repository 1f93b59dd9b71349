using System.Net.Sockets;
using System.Security.Authentication;

namespace LoadGenerator;

/// <summary>Connections that sign in and then say nothing. Closed together.</summary>
public sealed class IdleConnections : IDisposable
{
    private readonly List<Socket> sockets = [];
    private readonly TlsClient? tls;

    /// <summary>Opens them one after the other.</summary>
    /// <exception cref="LoadException">The server refuses one, or this machine has no room for it.</exception>
    public IdleConnections(LoadOptions options, int count)
    {
        options.Validate();
        tls = options.Tls ? new TlsClient(options) : null;
        try
        {
            while (sockets.Count < count)
            {
                sockets.Add(new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
                Connection.Open(sockets[^1], options, tls, $"idle{sockets.Count:D5}", keepAlive: 0);
            }
        }
        catch (Exception error) when (error is SocketException or IOException or AuthenticationException or LoadException)
        {
            Dispose();
            throw new LoadException($"Idle connection {sockets.Count:N0} of {count:N0} to {options.To} cannot be opened: {error.Message}", error);
        }
    }

    public void Dispose()
    {
        sockets.ForEach(socket => socket.Dispose());
        tls?.Dispose();
    }
}
