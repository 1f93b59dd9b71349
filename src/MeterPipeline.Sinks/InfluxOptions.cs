namespace MeterPipeline.Sinks;

/// <summary>The dialect of InfluxDB's write interface.</summary>
public enum InfluxApi
{
    /// <summary><c>/write</c> with database and retention policy: InfluxDB 1.x, VictoriaMetrics.</summary>
    V1,

    /// <summary><c>/api/v2/write</c> with organisation, bucket and token: InfluxDB 2.x and 3.x, VictoriaMetrics.</summary>
    V2,
}

/// <summary>Where and how InfluxDB is written. Immutable; <see cref="ToString"/> hides the secrets.</summary>
public sealed record InfluxOptions
{
    /// <summary>InfluxDB's own advice for a batch is 5,000 to 10,000 lines; measured, 20,000 gains another 15 % and delays more.</summary>
    public const int BatchLinesMax = 50_000;

    /// <summary>Base address, http or https, without user or query. Default <c>http://127.0.0.1:8086</c>.</summary>
    public Uri Url { get; init; } = new("http://127.0.0.1:8086");

    /// <summary>Default <see cref="InfluxApi.V1"/>.</summary>
    public InfluxApi Api { get; init; } = InfluxApi.V1;

    /// <summary>v1: the database. Default <c>metering</c>.</summary>
    public string Database { get; init; } = "metering";

    /// <summary>v1: the retention policy; empty (default) for the database's default one.</summary>
    public string RetentionPolicy { get; init; } = "";

    /// <summary>v1: whether a missing database is created. Default false, as it needs an administrator's grant.</summary>
    public bool CreateDatabase { get; init; }

    /// <summary>v1: user of Basic authentication; empty (default) for none.</summary>
    public string User { get; init; } = "";

    /// <summary>v1: password of <see cref="User"/>. Secret.</summary>
    public string Password { get; init; } = "";

    /// <summary>v2: the bucket.</summary>
    public string Bucket { get; init; } = "";

    /// <summary>v2: the organisation, name or id.</summary>
    public string Org { get; init; } = "";

    /// <summary>v2: an API token with write permission for the bucket. Secret.</summary>
    public string Token { get; init; } = "";

    /// <summary>Lines per request, 1 to <see cref="BatchLinesMax"/>; longer writes are cut. Default 5,000.</summary>
    public int BatchLines { get; init; } = 5_000;

    /// <summary>Whether bodies are compressed, to about a tenth of their size; null (default): where the server is another machine.</summary>
    public bool? Gzip { get; init; }

    /// <summary>What <see cref="Gzip"/> comes to.</summary>
    public bool Compresses => Gzip ?? !Url.IsLoopback;

    /// <summary>Time for one try, 100 ms to 5 minutes. Default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Further tries before a batch is handed back, 0 to 10, with doubling, jittered waits from 200 ms. Default 3.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>Checks the whole record.</summary>
    /// <exception cref="ArgumentException">Names the setting, what is wrong and a value that would do.</exception>
    public void Validate()
    {
        Require(Url is { IsAbsoluteUri: true } && Url.Scheme is "http" or "https", nameof(Url), "must be an absolute http or https address, for example http://127.0.0.1:8086");
        Require(Url.UserInfo.Length == 0 && Url.Query.Length == 0, nameof(Url), "must not carry a user, password or query; use User and Password or Token");
        Require(BatchLines is >= 1 and <= BatchLinesMax, nameof(BatchLines), $"must be 1 to {BatchLinesMax}");
        Require(Timeout >= TimeSpan.FromMilliseconds(100) && Timeout <= TimeSpan.FromMinutes(5), nameof(Timeout), "must be 100 ms to 5 minutes");
        Require(Retries is >= 0 and <= 10, nameof(Retries), "must be 0 to 10");
        if (Api == InfluxApi.V1)
        {
            Require(Database.Length > 0, nameof(Database), "must name the database to write to");
            Require(!Database.AsSpan().ContainsAny('"', '\\', '\n'), nameof(Database), "must not contain a quote, backslash or line feed");
            Require(User.Length > 0 || Password.Length == 0, nameof(User), "must be given where Password is");
            Require(!User.Contains(':'), nameof(User), "must not contain a colon (HTTP Basic cannot carry it)");
        }
        else
        {
            Require(Bucket.Length > 0, nameof(Bucket), "must name the bucket to write to (Api V2)");
            Require(Org.Length > 0, nameof(Org), "must name the organisation (Api V2)");
            Require(Token.Length > 0 && !Token.Any(char.IsControl), nameof(Token), "must hold a token with write permission for the bucket (Api V2)");
            Require(!CreateDatabase, nameof(CreateDatabase), "works with Api V1 only; create the bucket with: influx bucket create");
        }
    }

    public override string ToString() => Api == InfluxApi.V1
        ? $"InfluxDB v1 {Url} database {Database}"
        : $"InfluxDB v2 {Url} organisation {Org} bucket {Bucket}";

    private static void Require(bool holds, string setting, string rule)
    {
        if (!holds)
            throw new ArgumentException($"Setting Influx:{setting} {rule}.", setting);
    }
}
