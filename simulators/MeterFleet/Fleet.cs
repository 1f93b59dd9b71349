namespace MeterFleet;

/// <summary>
/// A fleet of meters with its registry, its telemetry and the truth behind it. Immutable after <see cref="Create"/>; every
/// member is thread-safe, and each enumeration of messages stands alone.
/// </summary>
public sealed class Fleet
{
    private readonly Winter winter;

    private Fleet(FleetOptions options)
    {
        Options = options;
        Clock = new SeasonClock(options.SeasonStart, options.SeasonDays);
        winter = new Winter(options.Seed, Clock);
        var (divisions, villages) = Places.Build(options.Households);
        RosterBuilder roster = new(options, Clock, winter);
        roster.Build(villages);
        Divisions = divisions;
        Households = roster.Households;
        Meters = roster.Meters;
        Truth = new Truth(this);
    }

    /// <summary>What the fleet was made from.</summary>
    public FleetOptions Options { get; }

    /// <summary>Parents before children.</summary>
    public IReadOnlyList<Division> Divisions { get; }

    /// <summary>One grid company and two gas companies.</summary>
    public IReadOnlyList<Company> Companies => RosterBuilder.Companies;

    /// <summary>In the order of their making.</summary>
    public IReadOnlyList<Household> Households { get; }

    /// <summary>By household; an exchanged meter is followed by its successor.</summary>
    public IReadOnlyList<Meter> Meters { get; }

    /// <summary>The oracle: what the registers really showed.</summary>
    public Truth Truth { get; }

    /// <summary>Local midnight that opens the season, ms since 1970.</summary>
    public long SeasonStartMs => Clock.StartMs;

    /// <summary>Local midnight after the season's last day, ms since 1970; the last freeze bears this time.</summary>
    public long SeasonEndMs => Clock.EndMs;

    internal SeasonClock Clock { get; }

    /// <summary>
    /// Builds the registry: some microseconds per household, some hundred where its meter is exchanged, rolls over or comes late.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">An option lies outside its range.</exception>
    public static Fleet Create(FleetOptions options)
    {
        options.Validate();
        return new Fleet(options);
    }

    /// <summary>
    /// Writes <c>divisions.csv</c>, <c>companies.csv</c>, <c>households.csv</c> and <c>meters.csv</c>, replacing what is there.
    /// Exchanges later in the season are already in it, as if the season were over.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void WriteRegistry(string folder) => RegistryFiles.Write(this, folder);

    /// <summary>
    /// All messages of the season in order of publishing, those that a fault delays beyond its end included. Streams: memory
    /// does not grow with the season.
    /// </summary>
    public IEnumerable<FleetMessage> Messages() => new MessageStream(this).Run(long.MinValue, long.MaxValue);

    /// <summary>
    /// The messages published from <paramref name="fromLocal"/> until before <paramref name="toLocal"/> (Asia/Shanghai), in order;
    /// adjoining ranges give together what one range over both gives.
    /// </summary>
    public IEnumerable<FleetMessage> Messages(DateTime fromLocal, DateTime toLocal) =>
        new MessageStream(this).Run(MsOf(fromLocal), MsOf(toLocal));

    /// <summary>Outdoor temperature in the basin in the quarter hour that begins at a time, °C.</summary>
    /// <exception cref="ArgumentException">The time is not a quarter hour of the season.</exception>
    public double OutdoorCelsius(long atMs) => winter.At(Math.Min(Clock.SlotOf(atMs), Clock.LastSlot - 1));

    private static long MsOf(DateTime local) =>
        new DateTimeOffset(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), SeasonClock.Zone).ToUnixTimeMilliseconds();
}
