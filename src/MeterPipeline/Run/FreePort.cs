using System.Net;
using System.Net.Sockets;

namespace MeterPipeline.Run;

/// <summary>Loopback ports for the demo, which must not fail because something else runs here.</summary>
public static class FreePort
{
    private const int LowestAny = 20_000;
    private const int HighestAny = 32_000;
    private const int AttemptsMax = 1_000;

    /// <summary>The wanted port where it is free, else any.</summary>
    public static IPEndPoint Of(int wanted)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, wanted);
            probe.Start();
            return new IPEndPoint(IPAddress.Loopback, wanted);
        }
        catch (SocketException)
        {
            return new IPEndPoint(IPAddress.Loopback, Any());
        }
    }

    /// <summary>Below the ports that systems give to outgoing connections, so that none of those takes it before somebody listens.</summary>
    /// <exception cref="SocketException">None was free in many attempts.</exception>
    public static int Any()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, Random.Shared.Next(LowestAny, HighestAny));
                probe.Start();
                return ((IPEndPoint)probe.LocalEndpoint).Port;
            }
            catch (SocketException) when (attempt < AttemptsMax)
            {
                // Somebody listens there.
            }
        }
    }
}
