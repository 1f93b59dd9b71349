using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using LoadGenerator;
using MeterPipeline.Cli;
using MeterPipeline.Ingest;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Sqlite;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Run;

namespace MeterPipeline.Bench;

/// <summary>The real pipeline as a process of its own, on a ledger of its own that knows the meters of a load.</summary>
public sealed class BenchPipeline : IDisposable
{
    /// <summary>The publisher of the load's company.</summary>
    public const string User = "load";

    private static readonly TimeSpan FoldMax = TimeSpan.FromMinutes(10);
    private readonly string data;
    private readonly Uri web;
    private readonly Func<Child> start;
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false });

    /// <param name="folder">Empty or new, and its own.</param>
    /// <param name="imported">A ledger as <see cref="Import"/> left it; it is copied.</param>
    /// <param name="tls">Null: without TLS.</param>
    /// <param name="prepare">What is done to the copy before the process starts; null: nothing.</param>
    /// <param name="settings">Further settings.</param>
    /// <exception cref="CommandException">It does not start; with what it wrote to standard error.</exception>
    internal BenchPipeline(string folder, string imported, ScratchCertificate? tls, Action<SqliteLedger>? prepare, params IEnumerable<(string Key, string Value)> settings)
    {
        data = Directory.CreateDirectory(Path.Combine(folder, "data")).FullName;
        foreach (var file in Directory.EnumerateFiles(imported, "*.db")) File.Copy(file, Path.Combine(data, Path.GetFileName(file)));
        if (prepare is not null)
        {
            using var ledger = SqliteLedger.Open(data, create: false);
            prepare(ledger);
        }
        (string, string)[] listening = tls is null
            ? [("Mqtt:Address", $"{Endpoint}")]
            : [("Mqtt:Address", ""), ("Mqtt:Tls:Address", $"{Endpoint}"), ("Mqtt:Tls:Certificate", tls.Certificate), ("Mqtt:Tls:Key", tls.Key)];
        web = new Uri($"http://127.0.0.1:{FreePort.Any()}");
        start = () => Child.OfSelf(["run", "--data", data], folder, [.. listening, ("Web:Address", web.Authority), .. settings]);
        Start();
    }

    /// <summary>Without TLS.</summary>
    /// <inheritdoc cref="BenchPipeline(string, string, ScratchCertificate, Action{SqliteLedger}, IEnumerable{ValueTuple{string, string}})"/>
    public BenchPipeline(string folder, string imported, params IEnumerable<(string Key, string Value)> settings)
        : this(folder, imported, null, null, settings)
    {
    }

    public IPEndPoint Endpoint { get; } = new(IPAddress.Loopback, FreePort.Any());

    /// <summary>Its pages and API.</summary>
    internal Uri Web => web;

    public Child Process { get; private set; }

    /// <summary>From the start of the process to the line that says it is ready.</summary>
    internal TimeSpan ReadyAfter { get; private set; }

    /// <summary>Size of the ledger's files now.</summary>
    public long LedgerMiB => new DirectoryInfo(data).EnumerateFiles().Sum(file => file.Length) / 1024 / 1024;

    /// <summary>Where its ledger lies.</summary>
    internal string Data => data;

    /// <summary>Makes a ledger with the registry of so many meters; returns its folder.</summary>
    /// <param name="password">Of <see cref="User"/>; null: no user, and anonymous publishers are let in.</param>
    public static string Import(string folder, int meters, string? password)
    {
        var registry = Directory.CreateDirectory(Path.Combine(folder, $"registry-{meters}"));
        LoadRegistry.Write(registry.FullName, meters);
        var imported = Path.Combine(folder, $"imported-{meters}");
        using var ledger = SqliteLedger.Open(imported, create: true);
        RegistryFolder.Import(ledger, registry.FullName, "bench");
        registry.Delete(recursive: true);
        if (password is not null) Admit(ledger, password);
        return imported;
    }

    /// <summary>Adds the publisher <see cref="User"/>.</summary>
    internal static void Admit(SqliteLedger ledger, string password)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var hash = PasswordHash.Create(Encoding.UTF8.GetBytes(password));
        ledger.PutUser(new User(User, Role.Company, LoadRegistry.Company, [], hash, MustChange: false, Enabled: true, now, now), "bench", now);
    }

    /// <summary>Ends the process without a word (kill -9).</summary>
    internal void Kill() => Process.Dispose();

    /// <summary>Starts it, again on the same ledger, and waits until it is ready.</summary>
    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(Process))]
    internal void Start()
    {
        var started = Stopwatch.GetTimestamp();
        Process = start();
        Process.AwaitReady();
        ReadyAfter = Stopwatch.GetElapsedTime(started);
    }

    /// <summary>The pipeline's own figures now: each metric by its name and labels, as they are written.</summary>
    internal IReadOnlyDictionary<string, double> Metrics()
    {
        using var answer = client.Send(new HttpRequestMessage(HttpMethod.Get, new Uri(web, "/metrics")));
        using var text = new StreamReader(answer.EnsureSuccessStatusCode().Content.ReadAsStream());
        return text.ReadToEnd().Split('\n').Where(line => line.Length > 0 && line[0] != '#')
            .ToDictionary(line => line[..line.LastIndexOf(' ')], line => double.Parse(line[line.LastIndexOf(' ')..], CultureInfo.InvariantCulture));
    }

    /// <summary>Waits until InfluxDB holds everything; returns the seconds.</summary>
    /// <exception cref="CommandException">It does not come to its end.</exception>
    internal double AwaitProjection()
    {
        var started = Stopwatch.GetTimestamp();
        using var ledger = SqliteLedger.Open(data, create: false);
        while (Projector.CursorOf(ledger) < ledger.JournalHead())
            if (Process.Ends(20) || Stopwatch.GetElapsedTime(started) > FoldMax) throw new CommandException("InfluxDB did not get everything.", ExitCode.Difference);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Waits for the fold, and makes sure that every acknowledged reading was accepted as one of its own; returns the seconds.</summary>
    /// <exception cref="CommandException">The books hold another number, or the fold does not come to its end.</exception>
    internal double AwaitFold(long acknowledged)
    {
        var started = Stopwatch.GetTimestamp();
        using var ledger = SqliteLedger.Open(data, create: false);
        do
        {
            using (var view = ledger.OpenView())
            {
                if (view.FoldedSeq == ledger.JournalHead())
                {
                    var accepted = view.Counters(int.MinValue, int.MaxValue).Sum(row => row.Accepted);
                    return accepted == acknowledged
                        ? Stopwatch.GetElapsedTime(started).TotalSeconds
                        : throw new CommandException($"{acknowledged:N0} readings were acknowledged, {accepted:N0} are in the books.", ExitCode.Difference);
                }
            }
        }
        while (!Process.Ends(20) && Stopwatch.GetElapsedTime(started) < FoldMax);
        throw new CommandException("The pipeline under load ended or did not fold what it acknowledged.", ExitCode.Difference);
    }

    public void Dispose()
    {
        Process.Dispose();
        client.Dispose();
    }
}
