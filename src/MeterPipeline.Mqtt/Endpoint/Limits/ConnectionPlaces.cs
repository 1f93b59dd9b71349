using System.Net;
using System.Net.Sockets;

namespace MeterPipeline.Mqtt.Endpoint.Limits;

/// <summary>
/// Places for connections: in all, and for one address, so that a flood from one place leaves room for the others. Taken before a TLS handshake,
/// which costs far more. An IPv6 client owns its whole /64, so that counts as one address. Loopback is held to the total only: proxies
/// stand there. Bounded by the total. Thread-safe.
/// </summary>
public sealed class ConnectionPlaces(int total, int perAddress)
{
    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, int> byAddress = [];

    /// <summary>Places taken.</summary>
    public int Taken { get; private set; }

    /// <returns>Null: taken, give it back with <see cref="Leave"/>. Otherwise the reason, as a stable word.</returns>
    public string? Enter(IPAddress? address)
    {
        var place = PlaceOf(address);
        lock (gate)
        {
            if (Taken >= total) return "too-many-connections";
            var here = byAddress.GetValueOrDefault(place);
            if (here >= perAddress && !IPAddress.IsLoopback(place)) return "too-many-from-address";
            byAddress[place] = here + 1;
            Taken++;
            return null;
        }
    }

    /// <summary>Once for each place taken.</summary>
    public void Leave(IPAddress? address)
    {
        var place = PlaceOf(address);
        lock (gate)
        {
            Taken--;
            if (--byAddress[place] == 0) byAddress.Remove(place);
        }
    }

    private static IPAddress PlaceOf(IPAddress? address)
    {
        if (address is null) return IPAddress.None;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address)) return address;
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }
}
