using MeterPipeline.Crash.Faults;
using MeterPipeline.Servers;
using Npgsql;

namespace MeterPipeline.Crash;

/// <summary>PostgreSQL under an episode: a server behind a proxy, and where a fault asks for it a standby behind another.</summary>
internal sealed class PostgresServers : IAsyncDisposable
{
    /// <summary>What our nodes are to the server: no superuser, so that it can refuse them.</summary>
    public const string Role = "meter";

    public const string EndSessions = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + Role + "'";

    private const string StateSql = """
        SELECT string_agg(line, E'\n') FROM (
            SELECT 'activity ' || row_to_json(a)::text AS line FROM (SELECT pid, application_name, client_port, state, wait_event, xact_start, state_change, left(query, 90) AS query
                FROM pg_stat_activity WHERE backend_type IN ('client backend', 'walsender')) a
            UNION ALL SELECT 'lock ' || row_to_json(l)::text FROM (SELECT pid, locktype, relation::regclass, objid, mode, granted FROM pg_locks WHERE locktype = 'advisory' OR NOT granted) l
            UNION ALL SELECT 'fold ' || row_to_json(f)::text FROM fold f
            UNION ALL SELECT 'head ' || row_to_json(h)::text FROM journal_head h
            UNION ALL SELECT 'node ' || row_to_json(n)::text FROM node n
            UNION ALL SELECT 'replication ' || row_to_json(r)::text FROM pg_stat_replication r) AS lines
        """;

    /// <summary>Room for the files and some segments of the log.</summary>
    private const int DiskMebibytes = 320;

    private readonly List<Postgres> _servers = [];
    private string _hosts = "";
    private readonly LosingProxy _first;
    private readonly LosingProxy _second = new(FreePort.Next());
    private Postgres? _standby;
    private bool _firstIsPrimary = true;

    private PostgresServers(Postgres primary, PostgresPlace place)
    {
        (Primary, Disk, Cables) = (primary, place.Disk, place.Cables);
        _servers.Add(primary);
        _first = new LosingProxy(primary.Port);
    }

    public Postgres Primary { get; private set; }

    /// <summary>The primary's own disk, where a fault asks for one.</summary>
    public SmallDisk? Disk { get; }

    /// <summary>Nodes from 0, each its own, then one for all else; where a fault asks for them.</summary>
    public Cables? Cables { get; }

    /// <summary>The nodes' way to the primary.</summary>
    public LosingProxy Way => _firstIsPrimary ? _first : _second;

    public static async Task<PostgresServers> StartAsync(Template template, PipelineProgram program, IReadOnlyList<Fault> crashes, int nodes)
    {
        var place = new PostgresPlace(crashes.Any(fault => fault.NeedsSmallDisk) ? new SmallDisk(DiskMebibytes) : null,
            crashes.Any(fault => fault.NeedsCables) ? new Cables(nodes + 1) : null);
        var servers = new PostgresServers(await template.StartPostgresAsync(place), place);
        if (crashes.Any(fault => fault.NeedsStandby))
        {
            await servers.AddStandbyAsync();
            servers._hosts = $"Host=127.0.0.1:{servers._first.Port},127.0.0.1:{servers._second.Port};Target Session Attributes=primary";
        }
        Use(program, servers.ConnectionString(nodes));
        return servers;
    }

    /// <param name="node">From 0; behind the last one: all else.</param>
    public string ConnectionString(int node)
    {
        var host = _hosts.Length > 0 ? _hosts : Cables is null ? $"Host=127.0.0.1;Port={_first.Port}" : $"Host={Cables.Address(node)};Port={Primary.Port}";
        return $"{host};Username={Role};Database=postgres";
    }

    public Task<TableGate> LockAsync(string table) => TableGate.CloseAsync(Primary.ConnectionString + ";Search Path=meterpipeline", table);

    public static void Use(PipelineProgram program, string connectionString)
    {
        program.Set("Ledger:Provider", "postgres");
        program.Set("Ledger:ConnectionString", connectionString);
    }

    /// <summary>The primary is killed, its standby takes its place, and a new standby is made of it: what is acknowledged is on two servers again.</summary>
    /// <param name="promoting">Told when the healing begins.</param>
    public async Task FailOverAsync(Action promoting)
    {
        await Primary.KillHardAsync();
        promoting();
        Primary = _standby!;
        await SqlAsync("SELECT pg_promote(true, 60)");
        _firstIsPrimary = !_firstIsPrimary;
        await AddStandbyAsync();
    }

    /// <summary>Who does what and holds which locks, for whoever looks into a failure.</summary>
    public async Task<string> StateAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(Primary.ConnectionString + ";Search Path=meterpipeline;Pooling=false;Timeout=10");
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(StateSql, connection);
            return $"{await command.ExecuteScalarAsync()}";
        }
        catch (NpgsqlException away)
        {
            return away.Message;
        }
    }

    /// <summary>As superuser, on the primary.</summary>
    public Task SqlAsync(string sql) => SqlAsync(Primary, sql);

    /// <summary>The same where the server may be unable.</summary>
    public async Task TrySqlAsync(string sql)
    {
        try
        {
            await SqlAsync(sql);
        }
        catch (NpgsqlException)
        {
            // That it is was the question.
        }
    }

    public static async Task SqlAsync(Postgres server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false;Timeout=10");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _first.Dispose();
        _second.Dispose();
        foreach (var server in _servers) await server.DisposeAsync();
        Disk?.Dispose();
        Cables?.Dispose();
    }

    private async Task AddStandbyAsync()
    {
        _standby = await Postgres.StartStandbyAsync(Primary);
        _servers.Add(_standby);
        (_firstIsPrimary ? _second : _first).ServerPort = _standby.Port;
        await SqlAsync("ALTER SYSTEM SET synchronous_standby_names = '*'");
        await SqlAsync("SELECT pg_reload_conf()");
    }
}
