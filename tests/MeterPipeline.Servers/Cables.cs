using System.Diagnostics;
using System.Globalization;

namespace MeterPipeline.Servers;

/// <summary>Which way packets still go between a client and the server.</summary>
public enum CutWay { Both, Requests, Answers }

/// <summary>
/// A network namespace for a server, and cables of the kernel (veth pairs) into it, each with an address of the server at its far end. A cut cable loses
/// packets in silence: they go to a hardware address that nobody has. Linux, as root.
/// </summary>
public sealed class Cables : IDisposable
{
    /// <summary>Every address lies in it.</summary>
    public const string Network = "10.231.0.0/16";

    private const string Nobody = "02:00:00:00:de:ad";

    private readonly int _count;
    private readonly int _block = Environment.ProcessId % 250;

    /// <param name="count">Cables, from 0.</param>
    public Cables(int count)
    {
        _count = count;
        Ip("netns", "add", Namespace);
        Inside("link", "set", "lo", "up");
        for (var n = 0; n < count; n++)
        {
            Ip("link", "add", Near(n), "type", "veth", "peer", "name", Far(n), "netns", Namespace);
            Ip("addr", "add", $"{AddressOf(n, 1)}/30", "dev", Near(n));
            Ip("link", "set", Near(n), "up");
            Inside("addr", "add", $"{AddressOf(n, 2)}/30", "dev", Far(n));
            Inside("link", "set", Far(n), "up");
        }
    }

    /// <summary>The server is started in it: <c>ip netns exec</c>.</summary>
    public string Namespace { get; } = $"mp{Environment.ProcessId}";

    /// <summary>The server's address at the end of a cable.</summary>
    public string Address(int cable) => AddressOf(cable, 2);

    public void Cut(int cable, CutWay way)
    {
        if (way != CutWay.Answers) Ip("neigh", "replace", AddressOf(cable, 2), "lladdr", Nobody, "nud", "permanent", "dev", Near(cable));
        if (way != CutWay.Requests) Inside("neigh", "replace", AddressOf(cable, 1), "lladdr", Nobody, "nud", "permanent", "dev", Far(cable));
    }

    public void Mend(int cable)
    {
        TryIp("neigh", "del", AddressOf(cable, 2), "dev", Near(cable));
        TryIp("-n", Namespace, "neigh", "del", AddressOf(cable, 1), "dev", Far(cable));
    }

    public void Dispose()
    {
        for (var n = 0; n < _count; n++) TryIp("link", "del", Near(n));
        TryIp("netns", "del", Namespace);
    }

    // A device name has 15 characters at most.
    private string Near(int cable) => string.Create(CultureInfo.InvariantCulture, $"mp{Environment.ProcessId}n{cable}");

    private string Far(int cable) => string.Create(CultureInfo.InvariantCulture, $"mp{Environment.ProcessId}f{cable}");

    private string AddressOf(int cable, int end) => string.Create(CultureInfo.InvariantCulture, $"10.231.{_block}.{4 * cable + end}");

    private void Inside(params string[] arguments) => Ip(["-n", Namespace, .. arguments]);

    private static void Ip(params string[] arguments)
    {
        if (TryIp(arguments) is { Length: > 0 } problem) throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {problem} Network namespaces need root.");
    }

    /// <returns>What it complains of; empty: done.</returns>
    private static string TryIp(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(ServerProcess.Find("ip"), arguments) { RedirectStandardError = true })!;
        var problem = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? "" : $"{problem.Trim()} ({process.ExitCode}).";
    }
}
