using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using MeterPipeline.ServerTests.EndToEnd;

namespace MeterPipeline.ServerTests.Mqtt;

/// <summary>Clients nobody here wrote, with TLS and with bad credentials: the good ones' readings are stored, the others are told why and leave nothing.</summary>
public sealed class ClientSignInTests(SignedInto into) : IClassFixture<SignedInto>
{
    private const int AtOnce = 4;

    /// <param name="Refused">Null: it is let in. Else the CONNACK code of 3.1.1 and of 5; 0: no TLS.</param>
    private sealed record Way(string Scheme, string User, string Password, OpensslAuthority? Trusted, bool Certificate, (int Old, int Five)? Refused);

    [Fact]
    public Task Mosquitto_pub() => TryAllAsync(["mqtt", "mqtts"], (way, version, ts) =>
    [
        "mosquitto_pub", "-h", "localhost", "-p", $"{into.Port(way.Scheme)}", "-V", version == "4" ? "mqttv311" : version, "-q", "1",
        "-t", "metering/v1/grid/E1/reading", "-m", $$"""{"ts":{{ts}},"value":1}""",
        .. way.User.Length > 0 ? (string[])["-u", way.User, "-P", way.Password] : [],
        .. way.Trusted is { } trusted ? (string[])["--cafile", trusted.At("ca.pem")] : [],
        .. way.Certificate ? (string[])["--cert", into.Ours.At("grid.pem"), "--key", into.Ours.At("grid.key")] : [],
    ], code => code is 0 ? "TLS" : code is 4 or 0x86 ? "bad user" : "not authori");

    [Theory]
    [InlineData("mqtt", "mqtts")]
    [InlineData("ws", "wss")]
    public Task Paho_python(params string[] schemes) => TryAllAsync(
        schemes, (way, version, ts) => ["/usr/bin/python3", Script("signin.py"), into.Url(way.Scheme), version, .. Rest(way, ts)],
        code => code == 0 ? "CERTIFICATE_VERIFY_FAILED" : $"refused {code}");

    [Theory]
    [InlineData("mqtt", "mqtts")]
    [InlineData("ws", "wss")]
    public async Task Paho_c(params string[] schemes)
    {
        var program = into.Folder.At("signin");
        var (code, said) = await RunAsync(["gcc", "-o", program, Script("signin.c"), "-lpaho-mqtt3cs"]);
        Assert.True(code == 0, said);
        // It has other words for the schemes.
        await TryAllAsync(
            schemes, (way, version, ts) => [program, into.Url(way.Scheme).Replace("mqtts:", "ssl:", StringComparison.Ordinal).Replace("mqtt:", "tcp:", StringComparison.Ordinal), version, .. Rest(way, ts)],
            refused => refused == 0 ? "refused -1" : $"refused {refused}");
    }

    [NpmTheory]
    [InlineData("mqtt", "mqtts")]
    [InlineData("ws", "wss")]
    public async Task Mqtt_js(params string[] schemes)
    {
        File.Copy(Script("signin.cjs"), into.Folder.At("signin.cjs"), overwrite: true);
        if (!Directory.Exists(into.Folder.At("node_modules")))
        {
            var (code, said) = await RunAsync(["npm", "install", "--no-audit", "--no-fund", "--silent", "mqtt@5"]);
            Assert.True(code == 0, said);
        }
        await TryAllAsync(
            schemes, (way, version, ts) => ["node", into.Folder.At("signin.cjs"), into.Url(way.Scheme), version, .. Rest(way, ts)],
            refused => refused == 0 ? "certificate" : $"refused {refused}");
    }

    private async Task TryAllAsync(string[] schemes, Func<Way, string, long, string[]> command, Func<int, string> word)
    {
        var tries = schemes.SelectMany(Ways).SelectMany(way => new[] { (Way: way, Five: false), (Way: way, Five: true) }).ToList();
        var before = await into.CountAsync(schemes);
        var wrong = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(tries, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (one, _) =>
        {
            var (way, five) = one;
            var (code, said) = await RunAsync(command(way, five ? "5" : "4", into.NextMs()));
            var asExpected = way.Refused is { } refused ? code != 0 && said.Contains(word(five ? refused.Five : refused.Old), StringComparison.OrdinalIgnoreCase) : code == 0;
            if (!asExpected) wrong.Add($"{way with { Trusted = null }} in {(five ? "5" : "3.1.1")}: {code} {said}");
        });
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong));
        var good = tries.Count(t => t.Way.Refused is null);
        await into.UntilAsync(schemes, new Counted(before.Received + good, before.Accepted + good));
    }

    private IEnumerable<Way> Ways(string scheme)
    {
        const string right = SignedInto.Password, wrong = "not the right one";
        return scheme switch
        {
            "mqtt" or "ws" =>
            [
                new(scheme, "pub", right, null, false, null), new(scheme, "other", wrong, null, false, (4, 0x86)),
                new(scheme, "nobody", right, null, false, (4, 0x86)), new(scheme, "", "", null, false, (5, 0x87)),
            ],
            _ =>
            [
                new(scheme, "pub", right, into.Ours, false, null), new(scheme, "other", wrong, into.Ours, false, (4, 0x86)), new(scheme, "pub", right, into.Theirs, false, (0, 0)),
                // At the web port a client certificate is not asked for: whoever brings only that has brought nothing.
                new(scheme, "", "", into.Ours, true, scheme == "mqtts" ? null : (5, 0x87)),
            ],
        };
    }

    private string[] Rest(Way way, long ts) =>
    [
        $"{ts}", way.User, way.Password, way.Trusted?.At("ca.pem") ?? "", way.Certificate ? into.Ours.At("grid.pem") : "", way.Certificate ? into.Ours.At("grid.key") : "",
    ];

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Mqtt", "Clients", name);

    private async Task<(int Code, string Said)> RunAsync(string[] command)
    {
        var start = new ProcessStartInfo(command[0].StartsWith('/') ? command[0] : ServerProcess.Find(command[0]), command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = into.Folder.Path,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }
}

