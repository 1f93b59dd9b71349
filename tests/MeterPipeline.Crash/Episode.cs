using MeterPipeline.Crash.Disk;
using MeterPipeline.Crash.Faults;
using MeterPipeline.Servers;

namespace MeterPipeline.Crash;

/// <summary>One fresh ledger, its nodes and publishers, some crashes while they publish; then everything heals, drains, and is audited.</summary>
internal sealed class Episode : IAsyncDisposable
{
    private readonly CrashOptions _options;
    private readonly Template _template;
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly List<FailingDisk> _disks = [];
    private readonly TempFolder _folder = new("crash");
    private Load? _load;
    private PostgresServers? _servers;
    private Sharing? _sharing;
    private double? _takenOver;
    private int _named;
    private bool _keep;

    private Episode(CrashOptions options, Template template, int seed)
    {
        (_options, _template, Dice) = (options, template, new Random(seed));
        Program = new PipelineProgram(_folder.Path);
        Disk = new FailingDisk(_folder.Path, Program.Data);
    }

    public Random Dice { get; }

    public PipelineProgram Program { get; }

    public LedgerKind Ledger => _options.Ledger;

    public FailingDisk Disk { get; }

    /// <summary>A mutation of the harness: see <see cref="Mutation.LyingDisk"/>.</summary>
    public bool DiskLies => _options.Mutation == Mutation.LyingDisk;

    public List<Node> Nodes { get; } = [];

    /// <summary>One node, another each time.</summary>
    public Node Victim => Nodes[Dice.Next(Nodes.Count)];

    public Load Load => _load!;

    public PostgresServers Servers => _servers ?? throw new InvalidOperationException("This episode is on SQLite.");

    /// <summary>What publishers connect to instead of the nodes.</summary>
    public int? BrokerPort { private get; set; }

    /// <summary>Things found on the way that must not be.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Amounts that were told wrong on the way.</summary>
    public int AmountsWrong { get; set; }

    public string At(string name) => _folder.At(name);

    /// <summary>Ended with the episode.</summary>
    public T Own<T>(T owned) where T : IAsyncDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    /// <summary>A further node on the same ledger; the caller starts and disposes it.</summary>
    public Node AnotherNode()
    {
        var name = $"node-{_named}";
        if (Ledger == LedgerKind.Sqlite) return new Node(name, Program, Disk);
        var disk = new FailingDisk(Directory.CreateDirectory(At(name)).FullName, Program.Data);
        _disks.Add(disk);
        return new Node(name, Program, disk, Servers.ConnectionString(_named++));
    }

    /// <summary>Null for null: none came.</summary>
    public Node? NodeNamed(string? name) => Nodes.Find(node => node.Name == name);

    /// <summary>With several nodes: until those that are left fold every partition. Its seconds, from when the load was armed, go into the table.</summary>
    public async Task OthersTakeOverAsync(params Node[] lost)
    {
        if (_sharing is null) return;
        await _sharing.SharedAsync([.. Nodes.Except(lost)]);
        _takenOver = Load.SinceArmed;
    }

    public Task WaitAsync(int leastMs, int mostMs) => Task.Delay(Dice.Next(leastMs, mostMs));

    /// <param name="crashes">What strikes, in this order.</param>
    public static async Task<EpisodeResult> RunAsync(CrashOptions options, Template template, IReadOnlyList<Fault> crashes, int seed, Action<string> say)
    {
        await using var episode = new Episode(options, template, seed);
        var result = new EpisodeResult(seed, episode._folder.Path);
        try
        {
            await episode.BeginAsync(crashes);
            foreach (var fault in crashes) await episode.CrashAsync(fault, result, say);
            await episode.FinishAsync(crashes);
            result.Audit = Audit.Run(episode.Program, episode._load!.Remembered(), template, episode._folder, options.Mutation);
        }
        catch (Exception e) when (e is CrashFailure or IOException or InvalidOperationException or TimeoutException or OperationCanceledException or Npgsql.NpgsqlException)
        {
            episode.Problems.Add($"{e.GetType().Name}: {e.Message}");
            if (episode._servers is { } servers) await File.WriteAllTextAsync(episode.At("postgres.log"), $"{DateTime.UtcNow:O}\n{await servers.StateAsync()}");
        }
        result.Problems.AddRange(episode.Problems);
        result.AmountsWrong = episode.AmountsWrong;
        episode._keep = !result.Passed;
        if (episode._keep) await File.WriteAllTextAsync(episode.At("nodes.log"), string.Join('\n', episode.Nodes.Select(node => $"== {node.Name}\n{node.Errors}")));
        return result;
    }

