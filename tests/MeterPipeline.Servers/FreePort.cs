using System.Net;
using System.Net.Sockets;

namespace MeterPipeline.Servers;

/// <summary>
/// Loopback TCP ports that nobody listens on. They lie below those that systems give to outgoing connections, so that a server which is away for a
/// moment finds its port again.
/// </summary>
public static class FreePort
{
    private const int First = 20_000;
    private const int Behind = 32_000;

    private static readonly Lock _lock = new();
    private static readonly HashSet<int> _given = [];

    /// <summary>A port that this process has not given out before. Thread-safe.</summary>
    public static int Next()
    {
        lock (_lock)
        {
            while (true)
            {
                var port = Random.Shared.Next(First, Behind);
                if (!_given.Contains(port) && IsFree(port) && _given.Add(port)) return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
