using System.Net;
using System.Net.Sockets;

namespace MeterPipeline.Servers;

/// <summary>Loopback TCP ports that nobody listens on.</summary>
public static class FreePort
{
    private static readonly Lock _lock = new();
    private static readonly HashSet<int> _given = [];

    /// <summary>A port that this process has not given out before. Thread-safe.</summary>
    public static int Next()
    {
        lock (_lock)
        {
            while (true)
            {
                var listener = new TcpListener(IPAddress.Loopback, 0);
                listener.Start();
                var port = ((IPEndPoint)listener.LocalEndpoint).Port;
                listener.Stop();
                if (_given.Add(port))
                    return port;
            }
        }
    }
}