/// <summary>What came of the publishers, all days and companies together.</summary>
public readonly record struct Counted(long Received, long Accepted);

/// <summary>Two pipelines with publishers and TLS for all clients: one whose web port speaks https, and one whose web port does not. Cases of a class come one after another.</summary>
public sealed class SignedInto : IAsyncLifetime
{
    internal const string Password = "a long enough one";

    private readonly PipelineProcess plain = new();
    private readonly PipelineProcess secure = new();
    private readonly int tlsPort = FreePort.Next();
    private readonly HttpClient http = new(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator });
    private long lastMs = 1_763_000_000_000;

    internal OpensslAuthority Ours { get; } = new("ours");

    internal OpensslAuthority Theirs { get; } = new("theirs");

    internal TempFolder Folder { get; } = new("signin");

    public async Task InitializeAsync()
    {
        Ours.Issue("server", "localhost", "server");
        Ours.Issue("grid", "grid", "client");
        SmallRegistry.Import(plain);
        foreach (var name in (string[])["pub", "other"])
            Assert.Equal(0, plain.VerbReading(Password, "users", "add", name, "--role", "company", "--company", "grid").Code);
        Directory.CreateDirectory(secure.Data);
        foreach (var file in Directory.GetFiles(plain.Data)) File.Copy(file, Path.Combine(secure.Data, Path.GetFileName(file)));
        plain.With("Mqtt:Tls:Address", $"127.0.0.1:{tlsPort}").With("Mqtt:Tls:Certificate", Ours.At("server.pem")).With("Mqtt:Tls:Key", Ours.At("server.key"))
            .With("Mqtt:Tls:ClientCa", Ours.At("ca.pem"));
        secure.With("Web:Tls:Certificate", Ours.At("server.pem")).With("Web:Tls:Key", Ours.At("server.key"));
        await Task.WhenAll(new[] { plain, secure }.Select(pipeline => pipeline.With("Mqtt:Accounts:FailuresMax", "1000").StartAsync()));
    }

    public Task DisposeAsync()
    {
        foreach (var part in (IDisposable[])[plain, secure, http, Ours, Theirs, Folder]) part.Dispose();
        return Task.CompletedTask;
    }

    internal int Port(string scheme) => scheme switch
    {
        "mqtt" => plain.MqttPort,
        "mqtts" => tlsPort,
        "ws" => plain.WebPort,
        _ => secure.WebPort,
    };

    internal string Url(string scheme) => $"{scheme}://localhost:{Port(scheme)}{(scheme[0] == 'w' ? "/mqtt" : "")}";

    /// <summary>A time that no reading had yet.</summary>
    internal long NextMs() => Interlocked.Add(ref lastMs, 1_000);

    internal async Task<Counted> CountAsync(string[] schemes)
    {
        var sum = default(Counted);
        foreach (var web in schemes.Select(scheme => scheme == "wss" ? $"https://127.0.0.1:{secure.WebPort}" : $"http://127.0.0.1:{plain.WebPort}").Distinct())
        {
            using var counters = JsonDocument.Parse(await http.GetStringAsync(new Uri(web + "/api/v1/counters")));
            foreach (var company in counters.RootElement.GetProperty("counters").EnumerateArray())
                sum = new Counted(sum.Received + company.GetProperty("received").GetInt64(), sum.Accepted + company.GetProperty("accepted").GetInt64());
        }
        return sum;
    }

    /// <summary>Waits until exactly this is counted; what is shown may be some seconds old.</summary>
    internal async Task UntilAsync(string[] schemes, Counted expected)
    {
        var counted = default(Counted);
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(60); await Task.Delay(100))
            if ((counted = await CountAsync(schemes)) == expected) return;
        Assert.Fail($"{counted} instead of {expected}.");
    }
}
