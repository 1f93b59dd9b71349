using MeterFleet;
using MeterPipeline.Servers;

namespace MeterPipeline.Crash;

/// <summary>What every episode begins from, made once: the fleet with its messages, and ledgers that hold its registry and no reading.</summary>
internal sealed class Template : IAsyncDisposable
{
    /// <summary>Longer than the longest episode; bounds memory to about 100 MB.</summary>
    private const int MessagesMax = 300_000;

    private readonly TempFolder _folder = new("crash-template");
    private readonly PipelineProgram _program;
    private Postgres? _server;

    private Template(Fleet fleet)
    {
        Messages = [.. fleet.Messages().Take(MessagesMax)];
        fleet.WriteRegistry(_folder.Path);
        _program = new PipelineProgram(_folder.Path);
    }

    public IReadOnlyList<FleetMessage> Messages { get; }

    public static async Task<Template> CreateAsync(LedgerKind ledger)
    {
        var template = new Template(Fleet.Create(new FleetOptions { Households = 60, Seed = 5, Faults = FaultRates.All }));
        template.Import(template._program);
        if (ledger == LedgerKind.Sqlite) return template;
        template._server = await Postgres.StartAsync();
        var program = new PipelineProgram(template._folder.Path);
        await PostgresServers.SqlAsync(template._server, $"CREATE ROLE {PostgresServers.Role} LOGIN; GRANT CREATE ON DATABASE postgres TO {PostgresServers.Role}");
        PostgresServers.Use(program, $"Host=127.0.0.1;Port={template._server.Port};Username={PostgresServers.Role};Database=postgres");
        template.Import(program);
        await template._server.StopAsync();
        return template;
    }

    /// <summary>A SQLite ledger with the registry alone.</summary>
    public void CopyTo(string data)
    {
        Directory.CreateDirectory(data);
        foreach (var file in Directory.GetFiles(_program.Data)) File.Copy(file, Path.Combine(data, Path.GetFileName(file)));
    }

    /// <summary>A server with the registry alone.</summary>
    public Task<Postgres> StartPostgresAsync(PostgresPlace place) => Postgres.StartCopyAsync(_server!, place, "max_connections=80", "wal_sender_timeout=5s", "max_wal_size=64MB");

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _folder.Dispose();
    }

    private void Import(PipelineProgram program)
    {
        foreach (var kind in (string[])["divisions", "companies", "households", "meters"])
        {
            var (code, output, errors) = program.Verb("import", kind, _folder.At(kind + ".csv"));
            if (code != 0) throw new CrashFailure($"import {kind}: {output}{errors}");
        }
    }
}
