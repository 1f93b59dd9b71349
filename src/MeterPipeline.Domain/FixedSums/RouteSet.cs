using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.FixedSums;

/// <summary>Some heating routes, in any number.</summary>
/// <param name="Bits">One for each route, by its place in <see cref="HeatingRoute"/>.</param>
public readonly record struct RouteSet(int Bits)
{
    public bool IsEmpty => Bits == 0;

    /// <summary>In the order of <see cref="HeatingRoute"/>.</summary>
    public IEnumerable<HeatingRoute> Routes
    {
        get
        {
            var bits = Bits;
            return Enum.GetValues<HeatingRoute>().Where(route => (bits & (1 << (int)route)) != 0);
        }
    }

    public static RouteSet Of(IEnumerable<HeatingRoute> routes) => new(routes.Aggregate(0, (bits, route) => bits | (1 << (int)route)));

    public static RouteSet Of(HeatingRoute route) => new(1 << (int)route);

    /// <summary>Whether every route of <paramref name="other"/> is in this set, and another one too.</summary>
    public bool IsMoreThan(RouteSet other) => (Bits & other.Bits) == other.Bits && Bits != other.Bits;

    public bool Overlaps(RouteSet other) => (Bits & other.Bits) != 0;

    public RouteSet Without(RouteSet other) => new(Bits & ~other.Bits);
}
