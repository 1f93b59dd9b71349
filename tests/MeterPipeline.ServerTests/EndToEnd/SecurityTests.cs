using System.Diagnostics;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>TLS, users and client certificates as an operator sets them up, with a client and certificates that nobody here wrote.</summary>
public sealed class SecurityTests : IDisposable
{
    private const string Password = "a long enough one";
    private const string GridTopic = "metering/v1/grid/E1/reading";

    private readonly OpensslAuthority ours = new("ours");
    private readonly OpensslAuthority theirs = new("theirs");
    private readonly PipelineProcess pipeline = new();
    private readonly int tlsPort = FreePort.Next();

    public SecurityTests()
    {
        ours.Issue("server", "localhost", "server");
        ours.Issue("grid", "grid", "client");
        ours.Issue("gas", "gas", "client");
        theirs.Issue("grid", "grid", "client");
        SmallRegistry.Import(pipeline);
        pipeline.With("Mqtt:Tls:Address", $"127.0.0.1:{tlsPort}").With("Mqtt:Tls:Certificate", ours.At("server.pem")).With("Mqtt:Tls:Key", ours.At("server.key"))
            .With("Mqtt:Tls:ClientCa", ours.At("ca.pem")).With("Mqtt:Tls:ReloadSeconds", "1");
    }

    public void Dispose()
    {
        pipeline.Dispose();
        ours.Dispose();
        theirs.Dispose();
    }

