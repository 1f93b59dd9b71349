using System.Net;
using System.Net.Sockets;

namespace MeterPipeline.Run;

/// <summary>Loopback ports for the demo, which must not fail because something else runs here.</summary>
public static class FreePort
{
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

    public static int Any()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
