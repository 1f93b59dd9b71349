using System.Net;
using System.Net.Sockets;

namespace MeterPipeline.Servers;

/// <summary>Loopback TCP ports that nobody listens on.</summary>
public static class FreePort
{
    private static readonly Lock _lock = new();
    private static readonly HashSet<int> _given = [];

    /// <summary>
    /// A port that this process has not given out before, below those that the system gives to outgoing connections: none of these takes it before the
    /// server listens. Thread-safe.
    /// </summary>
    public static int Next()
    {
        lock (_lock)
        {
            while (true)
            {
                var port = Random.Shared.Next(20_000, 32_000);
                if (_given.Contains(port))
                    continue;
                try
                {
                    using var listener = new TcpListener(IPAddress.Loopback, port);
                    listener.Start();
                    _given.Add(port);
                    return port;
                }
                catch (SocketException)
                {
                    // Somebody listens there.
                }
            }
        }
    }
}
