namespace MeterPipeline.Ledger.Postgres;

/// <summary>Which PostgreSQL holds the ledger.</summary>
/// <param name="ConnectionString">As Npgsql takes it: <c>Host=…;Database=…;Username=…;Password=…</c>. Never shown.</param>
public sealed record PostgresOptions(string ConnectionString)
{
    public const string DefaultSchema = "meterpipeline";

    public const int PartitionsDefault = 16;

    /// <summary>Each partition is a fold of its own, with a view and flushes of its own.</summary>
    public const int PartitionsMax = 256;

    private const int NameMax = 63;

    /// <summary>The PostgreSQL schema with the ledger's tables: lower-case letters, digits and <c>_</c>. One ledger each.</summary>
    public string Schema { get; init; } = DefaultSchema;

    /// <summary>Take a server with <c>fsync=off</c>, which loses acknowledged readings when its machine fails. For trials only.</summary>
    public bool AllowNoFsync { get; init; }

    /// <summary>
    /// How long, from the loss of the server on, something that is safe to repeat is tried again before it fails: a restart passes unnoticed. The
    /// stages of the pipeline wait longer by themselves; this is what a page or a verb waits.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(PatienceSecondsDefault);

    public const int PatienceSecondsDefault = 10;

    /// <summary>
    /// How many partitions a new schema gets, 1 to <see cref="PartitionsMax"/>; null: <see cref="PartitionsDefault"/>. As many nodes can share the folding.
    /// It is fixed then: for a schema that is there, null or what it has.
    /// </summary>
    public int? Partitions { get; init; }

    /// <exception cref="ArgumentException">A value cannot be used; names the setting and the remedy, never the connection string.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(ConnectionString))
            throw new ArgumentException("Ledger:ConnectionString is missing: give Host=…;Database=…;Username=…, best in the environment.");
        if (Patience < TimeSpan.Zero || Patience > TimeSpan.FromHours(1)) throw new ArgumentException("Ledger:PatienceSeconds must be 0 to 3600.");
        if (Schema.Length is 0 or > NameMax || !char.IsAsciiLetterLower(Schema[0]) || !Schema.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
            throw new ArgumentException($"Ledger:Schema '{Schema}' must be 1 to {NameMax} lower-case letters, digits and _, a letter first.");
        if (Partitions is < 1 or > PartitionsMax) throw new ArgumentException($"Ledger:Partitions {Partitions} must be 1 to {PartitionsMax}.");
    }
}