    [Fact]
    public async Task Publishers_sign_in_over_tls_and_everybody_else_is_refused()
    {
        await pipeline.StartAsync();
        // Until there is a user, loopback is open.
        Assert.Equal(0, PipelineProcess.Publish(pipeline.MqttPort, GridTopic, Reading(1)));
        AddUser();
        Refused("not authorised", "-p", $"{pipeline.MqttPort}");
        Accepted(Tls("-u", "pub", "-P", Password), Reading(2));
        Accepted(Tls("-u", "pub", "-P", Password, "-V", "5", "--tls-version", "tlsv1.2"), Reading(3));
        Accepted(["-p", $"{pipeline.MqttPort}", "-u", "pub", "-P", Password], Reading(4));
        Refused("bad user name or password", Tls("-u", "pub", "-P", "not the right one"));
        Refused("bad user name or password", Tls("-V", "5", "-u", "nobody", "-P", Password), five: true);
        Refused("TLS error", ["-p", $"{tlsPort}", "--cafile", theirs.At("ca.pem"), "-u", "pub", "-P", Password]);
        Assert.Equal(0, pipeline.Verb("users", "disable", "pub").Code);
        Refused("bad user name or password", Tls("-u", "pub", "-P", Password));
        Assert.Equal(0, pipeline.Verb("users", "enable", "pub").Code);
        Assert.Equal(0, pipeline.VerbReading("another long one", "users", "passwd", "pub").Code);
        Refused("bad user name or password", Tls("-u", "pub", "-P", Password));
        Accepted(Tls("-u", "pub", "-P", "another long one"), Reading(5));
        Assert.Equal(0, await pipeline.StopAsync());
        Assert.Contains("5 received = 5 accepted", pipeline.Verb("status").Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, pipeline.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_certificate_stands_for_its_company_and_no_other()
    {
        AddUser();
        await pipeline.StartAsync();
        Accepted(With(ours, "grid"), Reading(1));
        // A company's certificate does not reach another's meters: MQTT 5 is told so, 3.1.1 has no word for it; both messages are kept.
        Accepted(With(ours, "gas"), Reading(2));
        var (_, told) = Publish([.. With(ours, "gas"), "-V", "5", "-d"], Reading(3));
        Assert.Contains("RC:135", told, StringComparison.Ordinal);
        Refused("", With(theirs, "grid"));
        Assert.Equal(0, await pipeline.StopAsync());
        Assert.Contains("3 received = 1 accepted + 0 duplicate + 0 conflict + 2 quarantined", pipeline.Verb("status").Output, StringComparison.Ordinal);
        Assert.Contains("foreign-company", pipeline.Verb("quarantine", "list").Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renewed_certificate_is_shown_to_new_connections_while_an_old_one_goes_on()
    {
        AddUser();
        await pipeline.StartAsync();
        var start = new ProcessStartInfo(ServerProcess.Find("mosquitto_pub"), [.. Tls("-u", "pub", "-P", Password), "-q", "1", "-t", GridTopic, "-l"]) { RedirectStandardInput = true };
        using var old = Process.Start(start)!;
        await old.StandardInput.WriteLineAsync(Reading(1));
        await old.StandardInput.FlushAsync();
        Assert.Equal(ours.Fingerprint("server"), ours.Shown(tlsPort));
        ours.Issue("server", "localhost", "server");
        var renewed = ours.Fingerprint("server");
        for (var waited = Stopwatch.StartNew(); ours.Shown(tlsPort) != renewed; await Task.Delay(200))
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "The renewed certificate was not taken into use.");
        File.WriteAllText(ours.At("server.pem"), "not a certificate");
        for (var waited = Stopwatch.StartNew(); !pipeline.Errors.Contains("stay in use", StringComparison.Ordinal); await Task.Delay(200))
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "Nothing was said of the broken certificate.");
        Assert.Equal(renewed, ours.Shown(tlsPort));
        await old.StandardInput.WriteLineAsync(Reading(2));
        old.StandardInput.Close();
        await old.WaitForExitAsync();
        Assert.Equal(0, old.ExitCode);
        Assert.Equal(0, await pipeline.StopAsync());
        Assert.Contains("2 received = 2 accepted", pipeline.Verb("status").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_used_is_said_at_the_start()
    {
        pipeline.With("Mqtt:Tls:Key", ours.At("gas.key"));
        var (code, _, errors) = pipeline.Verb("run");
        Assert.Equal(2, code);
        Assert.Contains("belong together", errors, StringComparison.Ordinal);
        (code, _, errors) = pipeline.VerbReading("short", "users", "add", "x", "--role", "company", "--company", "grid");
        Assert.Equal(2, code);
        Assert.Contains("12 to 256", errors, StringComparison.Ordinal);
        (code, _, errors) = pipeline.VerbReading(Password, "users", "add", "x", "--company", "nobody");
        Assert.Equal(2, code);
        Assert.Contains("not registered", errors, StringComparison.Ordinal);
    }

    private static string Reading(int day) => $$"""{"ts":"2025-12-0{{day}}T00:00:00+08:00","value":"{{100 + day}}.00"}""";

    private void AddUser()
    {
        var (code, output, errors) = pipeline.VerbReading(Password, "users", "add", "pub", "--role", "company", "--company", "grid");
        Assert.True(code == 0, output + errors);
    }

    private string[] Tls(params string[] more) => ["-p", $"{tlsPort}", "--cafile", ours.At("ca.pem"), .. more];

    private string[] With(OpensslAuthority authority, string name) => Tls("--cert", authority.At(name + ".pem"), "--key", authority.At(name + ".key"));

    private static void Accepted(string[] how, string payload)
    {
        var (code, said) = Publish(how, payload);
        Assert.True(code == 0, said);
    }

    private static void Refused(string word, params string[] how) => Refused(word, how, five: false);

    private static void Refused(string word, string[] how, bool five)
    {
        var (code, said) = Publish(how, Reading(9));
        Assert.True(code != 0, $"It was let in: {said}");
        if (!five) Assert.Contains(word, said, StringComparison.OrdinalIgnoreCase);
    }

    private static (int Code, string Said) Publish(string[] how, string payload)
    {
        var start = new ProcessStartInfo(ServerProcess.Find("mosquitto_pub"), [.. how, "-h", "localhost", "-q", "1", "-t", GridTopic, "-m", payload])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        if (!process.WaitForExit(TimeSpan.FromSeconds(60)))
        {
            process.Kill();
            Assert.Fail("mosquitto_pub did not end.");
        }
        return (process.ExitCode, output + errors.Result);
    }
}
