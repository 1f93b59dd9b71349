using System.Collections.Concurrent;
using System.Diagnostics;
using MeterPipeline.ServerTests.EndToEnd;

namespace MeterPipeline.ServerTests.Mqtt;

/// <summary>Clients nobody here wrote, with TLS and with bad credentials: the good ones' readings are stored, the others are told why and leave nothing.</summary>
public sealed class ClientSignInTests : IDisposable
{
    private const string Password = "a long enough one";
    private const int AtOnce = 4;

    private readonly OpensslAuthority ours = new("ours");
    private readonly OpensslAuthority theirs = new("theirs");
    private readonly PipelineProcess pipeline = new();
    private readonly TempFolder folder = new("signin");
    private readonly int tlsPort = FreePort.Next();

    /// <param name="Refused">Null: it is let in. Else the CONNACK code of 3.1.1 and of 5; 0: no TLS.</param>
    private sealed record Way(bool Tls, string User, string Password, OpensslAuthority? Trusted, bool Certificate, (int Old, int Five)? Refused);

    public void Dispose()
    {
        pipeline.Dispose();
        ours.Dispose();
        theirs.Dispose();
        folder.Dispose();
    }

    [Fact]
    public Task Mosquitto_pub() => TryAllAsync((way, version, ts) =>
    [
        "mosquitto_pub", "-h", "localhost", "-p", Port(way), "-V", version, "-q", "1", "-t", "metering/v1/grid/E1/reading", "-m", $$"""{"ts":{{ts}},"value":1}""",
        .. way.User.Length > 0 ? (string[])["-u", way.User, "-P", way.Password] : [],
        .. way.Trusted is { } trusted ? (string[])["--cafile", trusted.At("ca.pem")] : [],
        .. way.Certificate ? (string[])["--cert", ours.At("grid.pem"), "--key", ours.At("grid.key")] : [],
    ], code => code is 0 ? "TLS" : code is 4 or 0x86 ? "bad user" : "not authori");

    [Fact]
    public Task Paho_python() => TryAllAsync(
        (way, version, ts) => ["/usr/bin/python3", Script("signin.py"), Port(way), version, .. Rest(way, ts)],
        code => code == 0 ? "CERTIFICATE_VERIFY_FAILED" : $"refused {code}");

    [Fact]
    public async Task Paho_c()
    {
        var program = folder.At("signin");
        var (code, said) = await RunAsync(["gcc", "-o", program, Script("signin.c"), "-lpaho-mqtt3cs"]);
        Assert.True(code == 0, said);
        await TryAllAsync((way, version, ts) => [program, $"{(way.Tls ? "ssl" : "tcp")}://localhost:{Port(way)}", version, .. Rest(way, ts)], code => code == 0 ? "refused -1" : $"refused {code}");
    }

    [NpmTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Mqtt_js(bool webSocket)
    {
        File.Copy(Script("signin.cjs"), folder.At("signin.cjs"));
        var (code, said) = await RunAsync(["npm", "install", "--no-audit", "--no-fund", "--silent", "mqtt@5"]);
        Assert.True(code == 0, said);
        await TryAllAsync(
            (way, version, ts) => ["node", folder.At("signin.cjs"), webSocket ? $"ws://127.0.0.1:{pipeline.WebPort}/mqtt" : $"mqtt{(way.Tls ? "s" : "")}://localhost:{Port(way)}", version, .. Rest(way, ts)],
            code => code == 0 ? "certificate" : $"refused {code}", plainOnly: webSocket);
    }

    private async Task TryAllAsync(Func<Way, string, long, string[]> command, Func<int, string> word, bool plainOnly = false)
    {
        await StartAsync();
        Way[] ways =
        [
            new(false, "pub", Password, null, false, null), new(false, "other", "not the right one", null, false, (4, 0x86)),
            new(false, "nobody", Password, null, false, (4, 0x86)), new(false, "", "", null, false, (5, 0x87)),
            new(true, "pub", Password, ours, false, null), new(true, "", "", ours, true, null), new(true, "other", "not the right one", ours, false, (4, 0x86)),
            new(true, "pub", Password, theirs, false, (0, 0)),
        ];
        var tries = ways.Where(way => !way.Tls || !plainOnly).SelectMany(way => new[] { (way, five: false), (way, five: true) }).ToList();
        var wrong = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(tries.Index(), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (item, _) =>
        {
            var (way, five) = item.Item;
            var (code, said) = await RunAsync(command(way, five ? "5" : word(0) == "TLS" ? "mqttv311" : "4", 1_763_000_000_000 + (item.Index * 1000)));
            var asExpected = way.Refused is { } refused ? code != 0 && said.Contains(word(five ? refused.Five : refused.Old), StringComparison.OrdinalIgnoreCase) : code == 0;
            if (!asExpected) wrong.Add($"{way with { Trusted = null }} in {(five ? "5" : "3.1.1")}: {code} {said}");
        });
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong));
        Assert.Equal(0, await pipeline.StopAsync());
        var good = tries.Count(t => t.way.Refused is null);
        Assert.Contains($"{good} received = {good} accepted", pipeline.Verb("status").Output, StringComparison.Ordinal);
    }

    private async Task StartAsync()
    {
        ours.Issue("server", "localhost", "server");
        ours.Issue("grid", "grid", "client");
        SmallRegistry.Import(pipeline);
        foreach (var name in (string[])["pub", "other"])
            Assert.Equal(0, pipeline.VerbReading(Password, "users", "add", name, "--role", "company", "--company", "grid").Code);
        await pipeline.With("Mqtt:Tls:Address", $"127.0.0.1:{tlsPort}").With("Mqtt:Tls:Certificate", ours.At("server.pem")).With("Mqtt:Tls:Key", ours.At("server.key"))
            .With("Mqtt:Tls:ClientCa", ours.At("ca.pem")).With("Mqtt:Accounts:FailuresMax", "1000").StartAsync();
    }

    private string Port(Way way) => $"{(way.Tls ? tlsPort : pipeline.MqttPort)}";

    private string[] Rest(Way way, long ts) =>
    [
        $"{ts}", way.User, way.Password, way.Trusted?.At("ca.pem") ?? "", way.Certificate ? ours.At("grid.pem") : "", way.Certificate ? ours.At("grid.key") : "",
    ];

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Mqtt", "Clients", name);

    private async Task<(int Code, string Said)> RunAsync(string[] command)
    {
        var start = new ProcessStartInfo(command[0].StartsWith('/') ? command[0] : ServerProcess.Find(command[0]), command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.Path,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }
}