    public async ValueTask DisposeAsync()
    {
        if (_load is not null) await _load.DisposeAsync();
        foreach (var node in Nodes) node.Dispose();
        foreach (var owned in _owned) await owned.DisposeAsync();
        _sharing?.Dispose();
        if (_servers is not null) await _servers.DisposeAsync();
        foreach (var disk in _disks) disk.Dispose();
        Disk.Dispose();
        if (!_keep) _folder.Dispose();
    }

    private async Task BeginAsync(IReadOnlyList<Fault> crashes)
    {
        Directory.CreateDirectory(Program.Data);
        if (Ledger == LedgerKind.Sqlite) _template.CopyTo(Program.Data);
        else _servers = await PostgresServers.StartAsync(_template, Program, crashes, _options.Nodes);
        foreach (var fault in crashes.Distinct()) await fault.BeginAsync(this);
        for (var n = 0; n < _options.Nodes; n++)
        {
            Nodes.Add(AnotherNode());
            await Nodes[n].StartAsync();
        }
        if (Nodes.Count > 1)
        {
            _sharing = new Sharing(Servers.ConnectionString(Nodes.Count));
            await _sharing.SharedAsync(Nodes);
        }
        foreach (var fault in crashes.Distinct()) await fault.ReadyAsync(this);
        if (DiskLies) Disk.Give(new DiskRule(DiskAction.Lie, DiskFiles.All, DiskOperation.Sync));
        _load = Load.Start(_template.Messages, BrokerPort is { } broker ? [broker] : [.. Nodes.Select(node => node.MqttPort)]);
        await _load.RecoveredAsync(); // to a publisher a first connection that meets a crash is a wrong port, and it would end
    }

    private async Task CrashAsync(Fault fault, EpisodeResult result, Action<string> say)
    {
        await Load.MoreAsync(50);
        await WaitAsync(20, 300);
        _takenOver = null;
        if (await fault.CrashAsync(this))
        {
            var seconds = await Load.RecoveredAsync();
            if (_takenOver is null) await OthersTakeOverAsync();
            result.Recoveries.Add(new Recovery(fault.Name, seconds, _takenOver));
            say($"  {fault.Name}: acknowledging again after {seconds:N2} s{(_takenOver is { } taken ? $", every partition folded after {taken:N2} s" : "")}");
        }
        else
        {
            result.Missed++;
            say($"  {fault.Name}: its moment did not come");
        }
    }

    private async Task FinishAsync(IReadOnlyList<Fault> crashes)
    {
        Disk.Clear();
        await Load.FinishAsync();
        foreach (var fault in crashes.Distinct()) await fault.FinishAsync(this);
        if (_sharing is not null) await _sharing.FoldedAsync(Nodes);
        foreach (var node in Nodes) await node.StopAsync();
    }
}

/// <param name="Seconds">Until every publisher had a PUBACK again.</param>
/// <param name="TakenOver">With several nodes: seconds until every partition was folded again.</param>
internal sealed record Recovery(string Fault, double Seconds, double? TakenOver);

/// <summary>What one episode came to.</summary>
internal sealed class EpisodeResult(int seed, string folder)
{
    public int Seed { get; } = seed;

    /// <summary>Kept where the episode failed.</summary>
    public string Folder { get; } = folder;

    public List<Recovery> Recoveries { get; } = [];

    /// <summary>Crashes whose stage was not reached in time: not counted.</summary>
    public int Missed { get; set; }

    public AuditResult Audit { get; set; } = new(0, 0, 0, 0, []);

    public int AmountsWrong { get; set; }

    public List<string> Problems { get; } = [];

    public bool Passed => Audit is { Lost: 0, Double: 0, Amounts: 0, Problems.Count: 0 } && AmountsWrong == 0 && Problems.Count == 0;
}
